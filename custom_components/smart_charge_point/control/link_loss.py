"""Link loss: the owner is told when a wallbox has been gone for a while, and when it is back (requirements.md A7.4)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from homeassistant.components import persistent_notification
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..model.link_loss import LinkLoss
from .in_words import moment, number
from .settings import ChargePointSettings

TOLD_AFTER: Final = timedelta(seconds=60)
"""A link that comes back sooner is no matter for the owner."""
CHANCE: Final = timedelta(minutes=20)
"""How long a wallbox may take to dial in after Home Assistant has started: some wait a quarter of an hour and more
(wallbox-quirks.md T9)."""


class LinkLossNotice:
    """Tells the owner of the loss of one wallbox's link, and of its return: each loss once."""

    def __init__(
        self,
        hass: HomeAssistant,
        subentry_id: str,
        *,
        name: Callable[[], str],
        settings: Callable[[], ChargePointSettings],
        reaction: Callable[[], LinkLoss],
    ) -> None:
        """Speak of the wallbox as `name` says it is called now, and of what `reaction` says it does meanwhile."""
        self._hass = hass
        self._id = f"{DOMAIN}_link_loss_{subentry_id}"
        self._name = name
        self._settings = settings
        self._reaction = reaction
        self._connected = False
        self._gone_since: datetime | None = None
        """None while it is connected, and before it ever was."""
        self._told = False
        """Whether the owner knows of the loss, and not yet of the return."""
        self._cancel: CALLBACK_TYPE | None = None

    @callback
    def start(self, *, known: bool) -> None:
        """Begin; a wallbox that is `known` from before the restart is missed if it does not dial in."""
        if known:
            self._gone_since = dt_util.utcnow()
            self._cancel = async_call_later(self._hass, CHANCE, self._missed)

    @callback
    def stop(self) -> None:
        """End: nobody watches any more, so nothing is said of a loss."""
        self._stop_timer()
        if self._told:
            self._told = False
            persistent_notification.async_dismiss(self._hass, self._id)

    @callback
    def forget(self) -> None:
        """Take back all that was said: the wallbox is nobody's any more."""
        self._stop_timer()
        persistent_notification.async_dismiss(self._hass, self._id)

    @callback
    def connection(self, connected: bool) -> None:
        """Take that the wallbox is connected, or not; the same again is no news."""
        if connected == self._connected:
            return
        self._connected = connected
        self._stop_timer()
        if connected:
            if self._told:
                self._tell_return()
            self._gone_since = None
            return
        self._gone_since = dt_util.utcnow()
        self._cancel = async_call_later(self._hass, TOLD_AFTER, self._missed)

    @callback
    def _missed(self, _now: datetime) -> None:
        self._cancel = None
        self._told = True
        self._tell("link_lost", what=self._text(f"link_lost_{self._reaction()}"))

    def _tell_return(self) -> None:
        self._told = False
        self._tell("link_back")

    def _tell(self, key: str, what: str = "") -> None:
        """Put a text before the owner, in place of the last one about this wallbox."""
        # With the date: a loss may be days old when it is read.
        words = {
            "name": self._name(),
            "since": moment(self._hass, self._gone_since or dt_util.utcnow()),
            "now": moment(self._hass, dt_util.utcnow()),
            "current": number(self._hass, self._settings().link_loss_current.amperes),
        }
        message = self._text(f"{key}_message").format_map(words)
        persistent_notification.async_create(
            self._hass,
            f"{message} {what.format_map(words)}".strip(),
            title=self._text(f"{key}_title").format_map(words),
            notification_id=self._id,
        )

    def _text(self, key: str) -> str:
        """Return a text in the language of the home."""
        texts = async_get_cached_translations(
            self._hass, self._hass.config.language, "common", DOMAIN
        )
        return texts.get(f"component.{DOMAIN}.common.{key}", key)

    @callback
    def _stop_timer(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

"""What series of statistics are called: an id that outlives every renaming, and a name in the owner's words."""

from dataclasses import dataclass
from enum import StrEnum
import hashlib
import hmac
import secrets
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.helpers.translation import async_get_translations

from ...const import DOMAIN, SUBENTRY_CHARGE_POINT, SUBENTRY_PERSON
from ...model.person import plain
from ...model.usage import UsageKey
from ..former import FormerWallbox, FormerWallboxes
from ..people import person_from
from ..settings import ChargePointSettings

_WALLBOX: Final = "wallbox"
PREFIX: Final = f"{DOMAIN}:"
WALLBOX: Final = f"{PREFIX}{_WALLBOX}_"
"""How the ids of series about a wallbox begin."""
_KEY: Final = "key"


class Kind(StrEnum):
    """What a series counts."""

    ENERGY = "energy"
    """kWh."""
    COST = "cost"
    """The home's currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a key's series are called. `whose` is None where nobody knows any more."""

    slug: str
    whose: str | None

    def statistic_id(self, kind: Kind) -> str:
        """Return the id of the series of a kind."""
        return f"{PREFIX}{self.slug}_{kind}"


class Names:
    """The names of the series of one home.

    A tag is a credential: its series is named after the person whose it is, and its id is a digest under a secret that
    never leaves this Home Assistant.
    """

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], former: FormerWallboxes
    ) -> None:
        """Nothing is named before `load`. `former` remembers wallboxes that are not of the home any more."""
        self._hass = hass
        self._entry = entry
        self._former = former
        self._store: Store[dict[str, str]] = Store(
            hass, 1, f"{DOMAIN}.{entry.entry_id}.statistics", private=True
        )
        self._key = b""
        self._texts: dict[str, str] = {}

    async def load(self) -> None:
        """Read the secret, or draw it, and the words of the home's language."""
        if not self._key:
            data = await self._store.async_load()
            if data is None:
                data = {_KEY: secrets.token_hex(32)}
                await self._store.async_save(data)
            self._key = bytes.fromhex(data[_KEY])
        self._texts = await async_get_translations(
            self._hass, self._hass.config.language, "common", {DOMAIN}
        )

    async def remove(self) -> None:
        """Forget the secret: the home is gone."""
        await self._store.async_remove()

    def of(self, key: UsageKey) -> Named | None:
        """Return what the series of a key are called, None for a wallbox that is not of the home and not remembered."""
        if key.tag is not None:
            digest = hmac.digest(self._key, key.tag.encode(), hashlib.sha256)
            return Named(slug=f"tag_{digest.hex()[:16]}", whose=self._card(key.tag))
        if key.person is not None:
            return self._of_subentry("person", key.person)
        if key.vehicle is not None:
            return self._of_subentry("vehicle", key.vehicle)
        if key.charge_point is None:
            return Named(slug="home", whose=self._text("home"))
        if (subentry := self.wallbox(key.charge_point)) is not None:
            return self._of_subentry(_WALLBOX, subentry.subentry_id)
        former = self._former.known.get(key.charge_point)
        return None if former is None else _of_former(former)

    def title(self, named: Named, kind: Kind) -> str | None:
        """Return the name of a series, None where nobody knows whose it is."""
        if named.whose is None:
            return None
        return self._text(kind).format(whose=named.whose)

    def former(self, named: Named, kind: Kind) -> str:
        """Return the name of a series of which nothing is known any more."""
        whose = self._text(f"former_{named.slug.partition('_')[0]}")
        return self._text(kind).format(whose=whose)

    @property
    def wallboxes(self) -> tuple[Named, ...]:
        """What the series of the wallboxes are called that are of the home now, or are remembered."""
        return (
            *(
                self._of_subentry(_WALLBOX, subentry.subentry_id)
                for subentry in self._entry.subentries.values()
                if subentry.subentry_type == SUBENTRY_CHARGE_POINT
            ),
            *(
                _of_former(former)
                for identity, former in self._former.known.items()
                if self.wallbox(identity) is None
            ),
        )

    def wallbox(self, identity: str) -> ConfigSubentry | None:
        """Return the config subentry of the wallbox with this identity."""
        return next(
            (
                subentry
                for subentry in self._entry.subentries.values()
                if subentry.subentry_type == SUBENTRY_CHARGE_POINT
                and ChargePointSettings.from_data(subentry.data).identity == identity
            ),
            None,
        )

    def _of_subentry(self, what: str, subentry_id: str) -> Named:
        subentry = self._entry.subentries.get(subentry_id)
        return Named(
            slug=f"{what}_{_part_of_slug(subentry_id)}",
            whose=None if subentry is None else subentry.title,
        )

    def _card(self, tag: str) -> str | None:
        """Return the name of the person whose card it is, with its number among that person's."""
        for subentry in self._entry.subentries.values():
            if subentry.subentry_type != SUBENTRY_PERSON:
                continue
            cards = sorted(map(plain, person_from(subentry.title, subentry.data).tags))
            if plain(tag) in cards:
                number = cards.index(plain(tag)) + 1
                return self._text("card").format(person=subentry.title, number=number)
        return None

    def _text(self, key: str) -> str:
        text = f"component.{DOMAIN}.common.statistics_{key}"
        return self._texts.get(text, key)


def _of_former(former: FormerWallbox) -> Named:
    return Named(
        slug=f"{_WALLBOX}_{_part_of_slug(former.subentry_id)}", whose=former.name
    )


def _part_of_slug(subentry_id: str) -> str:
    """Return what stands for a subentry in ids of series, which may have small letters and digits: as a rule, itself."""
    small = subentry_id.lower()
    if small.isascii() and small.isalnum():
        return small
    return hashlib.sha256(subentry_id.encode()).hexdigest()[:16]

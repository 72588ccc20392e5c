"""Repair issues of one charge point: what the owner should know, said once and taken back when it is over."""

from enum import StrEnum

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN


class IssueKind(StrEnum):
    """What can be wrong with a charge point; the value is its translation key."""

    HOURS_ON_HOME_ASSISTANT = "hours_on_home_assistant"
    """The wallbox cannot hold the week; without Home Assistant the hours end."""
    SMART_CHARGING_REFUSED = "smart_charging_refused"
    """The wallbox takes no limit at all: reg. 5(2) is not met (A5.3)."""
    CLOCK_CHANGE = "clock_change"
    """The hours will be wrong after the coming clock change unless the wallbox is connected then (A10.3)."""
    SCHEDULE_DIFFERS = "schedule_differs"
    """The wallbox says it will apply something else than what it accepted."""
    LIMIT_IGNORED = "limit_ignored"
    """More flows than any profile that the wallbox accepted allows (S1, S4)."""
    NO_OFFLINE_START = "no_offline_start"
    """No session can begin while Home Assistant is down: reg. 7 is not met (A7.3)."""
    LINK_LOSS_NOT_HELD = "link_loss_not_held"
    """The wallbox cannot do by itself what the owner wants while the link is lost (A7.4)."""
    DELAY_ON_HOME_ASSISTANT = "delay_on_home_assistant"
    """The wallbox cannot delay the start of a session by itself; without Home Assistant there is no delay (reg. 11)."""
    RESUMES_AFTER_POWER_CUT = "resumes_after_power_cut"
    """A session goes on when power returns; without Home Assistant it has no delay then (A11.7)."""
    NOT_EVERY_SECOND = "not_every_second"
    """It does not measure every second while demand-side response runs: reg. 9 is not met (A9.4)."""
    OWN_DELAY_LOST = "own_delay_lost"
    """The wallbox does not take its own random delay back after the owner cancelled it once (A11.5)."""
    HOURS_OVERLAP_PEAK = "hours_overlap_peak"
    """The owner's own hours reach into the peak: allowed, and said once (A10.6)."""
    TAMPERED = "tampered"
    """The wallbox says that somebody interfered with it (requirements.md, Schedule 1 §9). Who fixes it clears that."""


_SEVERITIES = {
    IssueKind.TAMPERED: ir.IssueSeverity.ERROR,
    IssueKind.SMART_CHARGING_REFUSED: ir.IssueSeverity.ERROR,
    IssueKind.SCHEDULE_DIFFERS: ir.IssueSeverity.ERROR,
    IssueKind.NO_OFFLINE_START: ir.IssueSeverity.ERROR,
    IssueKind.LIMIT_IGNORED: ir.IssueSeverity.ERROR,
}
_FIXABLE = frozenset({IssueKind.HOURS_OVERLAP_PEAK, IssueKind.TAMPERED})


class Issues:
    """The repair issues of one charge point."""

    def __init__(self, hass: HomeAssistant, subentry_id: str, name: str) -> None:
        """Bind them to the charge point's subentry."""
        self._hass = hass
        self._subentry_id = subentry_id
        self.name = name

    @callback
    def show(self, kind: IssueKind, **words: str) -> None:
        """Say it, if it is not said already; `words` are what its text asks for beside the wallbox's name."""
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            f"{kind}_{self._subentry_id}",
            data={"kind": kind.value, "subentry_id": self._subentry_id},
            is_fixable=kind in _FIXABLE,
            severity=_SEVERITIES.get(kind, ir.IssueSeverity.WARNING),
            translation_key=kind,
            translation_placeholders={"name": self.name, **words},
        )

    @callback
    def clear(self, kind: IssueKind) -> None:
        """Take it back."""
        ir.async_delete_issue(self._hass, DOMAIN, f"{kind}_{self._subentry_id}")

    @callback
    def set(self, kind: IssueKind, shown: bool) -> None:
        """Say it or take it back."""
        if shown:
            self.show(kind)
        else:
            self.clear(kind)

    @callback
    def clear_all(self) -> None:
        """Take back everything: the charge point is gone."""
        for kind in IssueKind:
            self.clear(kind)

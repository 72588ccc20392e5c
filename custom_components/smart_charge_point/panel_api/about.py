"""What a question is about: which days, and whose or which wallbox's sessions, as far as the user may see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN, SUBENTRY_CHARGE_POINT
from ..control.settings import ChargePointSettings
from ..model.usage import SessionFilter, UsageKey
from ..rules.periods import period
from ..targets import target_of
from .access import Home, not_yours

DAY: Final = vol.All(cv.date, vol.Range(min=date(2000, 1, 1), max=date(2099, 12, 31)))
"""A civil day of the home: OCPP is not older."""
ID: Final = vol.All(str, vol.Length(min=1, max=64))
ABOUT: Final[Mapping[Any, Any]] = {
    vol.Optional("device_id"): vol.Any(ID, None),
    vol.Optional("person"): vol.Any(ID, None),
    vol.Optional("vehicle"): vol.Any(ID, None),
    vol.Optional("nobody", default=False): bool,
}
"""The fields of a command that narrow what it is about; persons and vehicles are config subentries. None: all.

`nobody`: what is of nobody in particular alone.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a question is about; None: all of it."""

    charge_point: str | None
    connector: int | None
    person: str | None
    vehicle: str | None
    nobody: bool

    @property
    def key(self) -> UsageKey:
        """The series of usage."""
        return UsageKey(
            charge_point=self.charge_point,
            connector=self.connector,
            person=self.person,
            vehicle=self.vehicle,
            nobody=self.nobody,
        )

    def sessions(
        self, start: date | None, end: date | None, *, folded: bool
    ) -> SessionFilter:
        """Return the sessions that began on the civil days `start` to `end`, both included; None leaves it open.

        Raises:
            ServiceValidationError: the days end before they begin.
        """
        if start is not None and end is not None and end < start:
            raise ends_before_start()
        zone = dt_util.get_default_time_zone()
        return SessionFilter(
            charge_point=self.charge_point,
            connector=self.connector,
            person=self.person,
            vehicle=self.vehicle,
            nobody=self.nobody,
            start=None if start is None else period(start, start, zone).start,
            end=None if end is None else period(end, end, zone).end,
            folded=folded,
        )


def ends_before_start() -> ServiceValidationError:
    """Return the error of who asks for a period that ends before it begins, or is longer than can be shown."""
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key="panel_no_period"
    )


@callback
def about(hass: HomeAssistant, home: Home, msg: Mapping[str, Any]) -> About:
    """Return what a command with the fields `ABOUT` is about.

    Raises:
        ServiceValidationError: there is no such wallbox, or the user sees nothing of it.
    """
    if msg["nobody"] and not home.viewer.sees_of(None):
        raise not_yours()
    person = home.viewer.whose(msg.get("person"))
    charge_point = connector = None
    if (device_id := msg.get("device_id")) is not None:
        target = target_of(hass, device_id)
        charge_point = target.controller.identity
        if device_id != target.coordinator.device_id:
            connector = target.connectors[0]
    return About(
        charge_point=charge_point,
        connector=connector,
        person=person,
        vehicle=msg.get("vehicle"),
        nobody=msg["nobody"],
    )


@callback
def names(home: Home, kind: str) -> dict[str, str]:
    """Return what the owner calls the wallboxes, persons or vehicles, by what the ledger calls them.

    Wallboxes that were removed are among them, by their last names.
    """
    former = home.data.site.former.names if kind == SUBENTRY_CHARGE_POINT else {}
    return {
        **former,
        **{
            ChargePointSettings.from_data(subentry.data).identity
            if kind == SUBENTRY_CHARGE_POINT
            else subentry.subentry_id: subentry.title
            for subentry in home.entry.subentries.values()
            if subentry.subentry_type == kind
        },
    }

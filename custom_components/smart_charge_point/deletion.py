"""Deletion: personal data goes for good, and a receipt that holds none of it says how much that was (S7b)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .const import DOMAIN
from .control.forgetting import CardsForgotten, counted
from .control.papers import without_buyer
from .control.people import CONF_TAGS, CONF_USER
from .control.results import keep_result
from .control.site import Site
from .coordinator import SmartChargePointConfigEntry
from .export_files import Downloads
from .model.result import DataDeleted
from .model.usage import Receipt, WipeRequest
from .records.errors import LedgerBusyError, LedgerError

IDENTITY: Final = vol.All(str, vol.Length(min=1, max=255))
"""What a wallbox goes by in the ledger, also one of long ago."""

_COUNTS: Final = tuple(
    field.name
    for field in fields(Receipt)
    if field.name not in {"at", "scrubbed", "set_aside"}
)


async def async_persons_removed(entry: SmartChargePointConfigEntry) -> frozenset[str]:
    """Return the ids of the persons that sessions bear and that are not in the home any more."""
    borne = {key.person for key in await entry.runtime_data.site.ledger.keys()}
    return frozenset(
        person
        for person in borne
        if person is not None and person not in entry.subentries
    )


async def async_wallboxes_removed(
    entry: SmartChargePointConfigEntry,
) -> Mapping[str, str]:
    """Return what the wallboxes were called that sessions bear and that are not in the home any more, by identity.

    One of which nobody remembers a name goes by its identity, as sessions show it.
    """
    site = entry.runtime_data.site
    names = site.former.names
    present = {controller.identity for controller in site.controllers.values()}
    return {
        identity: names.get(identity, identity)
        for identity in await site.ledger.charge_points()
        if identity not in present
    }


async def async_wallbox_removed(entry: SmartChargePointConfigEntry, wanted: str) -> str:
    """Return the identity of a wallbox that is not in the home any more, by that or by what it was called.

    Raises:
        ServiceValidationError: there are no sessions of such a wallbox, or of more than one, or it is in the home.
    """
    removed = await async_wallboxes_removed(entry)
    if wanted in removed:
        return wanted
    found = [identity for identity, name in removed.items() if name == wanted]
    if len(found) != 1:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="unknown_former_wallbox",
            translation_placeholders={"name": wanted},
        )
    return found[0]


@callback
def wipe_of_person(
    entry: SmartChargePointConfigEntry, person: str | None
) -> WipeRequest:
    """Return what is known of a person: by name, by the cards and by the user, as far as these are still known."""
    subentry = None if person is None else entry.subentries.get(person)
    about = {} if subentry is None else subentry.data
    return WipeRequest(
        person=person,
        tags=frozenset(about.get(CONF_TAGS, ())),
        user_id=about.get(CONF_USER),
    )


async def async_delete(
    hass: HomeAssistant,
    entry: SmartChargePointConfigEntry,
    wipes: Sequence[WipeRequest],
    *,
    cards: bool = True,
) -> dict[str, Any]:
    """Delete what is meant, withdraw the links that were given out, and return the receipt.

    With `cards`, the wallboxes that are meant forget whom they know. Where all that is known of a wallbox goes, so does
    to whom it was sold, and what it was called if it is not in the home any more.

    Raises:
        HomeAssistantError: a backup is being made, or the ledger cannot be written.
    """
    site = entry.runtime_data.site
    now = dt_util.utcnow()
    try:
        receipts = [await site.ledger.wipe(wipe, now) for wipe in wipes]
    except LedgerBusyError as error:
        raise _failed("deletion_busy") from error
    except LedgerError as error:
        raise _failed("deletion_failed", error=str(error)) from error
    Downloads.of(hass).withdraw()
    whole = [wipe for wipe in wipes if _is_whole(wipe)]
    await site.former.forget_names(
        identity
        for identity in site.former.names
        if any(wipe.charge_point in {None, identity} for wipe in whole)
    )
    buyers = _forget_buyers(hass, entry, whole)
    forgotten = await _forget_cards(site, wipes) if cards else CardsForgotten()
    deleted = {
        name: sum(getattr(receipt, name) for receipt in receipts) for name in _COUNTS
    }
    left_in_file = not all(receipt.scrubbed for receipt in receipts)
    damaged_files = max(receipt.set_aside for receipt in receipts)
    if records := sum(deleted.values()):
        keep_result(
            site.ledger,
            DataDeleted(
                at=now,
                records=records,
                left_in_file=left_in_file or damaged_files > 0,
            ),
        )
    return {
        "at": now.isoformat(),
        "deleted": deleted | {"buyers": buyers},
        "wallboxes": dict(counted(forgotten)),
        "left_in_file": left_in_file,
        "damaged_files": damaged_files,
    }


def _is_whole(wipe: WipeRequest) -> bool:
    """Return whether all that is known of a wallbox is meant, or all there is."""
    return (wipe.everything or wipe.charge_point is not None) and not (
        wipe.person
        or wipe.tags
        or wipe.user_id
        or wipe.keep_sessions
        or wipe.traces
        or wipe.before
    )


@callback
def _forget_buyers(
    hass: HomeAssistant,
    entry: SmartChargePointConfigEntry,
    whole: Sequence[WipeRequest],
) -> int:
    """Take from the papers of wallboxes to whom these were sold, and return of how many."""
    chosen = {wipe.charge_point for wipe in whole}
    count = 0
    for controller in entry.runtime_data.site.controllers.values():
        subentry = entry.subentries.get(controller.subentry_id)
        if subentry is None or chosen.isdisjoint({None, controller.identity}):
            continue
        if (data := without_buyer(subentry.data)) is not None:
            hass.config_entries.async_update_subentry(entry, subentry, data=data)
            count += 1
    return count


def _failed(key: str, **placeholders: str) -> HomeAssistantError:
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


async def _forget_cards(site: Site, wipes: Iterable[WipeRequest]) -> CardsForgotten:
    """Make the wallboxes that are meant forget the cards they know: they have no word for a single one."""
    chosen = {wipe.charge_point for wipe in wipes}
    return await site.forgetting.ask(
        controller
        for controller in site.controllers.values()
        if chosen == {None} or controller.identity in chosen
    )

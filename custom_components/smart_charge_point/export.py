"""Exports: what an owner takes along, put together from the ledger, the home's names and the owner's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util, slugify
import voluptuous as vol

from .const import DOMAIN, SUBENTRY_CHARGE_POINT, SUBENTRY_PERSON, SUBENTRY_VEHICLE
from .control.settings import ChargePointSettings
from .coordinator import SmartChargePointConfigEntry
from .export_files import ExportedFile
from .model.transaction import StopReason
from .model.usage import SessionFilter, SessionOrder, SessionRow, UsageKey
from .records.exports.building import Asked
from .records.exports.claim_table import claim_table
from .records.exports.session_table import session_table
from .records.exports.table import Table
from .records.exports.usage_table import usage_table
from .records.exports.words import Word
from .records.exports.writing import CONTENT_TYPES, FileFormat, write
from .records.ledger import Ledger
from .rules.periods import Period, days, month, months, period, twelve_months, year

DAY: Final = vol.All(cv.date, vol.Range(min=date(1970, 1, 1), max=date(2200, 1, 1)))
"""A civil day that an owner may ask for."""
LANGUAGE: Final = vol.All(cv.string, vol.Match(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$"))
LONGEST: Final = timedelta(days=366 * 30)
PAGE: Final = 1000
"""Sessions that are read from the ledger at once, so that what a wallbox tells never waits long."""


class ExportKind(StrEnum):
    """What the lines of a file are about."""

    SESSIONS = "sessions"
    DAYS = "days"
    MONTHS = "months"
    PERIOD = "period"
    """A line each wallbox."""
    MILEAGE_CLAIM = "mileage_claim"
    """The sessions of one person, to be paid back."""


class PeriodName(StrEnum):
    """Periods that owners ask for by name, as they are on the day of asking."""

    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    THIS_YEAR = "this_year"
    LAST_YEAR = "last_year"
    LAST_12_MONTHS = "last_12_months"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be exported. `charge_point` is an OCPP identity, `person` and `vehicle` are subentries; None: all.

    `nobody`: only what is of nobody in particular.
    `rate` is what a kWh is claimed at, in the home's currency; None for what it cost.
    """

    kind: ExportKind
    file_format: FileFormat
    period: Period
    language: str
    charge_point: str | None = None
    connector: int | None = None
    person: str | None = None
    vehicle: str | None = None
    nobody: bool = False
    rate: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported(ExportedFile):
    """A file, and what it comes to: Wh, and money in the home's currency, None where no price was known."""

    rows: int
    energy: float
    cost: float | None
    currency: str


def period_named(name: PeriodName, today: date) -> Period:
    """Return the period of a name, in the civil time of the home."""
    zone = dt_util.get_default_time_zone()
    match name:
        case PeriodName.THIS_MONTH:
            return month(today, zone)
        case PeriodName.LAST_MONTH:
            return month(today.replace(day=1) - timedelta(days=1), zone)
        case PeriodName.THIS_YEAR:
            return year(today, zone)
        case PeriodName.LAST_YEAR:
            return year(date(today.year - 1, 1, 1), zone)
        case PeriodName.LAST_12_MONTHS:
            return twelve_months(today, zone)


def period_between(first: date, last: date) -> Period | None:
    """Return the period of two civil days, both included; None where it ends before it begins or is beyond `LONGEST`."""
    if not timedelta() <= last - first <= LONGEST:
        return None
    return period(first, last, dt_util.get_default_time_zone())


async def async_export(
    hass: HomeAssistant, entry: SmartChargePointConfigEntry, wish: Wish
) -> Exported:
    """Return the file that is wished for. Whoever asks may see what is in it: that is seen to before.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    ledger = entry.runtime_data.site.ledger
    await ledger.refresh_running()
    asked = await _asked(hass, entry, wish)
    match wish.kind:
        case ExportKind.SESSIONS | ExportKind.MILEAGE_CLAIM:
            rows = await _sessions(ledger, wish)
            table, content = await hass.async_add_executor_job(
                _written_sessions, rows, asked, wish
            )
        case _:
            table = await _usage(ledger, asked, wish)
            content = await hass.async_add_executor_job(write, table, wish.file_format)
    return Exported(
        filename=_filename(table, wish),
        content=content,
        content_type=CONTENT_TYPES[wish.file_format],
        rows=len(table.rows),
        energy=table.energy,
        cost=table.cost,
        currency=table.currency,
    )


async def _asked(
    hass: HomeAssistant, entry: SmartChargePointConfigEntry, wish: Wish
) -> Asked:
    texts = await async_get_translations(hass, wish.language, "common", {DOMAIN})
    said = f"component.{DOMAIN}.common.export_"
    words = {word: texts[f"{said}{word}"] for word in Word}
    wallboxes, persons, vehicles = (
        _names(entry, kind)
        for kind in (SUBENTRY_CHARGE_POINT, SUBENTRY_PERSON, SUBENTRY_VEHICLE)
    )
    chosen = [
        (words[word], names.get(which, which))
        for word, names, which in (
            (Word.WALLBOX, wallboxes, wish.charge_point),
            (Word.PERSON, persons, wish.person),
            (Word.VEHICLE, vehicles, wish.vehicle),
        )
        if which is not None
    ]
    if wish.connector is not None:
        chosen.append((words[Word.CONNECTOR], str(wish.connector)))
    if wish.nobody:
        chosen.append((words[Word.PERSON], words[Word.NOBODY]))
    return Asked(
        period=wish.period,
        zone=dt_util.get_default_time_zone(),
        currency=hass.config.currency,
        language=wish.language,
        words=words,
        made_at=dt_util.utcnow(),
        home=hass.config.location_name,
        wallboxes=wallboxes,
        persons=persons,
        vehicles=vehicles,
        reasons={reason: texts[f"{said}stop_{reason}"] for reason in StopReason},
        chosen=tuple(chosen),
        rate=wish.rate,
    )


def _names(entry: SmartChargePointConfigEntry, kind: str) -> Mapping[str, str]:
    """Return what the owner calls the wallboxes, persons or vehicles, by what the ledger calls them.

    Wallboxes that were removed are among them, by their last names.
    """
    site = entry.runtime_data.site
    former = site.former.names if kind == SUBENTRY_CHARGE_POINT else {}
    return {
        **former,
        **{
            ChargePointSettings.from_data(subentry.data).identity
            if kind == SUBENTRY_CHARGE_POINT
            else subentry.subentry_id: subentry.title
            for subentry in entry.subentries.values()
            if subentry.subentry_type == kind
        },
    }


async def _sessions(ledger: Ledger, wish: Wish) -> list[SessionRow]:
    """Return the sessions that are wished for, oldest first."""
    which = SessionFilter(
        charge_point=wish.charge_point,
        connector=wish.connector,
        person=wish.person,
        vehicle=wish.vehicle,
        nobody=wish.nobody,
        start=wish.period.start,
        end=wish.period.end,
    )
    rows: list[SessionRow] = []
    while True:
        page = await ledger.rows(
            which,
            SessionOrder.STARTED,
            descending=False,
            limit=PAGE,
            offset=len(rows),
        )
        rows += page
        if len(page) < PAGE:
            return rows


def _written_sessions(
    rows: list[SessionRow], asked: Asked, wish: Wish
) -> tuple[Table, bytes]:
    """Return sessions as a table and as its file."""
    if wish.kind is ExportKind.MILEAGE_CLAIM:
        person = wish.person or ""
        table = claim_table(rows, asked, asked.persons.get(person, person))
    else:
        table = session_table(rows, asked, fold=wish.file_format is FileFormat.PDF)
    return table, write(table, wish.file_format)


async def _usage(ledger: Ledger, asked: Asked, wish: Wish) -> Table:
    if wish.kind is ExportKind.PERIOD:
        return await _wallboxes(ledger, asked, wish)
    key = _key(wish, wish.charge_point)
    if wish.kind is ExportKind.DAYS:
        title, periods = Word.DAYS, days(wish.period, asked.zone)
    else:
        title, periods = Word.MONTHS, months(wish.period, asked.zone)
    used = await ledger.usage(key, periods)
    # A month is shown by its first day, though a period may begin within it.
    heads = [
        part.first if title is Word.DAYS else part.first.replace(day=1)
        for part in periods
    ]
    return usage_table(title, list(zip(heads, used, strict=True)), asked)


async def _wallboxes(ledger: Ledger, asked: Asked, wish: Wish) -> Table:
    identities = sorted(
        {
            key.charge_point
            for key in await ledger.keys()
            if key.charge_point is not None
            and wish.charge_point in (None, key.charge_point)
        }
    )
    lines = []
    for identity in identities:
        [used] = await ledger.usage(_key(wish, identity), [wish.period])
        lines.append((asked.wallboxes.get(identity, identity), used))
    return usage_table(Word.WALLBOXES, lines, asked)


def _key(wish: Wish, charge_point: str | None) -> UsageKey:
    return UsageKey(
        charge_point=charge_point,
        connector=wish.connector,
        person=wish.person,
        vehicle=wish.vehicle,
        nobody=wish.nobody,
    )


def _filename(table: Table, wish: Wish) -> str:
    """Return a name for the file that any system takes, and that sorts by period."""
    who = [
        name
        for word, name in table.facts
        if (wish.person is not None or wish.nobody) and word == table.words[Word.PERSON]
    ]
    title = slugify(" ".join((table.title, *who)), separator="-")
    return f"{title}-{wish.period.first}-{wish.period.last}.{wish.file_format}"

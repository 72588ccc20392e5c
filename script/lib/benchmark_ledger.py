"""Ten years of charging, in the ledger of the benchmark's Home Assistant, and a year that a wallbox kept to itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from custom_components.smart_charge_point.model.usage import PriceStep
from custom_components.smart_charge_point.records.ledger import Ledger
from tests.fourteen_months import Charge, charges, tell

SAMPLED_EVERY: Final = timedelta(minutes=15)
_DAY: Final = timedelta(days=1)
_YEAR: Final = 365


def past(identity: str, *, years: float, sessions: int) -> list[Charge]:
    """Return so many charges at a wallbox in the years up to the day before yesterday, oldest first, evenly chosen."""
    until = datetime.now(UTC) - _DAY
    made = charges(until, days=round(years * _YEAR), wallboxes=(identity,))
    if sessions > len(made):
        raise ValueError(f"there are but {len(made)} sessions in {years} years")
    return [made[n * len(made) // sessions] for n in range(sessions)]


def frames(charge: Charge, transaction_id: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what a wallbox tells of a charge after its start, which was answered with the id; registers in whole Wh."""
    for sample in charge.samples(SAMPLED_EVERY):
        yield (
            "MeterValues",
            {
                "connectorId": charge.connector,
                "transactionId": transaction_id,
                "meterValue": [
                    {
                        "timestamp": sample.at.isoformat(),
                        "sampledValue": [
                            {
                                "value": str(
                                    round(charge.meter_start + (sample.energy or 0))
                                ),
                                "measurand": "Energy.Active.Import.Register",
                                "unit": "Wh",
                            },
                            {
                                "value": f"{sample.power:.1f}",
                                "measurand": "Power.Active.Import",
                                "unit": "W",
                            },
                        ],
                    }
                ],
            },
        )
    yield (
        "StopTransaction",
        {
            "transactionId": transaction_id,
            "idTag": charge.tag,
            "meterStop": round(charge.meter_start + charge.energy),
            "timestamp": charge.stopped_at.isoformat(),
            "reason": "Local",
        },
    )


def start_of(charge: Charge) -> dict[str, Any]:
    """Return the payload of its StartTransaction."""
    return {
        "connectorId": charge.connector,
        "idTag": charge.tag,
        "meterStart": round(charge.meter_start),
        "timestamp": charge.started_at.isoformat(),
    }


def told_energy(charge: Charge) -> int:
    """Return the Wh of a charge by the registers that are told."""
    return round(charge.meter_start + charge.energy) - round(charge.meter_start)


async def keep_prices(ledger: Ledger, years: float) -> None:
    """Keep a night rate and a day rate of every day of the years."""
    first = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    first -= (round(years * _YEAR) + 2) * _DAY
    await ledger.keep_prices(
        PriceStep(at=first + day * _DAY + timedelta(hours=hour), value=price)
        for day in range(round(years * _YEAR) + 2)
        for hour, price in ((0, 0.08), (5, 0.27))
    )


async def fill(
    ledger: Ledger, identity: str, *, years: float, sessions: int, part: slice
) -> None:
    """Tell the ledger a part of the charges of a wallbox."""
    told = past(identity, years=years, sessions=sessions)
    await tell(ledger, told[part], every=SAMPLED_EVERY)

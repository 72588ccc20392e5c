"""The tariff as the options carry it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Any, Final

from ...model.tariff import FixedRate, RateDays
from ...rules.tariff import sound_price

CONF_DAYS: Final = "days"
CONF_ENTITY_ID: Final = "entity_id"
CONF_KIND: Final = "kind"
CONF_PRICE: Final = "price"
CONF_RATES: Final = "rates"
CONF_START: Final = "start"
CONF_TARIFF: Final = "tariff"
CONF_VALID_SINCE: Final = "valid_since"


class TariffKind(StrEnum):
    """Where prices come from."""

    PRICE_ENTITY = "price_entity"
    FIXED_RATES = "fixed_rates"


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffSettings:
    """What the owner said of the tariff: an entity that shows the price, or fixed rates; neither where it is not known.

    `valid_since`: the civil day of the home from whose beginning on the rates hold, None: from when they are entered.
    """

    entity_id: str | None = None
    rates: tuple[FixedRate, ...] = ()
    valid_since: date | None = None

    @staticmethod
    def of(options: Mapping[str, Any]) -> TariffSettings:
        """Read the options."""
        tariff: Mapping[str, Any] = options.get(CONF_TARIFF, {})
        match tariff.get(CONF_KIND):
            case TariffKind.PRICE_ENTITY:
                return TariffSettings(entity_id=tariff[CONF_ENTITY_ID])
            case TariffKind.FIXED_RATES:
                since = tariff.get(CONF_VALID_SINCE)
                return TariffSettings(
                    rates=rates_from(tariff[CONF_RATES]),
                    valid_since=None if since is None else date.fromisoformat(since),
                )
        return TariffSettings()


def rates_from(rows: Sequence[Mapping[str, Any]]) -> tuple[FixedRate, ...]:
    """Read rates as the options carry them and as a form gives them: time of day, price and days each.

    Raises:
        ValueError: a price is none, or a time of day is none.
    """
    rates = []
    for row in rows:
        price = sound_price(float(row[CONF_PRICE]))
        if price is None:
            raise ValueError(f"{row[CONF_PRICE]} is no price")
        rates.append(
            FixedRate(
                start=time.fromisoformat(row[CONF_START]).replace(microsecond=0),
                price=price,
                days=RateDays(row.get(CONF_DAYS, RateDays.EVERY_DAY)),
            )
        )
    return tuple(sorted(rates, key=lambda rate: (rate.start, rate.days)))


def rates_to_data(rates: Sequence[FixedRate]) -> list[dict[str, Any]]:
    """Return rates as the options carry them."""
    return [
        {
            CONF_START: rate.start.isoformat(),
            CONF_PRICE: rate.price,
            CONF_DAYS: rate.days.value,
        }
        for rate in rates
    ]

"""What tests of exports write down: sessions and usage of a home in London, in the integration's own words."""

from datetime import UTC, date, datetime, timedelta
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from custom_components.smart_charge_point.model.transaction import Session, StopReason
from custom_components.smart_charge_point.model.usage import (
    SessionFigures,
    SessionRow,
    UsageTotals,
)
from custom_components.smart_charge_point.records.exports.building import Asked
from custom_components.smart_charge_point.records.exports.words import Word, Words
from custom_components.smart_charge_point.rules.periods import period

LONDON = ZoneInfo("Europe/London")
MADE = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)
TEXTS = Path(__file__).parents[2] / "custom_components/smart_charge_point/translations"


def words(language: str = "en") -> Words:
    """Return the texts that an owner's files have in a language."""
    common = json.loads((TEXTS / f"{language}.json").read_text(encoding="utf-8"))[
        "common"
    ]
    return {word: common[f"export_{word}"] for word in Word}


def asked(**changes: Any) -> Asked:
    """Return what is asked for: November 2026, unless told otherwise."""
    return Asked(
        **{
            "period": period(date(2026, 11, 1), date(2026, 11, 30), LONDON),
            "zone": LONDON,
            "currency": "GBP",
            "language": "en",
            "words": words(),
            "made_at": MADE,
            "home": "Home",
            "wallboxes": {"WB1": "Garage", "WB2": "Drive"},
            "persons": {"p1": "Ada", "p2": "Jürgen"},
            "vehicles": {"v1": "Ioniq 5", "v2": "Zoe"},
            "reasons": {StopReason.CAR_DISCONNECTED: "The car was unplugged"},
            **changes,
        }
    )


def row(
    number: int = 1,
    *,
    at: datetime = datetime(2026, 11, 2, 22, 0, tzinfo=UTC),
    energy: float = 14_200.0,
    lasting: timedelta | None = timedelta(hours=3),
    figures: SessionFigures | None = None,
    **facts: Any,
) -> SessionRow:
    """Return a session with its figures."""
    session = Session(
        **{
            "transaction_id": number,
            "charge_point": "WB1",
            "connector": 1,
            "tag": "04SECRET",
            "started_at": at,
            "stopped_at": None if lasting is None else at + lasting,
            "meter_start": 0.0,
            "meter_stop": energy,
            "energy": energy,
            "flow_time": timedelta(hours=2),
            "stop_reason": StopReason.CAR_DISCONNECTED,
            "doubts": frozenset(),
            **facts,
        }
    )
    return SessionRow(
        session=session,
        figures=figures
        or SessionFigures(
            cost=energy * 0.00007,
            solar=energy * 0.25,
            battery=0.0,
            grid=energy * 0.75,
            sourced=energy,
            co2=energy * 0.1,
            mean_power=energy / 2,
            peak_power=7360.0,
            connected_time=timedelta(hours=9),
        ),
    )


def usage(sessions: int = 3, energy: float = 21_000.0, **changes: Any) -> UsageTotals:
    """Return what was used in a stretch of time."""
    return UsageTotals(
        **{
            "sessions": sessions,
            "energy": energy,
            "flow_time": timedelta(hours=4),
            "cost": energy * 0.00007,
            "solar": energy / 4,
            "battery": 0.0,
            "sourced": energy,
            "co2": energy * 0.1,
            **changes,
        }
    )

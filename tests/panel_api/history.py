"""A home with a history: months of charging of two people and of nobody in particular, in the ledger."""

from dataclasses import dataclass, replace
from typing import Any, Final

from custom_components.smart_charge_point.model.transaction import Session
from custom_components.smart_charge_point.records.ledger import Ledger

from ..family import add_person, person_id, user
from ..fourteen_months import charges, tell
from ..house import House

TAGS: Final = ("04A1B2C3", "04D5E6F7", "04FEDCBA", "04012345")
"""Cards, which no answer may say."""
DAYS: Final = 40


@dataclass(frozen=True, kw_only=True)
class Home:
    """Who lives there, and what was charged. Ada and Ben are users of Home Assistant, Lou is nobody's person."""

    ada: str
    ben: str
    ada_user: str
    lou_user: str
    sessions: list[Session]
    ledger: Ledger

    def of(self, person: str | None) -> list[Session]:
        """Return the sessions of a person."""
        return [session for session in self.sessions if session.person == person]


async def live_in(house: House, **kinds: Any) -> Home:
    """Set up a wallbox with weeks of sessions until now."""
    await house.wallbox(**kinds)
    ada_user, lou_user = await user(house, "Ada"), await user(house, "Lou")
    await add_person(
        house, name="Ada", user_id=ada_user, rights=[], tags=list(TAGS[:2])
    )
    await add_person(house, name="Ben", rights=[], tags=[TAGS[2]])
    ada, ben = person_id(house, "Ada"), person_id(house, "Ben")
    ledger = house.entry.runtime_data.site.ledger
    made = [
        replace(charge, person=who, vehicle=None, tag=TAGS[n % len(TAGS)])
        for n, charge in enumerate(charges(house.now, days=DAYS, wallboxes=("WB1",)))
        for who in [(ada, ben, None)[n % 3]]
    ]
    told = await tell(ledger, made)
    return Home(
        ada=ada,
        ben=ben,
        ada_user=ada_user,
        lou_user=lou_user,
        sessions=told,
        ledger=ledger,
    )

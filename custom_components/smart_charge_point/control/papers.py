"""Papers: what the owner or the installer entered for the technical file of a wallbox, as its subentry carries it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ..records.technical_file.facts import Fact, Seen, seen

CONF_AGREEMENT_PROVIDER: Final = "agreement_provider"
CONF_AGREEMENT_REFERENCE: Final = "agreement_reference"
CONF_AGREEMENT_TERMS: Final = "agreement_terms"
CONF_BUYER: Final = "buyer"
CONF_CHARGER_PORTS: Final = "charger_ports"
CONF_CONTACT: Final = "contact"
CONF_ENCLOSURE: Final = "enclosure"
CONF_MANUAL: Final = "manual"
CONF_MANUFACTURER: Final = "manufacturer"
CONF_PAPERS: Final = "papers"
CONF_SELLER: Final = "seller"
CONF_SET_UP: Final = "set_up"
CONF_SOLD: Final = "sold"
CONF_SUPPORT_END: Final = "support_end"
CONF_TESTS: Final = "tests"

INPUTS: Final = "inputs"
"""How many fields were filled in to set the wallbox up."""
ENTERED: Final = "entered_at"
"""When the form was last filled in (ISO 8601, UTC)."""
FACTS: Final[Mapping[Fact, tuple[str, ...]]] = {
    Fact.AGREEMENT: (CONF_AGREEMENT_PROVIDER, CONF_AGREEMENT_TERMS),
    Fact.AGREEMENT_REFERENCE: (CONF_AGREEMENT_REFERENCE,),
    Fact.BUYER: (CONF_BUYER,),
    Fact.CHARGER_PORTS: (CONF_CHARGER_PORTS,),
    Fact.CONTACT: (CONF_CONTACT,),
    Fact.MANUAL: (CONF_MANUAL,),
    Fact.MANUFACTURER: (CONF_MANUFACTURER,),
    Fact.PHYSICAL: (CONF_ENCLOSURE,),
    Fact.SELLER: (CONF_SELLER,),
    Fact.SOLD: (CONF_SOLD,),
    Fact.SUPPORT_END: (CONF_SUPPORT_END,),
    Fact.TESTS: (CONF_TESTS,),
}
"""What each fact is made of: of several fields all must be filled in."""


def facts_entered(data: Mapping[str, Any], now: datetime) -> Mapping[Fact, Seen]:
    """Return what a subentry's data says for the technical file at `now` (UTC); what was left blank is absent.

    It stands for as long as nobody changes it, so it is current at `now`; since when it was entered is told beside it.
    """
    facts: dict[Fact, Seen] = {}
    set_up: Mapping[str, Any] = data.get(CONF_SET_UP, {})
    if ENTERED in set_up:
        facts[Fact.SETUP_INPUTS] = seen(
            set_up[INPUTS], now, entered=datetime.fromisoformat(set_up[ENTERED])
        )
    papers: Mapping[str, Any] = data.get(CONF_PAPERS, {})
    if ENTERED in papers:
        entered = datetime.fromisoformat(papers[ENTERED])
        facts |= {
            fact: seen(
                "; ".join(papers[field] for field in fields), now, entered=entered
            )
            for fact, fields in FACTS.items()
            if all(papers.get(field) for field in fields)
        }
    return facts


def set_up_by(inputs: int, now: datetime) -> dict[str, Any]:
    """Return what a subentry keeps of how it was set up: at `now` (UTC), by filling in so many fields."""
    return {INPUTS: inputs, ENTERED: now.isoformat()}


def without_buyer(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return a subentry's data without to whom the wallbox was sold, None where nobody entered that."""
    papers: Mapping[str, Any] = data.get(CONF_PAPERS, {})
    if CONF_BUYER not in papers:
        return None
    left = {field: text for field, text in papers.items() if field != CONF_BUYER}
    return {**data, CONF_PAPERS: left if left.keys() - {ENTERED} else {}}

"""Evidence: what is really known of one wallbox, for its technical file. What nobody has seen is left out."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import reduce
from typing import Any, Final

from ..central_system.composite import Agreement, Verdict
from ..central_system.counters import Count, ServerCounters
from ..model.charge_point import NOTHING_TOLD
from ..model.draws import DrawTally
from ..model.hours import HoursChoice
from ..records.technical_file.document import utc
from ..records.technical_file.facts import Evidence, Fact, Seen, seen
from ..rules.uniformity import uniformity
from .capability_report import Ability, Finding, RestsOn
from .charge_point import ChargePoint
from .kept_evidence import kept_facts
from .outage_evidence import outage_facts
from .papers import facts_entered
from .read_back_evidence import read_back_facts
from .recorded_evidence import recorded_facts
from .site_settings import CONF_DSR_PROVIDERS, CONF_DSR_SOURCES
from .tariff.settings import TariffSettings

type Facts = Mapping[Fact, Seen]

OCPP: Final = "1.6J"
RESTS: Final = {
    Ability.CHARGING_HOURS: Fact.HOURS_RESTS,
    Ability.CLOCK_CHANGE: Fact.CLOCK_CHANGE_RESTS,
    Ability.CURRENT_LIMIT: Fact.LIMIT_RESTS,
    Ability.DEMAND_RESPONSE: Fact.DSR_RESTS,
    Ability.RANDOM_DELAY: Fact.DELAY_RESTS,
}
"""Abilities of which the file says who sees to it."""
FOUND: Final = {
    Ability.OFFLINE_START: Fact.OFFLINE_START,
    Ability.POWER_CUT: Fact.POWER_CUT,
}
"""Abilities of which it says what was found."""


async def evidence_of(
    charge_point: ChargePoint,
    *,
    software: Mapping[Fact, str],
    counters: ServerCounters,
    personal: bool,
    now: datetime,
) -> Evidence:
    """Return what is known of a wallbox at `now` (UTC).

    `software` are the versions of what controls it. Who decided, and the names of providers, are asked for only where
    `personal` is chosen.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    ruleset = charge_point.site.ruleset
    facts = {
        **{fact: seen(text, now) for fact, text in software.items() if text},
        Fact.RULESET: seen(ruleset.id.value, now),
        **_of_the_owner(charge_point, now),
        **_of_the_home(charge_point, counters, now),
        **_of_the_wallbox(charge_point, now),
        **_of_the_draws(charge_point),
        **_of_the_papers(charge_point, now),
        **await recorded_facts(charge_point, now),
        **await kept_facts(charge_point, now),
        **await outage_facts(charge_point, now),
        **await read_back_facts(charge_point, now),
    }
    if personal:
        facts |= await _personal(charge_point, now)
    return Evidence(ruleset=ruleset.id, facts=facts)


def _of_the_wallbox(charge_point: ChargePoint, now: datetime) -> Facts:
    """Return what the wallbox told of itself and was seen to do, as of when it was last heard."""
    heard = charge_point.seen_at
    if heard is None:
        return {}
    memory = charge_point.memory
    boot, capabilities = memory.boot, memory.capabilities
    told = {
        fact: seen(text, heard)
        for fact, text in (
            (Fact.MAKE, boot.vendor),
            (Fact.MODEL, boot.model),
            (Fact.FIRMWARE, boot.firmware),
            (Fact.SERIAL, boot.serial),
        )
        if text
    }
    facts = {
        **told,
        Fact.OCPP: seen(OCPP, heard),
        Fact.CONNECTORS: seen(capabilities.connectors, heard),
        # The listener serves ws:// alone and asks for no password.
        Fact.PASSWORD: seen("none", heard),
        Fact.ENCRYPTION: seen("none", heard),
        **_read_back(charge_point),
    }
    # What was found with another firmware says nothing of this one.
    if boot == NOTHING_TOLD or capabilities.firmware != boot.firmware:
        return facts
    facts[Fact.HOURS_HELD] = seen(charge_point.state.hours_held_by.value, heard)
    facts[Fact.OWN_DELAY] = seen(capabilities.own_delay, heard)
    schedules = [
        connector.resident_schedule(now)
        for connector in charge_point.connectors.values()
    ]
    facts |= dict(_abilities(charge_point.capability_report(now), heard))
    changes = [each.week.valid_to for each in schedules if each.week.valid_to]
    if changes:
        facts[Fact.NEXT_CLOCK_CHANGE] = seen(utc(min(changes)), heard)
    return facts


def _abilities(
    report: tuple[Finding, ...], heard: datetime
) -> Iterator[tuple[Fact, Seen]]:
    for finding in report:
        if finding.rests_on is RestsOn.NOT_KNOWN:
            continue
        by = {"found": finding.found, "rests_on": finding.rests_on.value}
        if (fact := RESTS.get(finding.ability)) is not None:
            yield fact, seen(finding.rests_on.value, heard, by=by)
        if (fact := FOUND.get(finding.ability)) is not None:
            yield fact, seen(finding.found, heard, by=by)


def _read_back(charge_point: ChargePoint) -> Facts:
    """Return how what the wallbox says it will apply compares with what it was sent, the worst connector's."""
    order = ("agrees", "differs", "exceeds")
    compared = []
    for connector in charge_point.connectors.values():
        if connector.verdict is None or connector.composite is None:
            return {}
        at, verdict = connector.verdict
        if verdict.agreement is Agreement.SILENT:
            return {}
        steps = [
            [utc(step.start), step.limit.amperes] for step in connector.composite.steps
        ]
        compared.append((at, _word(verdict), steps))
    if not compared:
        return {}
    return {
        Fact.READ_BACK: seen(
            max((word for _, word, _ in compared), key=order.index),
            min(at for at, _, _ in compared),
            samples=sum(len(steps) for _, _, steps in compared),
            by=[[utc(at), word, steps] for at, word, steps in compared],
        )
    }


def _word(verdict: Verdict) -> str:
    if verdict.agreement is Agreement.AGREES:
        return "agrees"
    return "exceeds" if verdict.exceeds else "differs"


def _of_the_owner(charge_point: ChargePoint, now: datetime) -> Facts:
    """Return what the owner set: it stands so at this moment."""
    settings, ruleset = charge_point.settings, charge_point.site.ruleset
    facts = {
        Fact.PHASES: seen(settings.phases, now),
        Fact.MAXIMUM: seen(settings.maximum.amperes, now),
        Fact.DELAY_MAXIMUM: seen(settings.delay_maximum(ruleset), now),
        Fact.TAMPER_REACTION: seen(settings.tamper_reaction.value, now),
    }
    decision = settings.decision
    if decision.choice is not HoursChoice.UNANSWERED:
        facts[Fact.HOURS_CHOICE] = seen(decision.choice.value, now)
        facts[Fact.CHOSEN_AT] = seen(utc(decision.decided_at), now)
    return facts


def _of_the_papers(charge_point: ChargePoint, now: datetime) -> Facts:
    """Return what was entered for the file, by the subentry as it is at this moment."""
    subentry = charge_point.entry.subentries.get(charge_point.subentry_id)
    return {} if subentry is None else facts_entered(subentry.data, now)


def _of_the_home(
    charge_point: ChargePoint, counters: ServerCounters, now: datetime
) -> Facts:
    """Return what holds for the home as a whole."""
    options = charge_point.entry.options
    tariff = TariffSettings.of(options)
    kind = "entity" if tariff.entity_id else "fixed" if tariff.rates else "none"
    facts = {
        Fact.BANK_HOLIDAYS: seen(
            "weekend" if charge_point.site.bank_holidays else "weekday", now
        ),
        Fact.TARIFF: seen(kind, now),
        Fact.DSR_SOURCES: seen(len(_providers(options)), now),
        Fact.PORTS: seen(1, now),
    }
    if malformed := counters.counts[Count.MALFORMED_FRAMES]:
        facts[Fact.MALFORMED] = seen(malformed, now, samples=malformed)
    return facts


def _providers(options: Mapping[str, Any]) -> list[str]:
    return sorted(
        {*options.get(CONF_DSR_PROVIDERS, ()), *options.get(CONF_DSR_SOURCES, ())}
    )


def _of_the_draws(charge_point: ChargePoint) -> Facts:
    """Return what the random delays came to that were ever drawn for this wallbox."""
    tally = reduce(
        DrawTally.and_also,
        (connector.memory.draws for connector in charge_point.connectors.values()),
        DrawTally(),
    )
    if tally.latest is None:
        return {}
    by, at = tally.as_data(), tally.latest.astimezone(UTC)
    values = {
        Fact.DRAWS: tally.count,
        Fact.DRAWS_LEAST: tally.least,
        Fact.DRAWS_MOST: tally.most,
        Fact.DRAWS_MEAN: round(tally.total / tally.count, 1),
    }
    if (even := uniformity(tally)) is not None:
        values[Fact.DRAWS_P] = round(even, 6)
    return {
        fact: seen(value, at, samples=tally.count, by=by)
        for fact, value in values.items()
    }


async def _personal(charge_point: ChargePoint, now: datetime) -> dict[Fact, Seen]:
    """Return what leads to a person."""
    hass = charge_point.hass
    facts = {
        Fact.NAME: seen(charge_point.name, now),
        Fact.HOME: seen(hass.config.location_name, now),
    }
    if user_id := charge_point.settings.decision.user_id:
        user = await hass.auth.async_get_user(user_id)
        if user is not None and user.name:
            facts[Fact.CHOSEN_BY] = seen(user.name, now)
    if providers := _providers(charge_point.entry.options):
        facts[Fact.PROVIDERS] = seen(", ".join(providers), now)
    return facts

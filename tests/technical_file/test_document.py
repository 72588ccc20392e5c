"""The technical file: verdicts, T1 to T4, the seal (requirements.md section 5)."""

from datetime import timedelta
import json
from pathlib import Path
from typing import Any, Final

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_charge_point.records.technical_file.building import (
    YOUNG_ENOUGH,
    document,
)
from custom_components.smart_charge_point.records.technical_file.document import (
    MET,
    Document,
    Line,
    Subject,
    Verdict,
)
from custom_components.smart_charge_point.records.technical_file.facts import (
    PERSONAL,
    Fact,
    Seen,
    seen,
)
from custom_components.smart_charge_point.records.technical_file.rules import (
    GREAT_BRITAIN,
    IDENTITY,
    SALE,
)
from custom_components.smart_charge_point.records.technical_file.seal import (
    genuine,
    new_key,
    seal,
    write_json,
)
from custom_components.smart_charge_point.rules.ruleset import RulesetId

from .facts import KEY, LATELY, NOW, everything, evidence

GOLDEN: Final = Path(__file__).parent / "golden.json"
RULES: Final = {rule.subject: rule for rule in (*IDENTITY, *GREAT_BRITAIN, SALE)}
SHOWN: Final = MET | {Verdict.STATED}


def line(made: Document, subject: Subject) -> Line:
    """Return a line of a document."""
    [found] = [one for one in made.lines if one.subject is subject]
    return found


def with_fact(fact: Fact, value: str | float) -> Document:
    """Return the document of an installation of which everything is well but this."""
    return document(evidence({**everything(), fact: seen(value, LATELY)}), NOW)


def test_t1_every_line_of_a_well_seen_installation_has_evidence() -> None:
    """Where everything was seen lately nothing is unevidenced, and each fact bears value, time, samples and hash."""
    made = document(evidence(), NOW, personal=True)

    assert {one.subject for one in made.lines} == set(Subject)
    for one in made.lines:
        assert one.verdict in SHOWN, one.subject
        for finding in one.findings:
            assert finding.value is not None
            assert finding.at == LATELY
            assert finding.samples == 3
            assert finding.digest is not None
            assert len(finding.digest) == 64


@pytest.mark.parametrize("subject", Subject)
def test_t1_evidence_of_35_days_ago_is_none(subject: Subject) -> None:
    """A line whose evidence is just young enough is shown; at 35 days it says that it is not evidenced."""
    for age, shown in (
        (YOUNG_ENOUGH - timedelta(seconds=1), True),
        (YOUNG_ENOUGH, False),
    ):
        facts = everything(NOW - age)
        one = line(document(evidence(facts), NOW, personal=True), subject)
        assert (one.verdict in SHOWN) is shown
        assert (one.verdict is Verdict.NOT_EVIDENCED) is not shown
        assert all((finding.value is not None) is shown for finding in one.findings)


@given(
    st.sets(st.sampled_from(sorted(Fact)), min_size=1),
    st.sampled_from(["missing", "old", "future"]),
)
def test_t1_any_missing_evidence_never_yields_met(lost: set[Fact], how: str) -> None:
    """Whatever is missing, too old or not yet seen: no line that needs it is met or stated."""
    facts = everything()
    for fact in lost:
        at = NOW + timedelta(days=-36 if how == "old" else 1)
        if how == "missing":
            del facts[fact]
        else:
            facts[fact] = seen(facts[fact].value, at)
    made = document(evidence(facts), NOW, personal=True)

    for one in made.lines:
        if lost & set(RULES[one.subject].needs):
            assert one.verdict is Verdict.NOT_EVIDENCED, one.subject
            assert any(finding.value is None for finding in one.findings)
        else:
            assert one.verdict in SHOWN, one.subject


def test_nothing_seen_is_nothing_met() -> None:
    """An installation of which nothing is known has no other verdict."""
    made = document(evidence({}), NOW)

    assert {one.verdict for one in made.lines} == {Verdict.NOT_EVIDENCED}


@pytest.mark.parametrize(
    ("fact", "value", "subject"),
    [
        (Fact.LIMIT_RESTS, "nobody", Subject.RATE),
        (Fact.HOURS_RESTS, "nobody", Subject.TIME_SHIFT),
        (Fact.HOURS_RESTS, "nobody", Subject.HOURS),
        (Fact.READ_BACK, "exceeds", Subject.HOURS),
        (Fact.MINUTES_OUTSIDE, 1, Subject.HOURS),
        (Fact.DSR_RESTS, "nobody", Subject.DSR),
        (Fact.FUNCTIONS_KEPT, "fewer", Subject.SUPPLIER),
        (Fact.OFFLINE_START, "none", Subject.OFFLINE_START),
        (Fact.SECONDS, 56, Subject.POWER),
        (Fact.ACCURACY, -0.11, Subject.ACCURACY),
        (Fact.ACCURACY_SIDE, "one_side", Subject.ACCURACY),
        (Fact.CLOCK_CHANGE_RESTS, "nobody", Subject.CLOCK_CHANGE),
        (Fact.DELAY_RESTS, "not_needed", Subject.DELAY),
        (Fact.DELAY_MAXIMUM, 599, Subject.DELAY),
        (Fact.DELETION_LEFT, "something", Subject.DELETION),
        (Fact.DRAWS_P, 0.0009, Subject.DRAWS),
        (Fact.POWER_CUT, "refused", Subject.POWER_CUT),
        (Fact.PASSWORD, "none", Subject.PASSWORDS),
        (Fact.ENCRYPTION, "none", Subject.ENCRYPTION),
    ],
)
def test_what_speaks_against_a_line_is_said(
    fact: Fact, value: str | float, subject: Subject
) -> None:
    """It is not met, also where other evidence of it is missing."""
    assert line(document(evidence(), NOW), subject).verdict in MET
    assert line(with_fact(fact, value), subject).verdict is Verdict.NOT_MET
    alone = document(evidence({fact: seen(value, LATELY)}), NOW)
    assert line(alone, subject).verdict is Verdict.NOT_MET


def test_less_than_a_week_read_back_is_no_evidence_and_nothing_against_it() -> None:
    """Days that were not asked for yet are not known."""
    for minutes, verdict in (
        (10_079, Verdict.NOT_EVIDENCED),
        (10_080, Verdict.MET_JOINTLY),
    ):
        made = with_fact(Fact.READ_BACK_MINUTES, minutes)
        assert line(made, Subject.HOURS).verdict is verdict


def test_who_delays_is_who_meets_it() -> None:
    """A wallbox that delays by itself, or both together."""
    assert line(with_fact(Fact.OWN_DELAY, 600), Subject.DELAY).verdict is (
        Verdict.MET_BY_CHARGER
    )
    assert line(with_fact(Fact.OWN_DELAY, 0), Subject.DELAY).verdict is (
        Verdict.MET_JOINTLY
    )


def test_a2_2_elsewhere_nothing_is_judged() -> None:
    """Without the rules of Great Britain the document says what the installation is, and names none of them."""
    made = document(evidence(ruleset=RulesetId.NONE), NOW, personal=True)

    assert {one.verdict for one in made.lines} == {Verdict.STATED}
    assert {one.subject for one in made.lines} == {rule.subject for rule in IDENTITY}


def test_t2_the_same_evidence_makes_the_same_file() -> None:
    """To the last byte, in whatever order it was seen; its times are UTC."""
    turned = dict(reversed(everything().items()))
    files = [
        write_json(made, seal(made, KEY))
        for made in (document(evidence(), NOW), document(evidence(turned), NOW))
    ]

    assert files[0] == files[1]
    data = json.loads(files[0])["document"]
    assert data["made_at"] == "2026-11-23T20:00:00Z"
    assert data["lines"][0]["evidence"][0]["at"] == "2026-11-20T20:00:00Z"


def test_t2_the_seal_breaks_with_any_change() -> None:
    """A file is genuine by the public key of its installation only, and only as it was made."""
    made = document(evidence(), NOW)
    sealed = seal(made, KEY)
    file: dict[str, Any] = json.loads(write_json(made, sealed))

    assert genuine(file, sealed.public_key)
    assert file["seal"]["sha256"] == made.digest
    assert not genuine(file, seal(made, new_key()).public_key)
    file["document"]["lines"][-1]["verdict"] = "met_jointly"
    assert not genuine(file, sealed.public_key)
    assert not genuine({}, sealed.public_key)
    assert not genuine(file, "nonsense")


def test_t2_golden() -> None:
    """What a release writes another one can read: a change of the file is a change of its schema."""
    facts = everything()
    for fact in (Fact.ACCURACY, Fact.UPDATE_CHECK, Fact.SERIAL):
        del facts[fact]
    facts[Fact.ENCRYPTION] = seen("none", LATELY)
    made = document(evidence(facts), NOW)

    assert write_json(made, seal(made, KEY)).decode() == GOLDEN.read_text("utf-8")


def test_t3_no_personal_data_unless_chosen() -> None:
    """Not even where the evidence holds it; and no entry for the register of sales, which names a buyer."""
    facts: dict[Fact, Seen] = {
        **everything(),
        **{fact: seen(f"Ada {fact}", LATELY) for fact in PERSONAL},
    }
    plain = write_json(made := document(evidence(facts), NOW), seal(made, KEY)).decode()
    chosen = write_json(
        made := document(evidence(facts), NOW, personal=True), seal(made, KEY)
    ).decode()

    assert "Ada" not in plain
    assert Subject.SALE not in plain
    for fact in PERSONAL:
        assert f"Ada {fact}" in chosen


def test_t4_another_firmware_is_another_file() -> None:
    """Two wallboxes that differ in nothing else have two documents."""
    one = with_fact(Fact.FIRMWARE, "1.0")
    other = with_fact(Fact.FIRMWARE, "1.1")

    assert one.digest != other.digest
    assert [made.value(Fact.FIRMWARE) for made in (one, other)] == ["1.0", "1.1"]


@given(st.text())
def test_hostile_texts_change_nothing_but_themselves(text: str) -> None:
    """Whatever a wallbox tells, the file can be written, read again, and is genuine."""
    made = with_fact(Fact.MODEL, text)
    sealed = seal(made, KEY)

    assert genuine(json.loads(write_json(made, sealed)), sealed.public_key)

"""Demand-side response from what the owner chose in the options, from its source to the wire and back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.model.decision import DecisionKind
from custom_components.smart_charge_point.simulator import Car, Wallbox

from ..control.dsr_sources.openadr.vtn import CLIENT_ID, CLIENT_KEY, Vtn, event, problem
from ..family import decisions
from ..house import SELDOM, House

WITHIN_HOURS = pytest.mark.at(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
SENSOR = "binary_sensor.grid"
OTHER = "binary_sensor.other"
OCTOPUS = "event.octopus_energy_a_1_octoplus_power_down_events"
DRAW = "custom_components.smart_charge_point.control.dsr.secrets.randbelow"
USAGE = [{"payloadType": "USAGE"}]
"""What a server's event says that asks for a report of what was charged in it."""
POLLED = timedelta(minutes=6)
"""In which a server is asked at least once."""


async def charging(
    house: House, identity: str = "WB1", settings: Mapping[str, str] = SELDOM
) -> Wallbox:
    """Return a wallbox whose car charges."""
    wallbox = await house.wallbox(identity, settings=settings)
    await wallbox.plug_in(Car(start_delay=timedelta(), battery_kwh=10_000.0))
    await house.advance(timedelta(seconds=300))
    assert wallbox.current(1) > 30
    return wallbox


async def follow_sensor(house: House, entity_id: str = SENSOR, **form: Any) -> None:
    """Choose a sensor, which is off, as a source of responses down to 6 A."""
    house.hass.states.async_set(entity_id, "off")
    await house.choose(
        "demand_response",
        "binary_sensor",
        {"entity_id": entity_id, "limit": 6, "kind": "response", **form},
    )


async def turn(house: House, state: str, entity_id: str = SENSOR) -> str:
    """Let the sensor say something, and what hears of it act; return the name of an event that begins."""
    name = f"{house.now:%Y-%m-%dT%H:%M:%SZ}"
    house.hass.states.async_set(entity_id, state)
    await house.settle()
    await house.advance(timedelta(seconds=15))
    return name


async def report(house: House, provider: str, event_id: str) -> Mapping[str, Any]:
    """Return what is on record of an event."""
    answer = await house.action(
        "export_dsr_report", provider=provider, event_id=event_id
    )
    found: Mapping[str, Any] = answer["reports"][0]
    return found


@pytest.fixture(autouse=True)
def same_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every draw be 240 s."""
    monkeypatch.setattr(DRAW, lambda _: 240)


@pytest.fixture(autouse=True)
def patience(house: House) -> None:
    """Let time wait for what sources do in the background, and for the answers of servers."""

    async def done() -> None:
        while waiting := [
            task
            for task in asyncio.all_tasks()
            if task.get_name().startswith(
                ("OpenADR ", f"{DOMAIN} word to", f"{DOMAIN} events of")
            )
        ]:
            await asyncio.wait(waiting)
            await house.settle()

    house.clock.settlers.append(done)


@pytest.fixture
async def vtns(unused_tcp_port_factory: Callable[[], int]) -> AsyncIterator[list[Vtn]]:
    """Return two servers of providers."""
    servers = [Vtn(), Vtn()]
    for server in servers:
        await server.start(unused_tcp_port_factory())
    yield servers
    for server in servers:
        await server.stop()


async def follow_server(house: House, vtn: Vtn, provider: str, **form: Any) -> None:
    """Choose a server whose events are responses."""
    await house.choose(
        "demand_response",
        "openadr",
        {
            "provider": provider,
            "url": vtn.url,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_KEY,
            "ven_name": "home",
            "kind": "response",
            "more": {},
            **form,
        },
    )


def hour(house: House, name: str = "e1", level: int = 2, **fields: Any) -> Any:
    """Return an event of an hour from a quarter of an hour ahead, of a level that asks for 16 or 6 A."""
    start = house.now + timedelta(minutes=15)
    return event(name, ("SIMPLE", level), start=f"{start:%Y-%m-%dT%H:%M:%SZ}", **fields)


def repairs(house: House, provider: str) -> list[str | None]:
    """Return what the owner reads of a source in the repairs."""
    return [
        issue.translation_key
        for (domain, _), issue in ir.async_get(house.hass).issues.items()
        if domain == DOMAIN and issue.translation_placeholders == {"provider": provider}
    ]


def told(vtn: Vtn) -> list[Any]:
    """Return the payloads of all reports, in order."""
    return [
        (payload["type"], payload["values"][0])
        for report in vtn.reports
        for resource in report["resources"]
        for interval in resource["intervals"]
        for payload in interval["payloads"]
    ]


@WITHIN_HOURS
async def test_a_sensor_that_turns_on_limits_the_car_until_it_is_off(
    house: House,
) -> None:
    """Within seconds, both ways, and it is on record."""
    wallbox = await charging(house)
    await follow_sensor(house)
    name = await turn(house, "on")
    assert 0 < wallbox.current(1) <= 6.6
    assert house.state("dsr_active") == "on"
    assert (await report(house, SENSOR, name))["outcome"] == "active"
    await turn(house, "off")
    assert wallbox.current(1) > 30
    assert house.state("dsr_active") == "off"


@WITHIN_HOURS
async def test_d2_a_planned_event_that_begins_at_once_is_delayed_and_kept(
    house: House,
) -> None:
    """There is no time to ramp before it, so the ramp comes after its start, and a restart knows of it."""
    wallbox = await charging(house)
    await follow_sensor(house, kind="planned")
    await turn(house, "on")
    assert wallbox.current(1) > 30
    await house.restart(after=timedelta(minutes=2))
    house.hass.states.async_set(SENSOR, "on")
    await house.advance(timedelta(seconds=60))
    assert wallbox.current(1) > 30
    await house.advance(timedelta(seconds=60))
    assert wallbox.current(1) <= 6.6


@WITHIN_HOURS
async def test_a11_3_a_restart_takes_up_what_runs_and_draws_nothing_anew(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same event with the same delays, and not a profile is sent again."""
    wallbox = await charging(house)
    draws = count(100, 7)
    monkeypatch.setattr(DRAW, lambda below: next(draws) % below)
    await follow_sensor(house, kind="planned")
    name = await turn(house, "on")
    await house.advance(timedelta(minutes=10))
    before = await report(house, SENSOR, name)
    sent = len(wallbox.requests("SetChargingProfile"))
    await house.restart(after=timedelta(minutes=5))
    await house.advance(timedelta(minutes=2))
    after = await report(house, SENSOR, name)
    assert {**after, "connectors": ()} == {**before, "connectors": ()}
    assert len(wallbox.requests("SetChargingProfile")) == sent
    assert wallbox.current(1) <= 6.6


@WITHIN_HOURS
@pytest.mark.parametrize("how", ["override", "follow"])
async def test_d3_what_was_opted_out_of_is_not_begun_anew_after_a_restart(
    house: House, how: str
) -> None:
    """The sensor is on anew then, which is no new event, and its end is moved an hour later."""
    wallbox = await charging(house)
    await follow_sensor(house)
    name = await turn(house, "on")
    if how == "override":
        await house.press("override_dsr")
    else:
        await house.switch("follow_dsr", False)
    await house.advance(timedelta(seconds=10))
    assert wallbox.current(1) > 30
    house.hass.states.async_remove(SENSOR)
    await house.restart(after=timedelta(minutes=5))
    later = await turn(house, "on")
    await house.advance(timedelta(minutes=70))
    assert wallbox.current(1) > 30
    with pytest.raises(ServiceValidationError):
        await report(house, SENSOR, later)
    outcome = {"override": "overridden", "follow": "not_followed"}[how]
    assert (await report(house, SENSOR, name))["outcome"] == outcome


@WITHIN_HOURS
async def test_what_was_told_meanwhile_is_followed_when_following_is_on_again(
    house: House,
) -> None:
    """A source tells an event once."""
    wallbox = await charging(house)
    await house.switch("follow_dsr", False)
    await follow_sensor(house)
    await turn(house, "on")
    assert wallbox.current(1) > 30
    await house.switch("follow_dsr", True)
    await house.advance(timedelta(seconds=10))
    assert wallbox.current(1) <= 6.6


@WITHIN_HOURS
async def test_d4_of_two_sources_the_lower_limit_rules(house: House) -> None:
    """Each ends by itself."""
    wallbox = await charging(house)
    await follow_sensor(house, limit=16)
    await follow_sensor(house, OTHER, limit=8)
    await turn(house, "on")
    assert 15 < wallbox.current(1) <= 16
    await turn(house, "on", OTHER)
    assert 7 < wallbox.current(1) <= 8
    await turn(house, "off", OTHER)
    assert 15 < wallbox.current(1) <= 16


@WITHIN_HOURS
async def test_a_wallbox_that_is_added_meanwhile_follows_as_well(house: House) -> None:
    """And one that was there is told nothing again."""
    first = await charging(house)
    await follow_sensor(house)
    await turn(house, "on")
    sent = len(first.requests("SetChargingProfile"))
    house.add("WB2")
    await house.settle()
    second = await house.wallbox("WB2", settings=SELDOM)
    await second.plug_in(Car(start_delay=timedelta(), battery_kwh=10_000.0))
    await house.advance(timedelta(seconds=300))
    assert house.state("dsr_active", "WB2") == "on"
    assert 0 < second.current(1) <= 6.6
    assert len(first.requests("SetChargingProfile")) == sent


@WITHIN_HOURS
async def test_a_source_that_is_removed_or_changed_leaves_the_others_alone(
    house: House,
) -> None:
    """Its events end, or take the new form; the other source goes on."""
    wallbox = await charging(house)
    await follow_sensor(house, limit=16)
    await follow_sensor(house, OTHER, limit=8)
    name = await turn(house, "on")
    await turn(house, "on", OTHER)
    await house.choose(
        "demand_response",
        "change",
        {"source": OTHER},
        {"entity_id": OTHER, "direction": "down", "limit": 10, "kind": "response"},
    )
    await house.advance(timedelta(seconds=15))
    assert 9 < wallbox.current(1) <= 10
    await house.choose("demand_response", "remove", {"source": OTHER})
    await house.advance(timedelta(seconds=15))
    assert 15 < wallbox.current(1) <= 16
    assert (await report(house, SENSOR, name))["outcome"] == "active"


@WITHIN_HOURS
async def test_the_events_of_an_automations_provider_end_with_its_name(
    house: House,
) -> None:
    """Whom the owner does not name any more has no say, in what runs neither."""
    wallbox = await charging(house)
    await house.set_options(dsr_providers=["mine"])
    await house.action(
        "start_dsr_event",
        provider="mine",
        event_id="1",
        kind="response",
        direction="down",
        limit_a=6,
        end=house.now + timedelta(hours=1),
    )
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) <= 6.6
    await house.set_options()
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) > 30
    assert (await report(house, "mine", "1"))["outcome"] == "cancelled"


@WITHIN_HOURS
async def test_d6_of_two_sessions_the_one_that_makes_no_sense_is_refused(
    house: House,
) -> None:
    """It is on record, and the other one is followed."""
    wallbox = await charging(house)
    start = house.now
    house.hass.states.async_set(
        OCTOPUS,
        "unknown",
        {
            "joined_events": [
                {"id": "1", "start": start, "end": start + timedelta(hours=30)},
                {"id": "2", "start": start, "end": start + timedelta(hours=1)},
            ]
        },
    )
    await house.choose(
        "demand_response",
        "octopus",
        {"entity_id": OCTOPUS, "direction": "down", "limit": 6},
    )
    await house.advance(timedelta(minutes=10))
    assert 0 < wallbox.current(1) <= 6.6
    assert (await report(house, OCTOPUS, "2"))["outcome"] == "active"
    with pytest.raises(ServiceValidationError):
        await report(house, OCTOPUS, "1")
    assert [
        decision.detail
        for decision in await decisions(
            house, kind=DecisionKind.DSR_EVENT, allowed=False
        )
    ] == [f"{OCTOPUS}/1: too_long"]


@WITHIN_HOURS
async def test_d1_d3_an_event_of_a_server_is_kept_to_and_an_opt_out_is_reported(
    house: House, vtns: list[Vtn]
) -> None:
    """From the server to the wire, and the owner's word back to the server, once."""
    wallbox = await charging(house)
    vtn = vtns[0]
    await follow_server(house, vtn, "Grid")
    asked = hour(house)
    vtn.events = [asked]
    await house.advance(timedelta(minutes=15, seconds=15))
    assert house.state("dsr_active") == "on"
    assert 0 < wallbox.current(1) <= 6.6
    assert told(vtn) == []

    await house.press("override_dsr")
    await house.advance(timedelta(seconds=10))
    assert wallbox.current(1) > 30
    opted_out = [("OPERATING_STATE", "RUNNING_OPTED_OUT")]
    assert told(vtn) == opted_out

    asked["intervalPeriod"]["duration"] = "PT2H"
    await house.advance(POLLED)
    await house.restart()
    asked["intervalPeriod"]["duration"] = "PT3H"
    await house.advance(2 * POLLED)
    assert wallbox.current(1) > 30
    assert told(vtn) == opted_out


@WITHIN_HOURS
async def test_d4_both_providers_hear_of_the_owners_opt_out(
    house: House, vtns: list[Vtn]
) -> None:
    """Whichever of them had the lower limit."""
    wallbox = await charging(house)
    for number, vtn in enumerate(vtns, start=1):
        await follow_server(house, vtn, f"Grid {number}")
        vtn.events = [hour(house, level=number)]
    await house.advance(timedelta(minutes=15, seconds=15))
    assert 0 < wallbox.current(1) <= 6.6
    await house.press("override_dsr")
    await house.advance(timedelta(seconds=10))
    assert wallbox.current(1) > 30
    for vtn in vtns:
        assert told(vtn) == [("OPERATING_STATE", "RUNNING_OPTED_OUT")]


@WITHIN_HOURS
async def test_what_all_wallboxes_charged_goes_back_to_the_provider(
    house: House, vtns: list[Vtn], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One report, when the event is over at the last of them; without the wallbox that opted out."""
    await house.set_up("WB1", "WB2", "WB3")
    wallboxes = [await charging(house, f"WB{number}", {}) for number in (1, 2, 3)]
    draws = count(120, 60)
    monkeypatch.setattr(DRAW, lambda below: next(draws) % below)
    vtn = vtns[0]
    await follow_server(house, vtn, "Grid", kind="planned")
    vtn.events = [hour(house, duration="PT10M", reportDescriptors=USAGE)]
    await house.advance(timedelta(minutes=15, seconds=15))
    assert all(wallbox.current(1) <= 6.6 for wallbox in wallboxes)
    await house.press("override_dsr", "WB3")
    await house.advance(timedelta(minutes=20) + POLLED)
    assert told(vtn) == [
        ("OPERATING_STATE", "RUNNING_OPTED_OUT"),
        ("USAGE", pytest.approx(2 * 6 * 230 / 6000, rel=0.05)),
    ]


@WITHIN_HOURS
async def test_what_was_not_measured_is_not_reported(
    house: House, vtns: list[Vtn]
) -> None:
    """A wallbox that measures once in an hour says nothing of what it charged in it."""
    await charging(house)
    vtn = vtns[0]
    await follow_server(house, vtn, "Grid")
    vtn.events = [hour(house, reportDescriptors=USAGE)]
    await house.advance(timedelta(minutes=75) + POLLED)
    assert house.state("dsr_active") == "off"
    assert told(vtn) == []


@WITHIN_HOURS
@pytest.mark.parametrize(
    ("before_end", "measured"),
    [(timedelta(seconds=20), True), (timedelta(minutes=10), False)],
)
async def test_an_event_that_ended_while_home_assistant_was_down_is_told_once(
    house: House, vtns: list[Vtn], before_end: timedelta, measured: bool
) -> None:
    """Its provider hears what was charged in it, where enough of it was measured to say so; a guess it never hears."""
    await charging(house, settings={})
    vtn = vtns[0]
    await follow_server(house, vtn, "Grid")
    vtn.events = [hour(house, duration="PT20M", reportDescriptors=USAGE)]
    await house.advance(timedelta(minutes=15 + 20) - before_end)
    await house.restart(after=before_end + timedelta(minutes=3))
    await house.advance(2 * POLLED)
    usage = ("USAGE", pytest.approx(6 * 230 / 3000, rel=0.05))
    assert told(vtn) == ([usage] if measured else [])
    await house.restart(after=timedelta(minutes=1))
    await house.advance(2 * POLLED)
    assert len(told(vtn)) == measured


@WITHIN_HOURS
async def test_d3_an_opt_out_that_could_not_be_told_is_told_after_a_restart(
    house: House, vtns: list[Vtn], caplog: pytest.LogCaptureFixture
) -> None:
    """Its moment is that of the owner's word; it is told once, and with the source it is forgotten."""
    await charging(house)
    vtn = vtns[0]
    await follow_server(house, vtn, "Grid")
    vtn.events = [hour(house)]
    await house.advance(timedelta(minutes=20))
    vtn.answers["reports"] = lambda: problem(500)
    at = house.now
    await house.press("override_dsr")
    await house.advance(timedelta(minutes=1))
    assert told(vtn) == []
    await house.restart(after=timedelta(minutes=1))
    await house.advance(timedelta(minutes=1))
    vtn.answers.clear()
    await house.advance(timedelta(minutes=15))
    await house.restart()
    await house.advance(2 * POLLED)
    assert told(vtn) == [("OPERATING_STATE", "RUNNING_OPTED_OUT")]
    (interval,) = vtn.reports[0]["resources"][0]["intervals"]
    assert interval["intervalPeriod"]["start"] == f"{at:%Y-%m-%dT%H:%M:%SZ}"
    assert CLIENT_KEY not in caplog.text


@WITHIN_HOURS
@pytest.mark.parametrize("removed", ["source", "integration"])
async def test_what_a_provider_is_not_told_yet_goes_with_its_source(
    house: House, vtns: list[Vtn], hass_storage: dict[str, Any], removed: str
) -> None:
    """Or with all there is; nothing of it stays on the disk."""
    await charging(house)
    vtn = vtns[0]
    await follow_server(house, vtn, "Grid")
    vtn.events = [hour(house)]
    await house.advance(timedelta(minutes=20))
    vtn.answers["reports"] = lambda: problem(500)
    await house.press("override_dsr")
    assert [key for key in hass_storage if "reports_" in key]
    if removed == "source":
        await house.choose("demand_response", "remove", {"source": "Grid"})
    else:
        await house.hass.config_entries.async_remove(house.entry.entry_id)
    assert [key for key in hass_storage if "reports_" in key] == []


@WITHIN_HOURS
async def test_a_sensor_that_is_gone_is_a_repair_until_it_is_back(house: House) -> None:
    """What it announced stands; one that is only unavailable is not gone."""
    wallbox = await charging(house)
    await follow_sensor(house)
    await turn(house, "on")
    assert repairs(house, SENSOR) == []
    await turn(house, "unavailable")
    assert repairs(house, SENSOR) == []
    house.hass.states.async_remove(SENSOR)
    await house.advance(timedelta(seconds=15))
    assert repairs(house, SENSOR) == ["dsr_entity_missing"]
    assert wallbox.current(1) <= 6.6
    await turn(house, "on")
    assert repairs(house, SENSOR) == []
    assert wallbox.current(1) <= 6.6


@WITHIN_HOURS
@pytest.mark.parametrize("removed", ["source", "integration"])
async def test_a_server_that_cannot_be_asked_is_a_repair_until_it_can(
    house: House, vtns: list[Vtn], removed: str
) -> None:
    """Credentials at once, silence after an hour, both taken back; and with the source, or all there is."""
    await house.wallbox(settings=SELDOM)
    vtn = vtns[0]
    await follow_server(house, vtn, "Grid")

    await house.advance(POLLED)
    assert repairs(house, "Grid") == []
    vtn.tokens.clear()
    vtn.answers["auth/token"] = lambda: problem(401)
    await house.advance(POLLED)
    assert repairs(house, "Grid") == ["dsr_credentials"]
    vtn.answers.clear()
    await house.advance(timedelta(minutes=15))
    assert repairs(house, "Grid") == []

    vtn.answers["events"] = lambda: problem(500)
    await house.advance(timedelta(minutes=45))
    assert repairs(house, "Grid") == []
    await house.advance(timedelta(minutes=30))
    assert repairs(house, "Grid") == ["dsr_unreachable"]
    if removed == "source":
        await house.choose("demand_response", "remove", {"source": "Grid"})
    else:
        await house.hass.config_entries.async_remove(house.entry.entry_id)
    assert repairs(house, "Grid") == []

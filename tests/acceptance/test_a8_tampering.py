"""Reg. 8 and Schedule 1 §9: once somebody interfered with a wallbox, nothing is overridden until it was looked at (A8.1)."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.translation import async_get_exception_message
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smart_charge_point.central_system.link import (
    Answer,
    Link,
    Priority,
)
from custom_components.smart_charge_point.central_system.profiles import ChargingProfile
from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.control.overriding import Overriding
from custom_components.smart_charge_point.control.sending import ProfileSender
from custom_components.smart_charge_point.model.decision import DecisionKind
from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.model.tamper import TamperReaction
from custom_components.smart_charge_point.simulator import Car, Wallbox
from custom_components.smart_charge_point.simulator.protocol import Call
from custom_components.smart_charge_point.simulator.quirks import Quirks, Refusal

from ..family import CHARGE_NOW, LESS, OVERRIDES, STOP, decisions, refused
from ..house import SELDOM, House

pytestmark = pytest.mark.draws(300)

NOON = pytest.mark.at(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
"""A Saturday, in charging hours."""
IN_PEAK = pytest.mark.at(datetime(2026, 11, 23, 17, 0, tzinfo=UTC))
REFUSED: Final = {
    name: override
    for name, override in OVERRIDES.items()
    if override[1] is not DecisionKind.STOP
}
"""All but the end of a session, which is safe."""


@pytest.fixture(autouse=True)
def owner(hass_admin_user: MockUser) -> str:
    """An administrator."""
    user_id: str = hass_admin_user.id
    return user_id


async def charging(house: House, **kinds: Any) -> Wallbox:
    """Return a wallbox whose car charges because it is asked to, or as the hours want it."""
    wallbox = await house.wallbox(settings=SELDOM, **kinds)
    await wallbox.plug_in(Car(start_delay=timedelta(), battery_kwh=10_000.0))
    await house.advance(timedelta(seconds=30))
    return wallbox


async def says(house: House, wallbox: Wallbox, name: str, **fields: Any) -> None:
    """Let the wallbox tell a security event."""
    payload = {"type": name, "timestamp": house.now.isoformat(), **fields}
    wallbox.protocol.put(
        Call(action="SecurityEventNotification", payload=payload, triggered=True)
    )
    wallbox.protocol.pump()
    await house.advance(timedelta(seconds=2))


def asked(wallbox: Wallbox) -> int:
    """Return how many calls the wallbox was sent."""
    return sum(frame.kind == 2 for frame in wallbox.received)


def repairs(house: House) -> list[ir.IssueEntry]:
    """Return what the owner reads about tampering among the repairs."""
    return [
        issue
        for (domain, _), issue in ir.async_get(house.hass).issues.items()
        if domain == DOMAIN and issue.active and issue.translation_key == "tampered"
    ]


async def confirm(
    house: House, hass_client: ClientSessionGenerator
) -> Mapping[str, Any]:
    """Let an administrator go through the repair; return what is shown last."""
    assert await async_setup_component(house.hass, "repairs", {})
    (issue,) = repairs(house)
    client = await hass_client()
    response = await client.post(
        "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": issue.issue_id}
    )
    form = await response.json()
    assert form["step_id"] == "confirm"
    assert form["description_placeholders"] == issue.translation_placeholders
    response = await client.post(f"/api/repairs/issues/fix/{form['flow_id']}", json={})
    shown: Mapping[str, Any] = await response.json()
    await house.settle()
    await house.clock.settle()
    return shown


async def claims(house: House) -> list[Mapping[str, Any]]:
    """Return what has a say in the charge now, highest first."""
    response = await house.action("get_charging_plan", days=1)
    standing: list[Mapping[str, Any]] = response["segments"][0]["claims"]
    return standing


@NOON
async def test_a8_1_a_wallbox_that_reports_tampering_is_overridden_in_nothing(
    house: House,
) -> None:
    """Each override is refused with its reason, is on record and sends nothing; the hours go on, and less is allowed."""
    wallbox = await charging(house)
    await house.set_number("current_limit", 10)
    await house.advance(timedelta(minutes=10))
    assert house.state("tamper") == "off"

    await wallbox.tamper("lid")
    await house.advance(timedelta(seconds=5))
    assert house.state("tamper") == "on"
    (told,) = await decisions(house, kind=DecisionKind.TAMPER_REPORTED)
    assert (told.detail, told.user_id) == ("lid", None)

    sent = asked(wallbox)
    for name, (command, kind) in REFUSED.items():
        await house.advance(timedelta(seconds=1))
        assert await refused(house, command, None) == "tampered", name
        latest, *_ = await decisions(house)
        assert (latest.kind, latest.allowed) == (kind, False), name
        assert latest.detail == "tampering: lid", name
    assert asked(wallbox) == sent
    assert house.state("charging_hours") == "on"
    assert house.state("follow_dsr") == "on"
    assert 9 < wallbox.current(1) <= 10
    assert house.state("charging_reason") == "limited"

    await LESS(house, None)
    await house.advance(timedelta(seconds=5))
    assert 7 < wallbox.current(1) <= 8
    await STOP["stop"](house, None)
    await house.advance(timedelta(seconds=5))
    assert wallbox.transaction() is None


@NOON
async def test_a8_1_the_refusal_says_why_and_what_to_do(house: House) -> None:
    """In words, with the wallbox's name."""
    wallbox = await charging(house)
    await wallbox.tamper()
    with pytest.raises(ServiceValidationError) as error:
        await house.press("charge_now")
    assert error.value.translation_placeholders == {"name": "WB1"}
    assert error.value.translation_key is not None
    said = async_get_exception_message(
        DOMAIN,
        error.value.translation_key,
        error.value.translation_placeholders,
    )
    assert said.startswith("WB1 reports that somebody tampered with it")


@IN_PEAK
@pytest.mark.parametrize("until", [None, timedelta(hours=2)])
@pytest.mark.parametrize(
    "quirks",
    [
        pytest.param(Quirks(), id="none"),
        pytest.param(Quirks(transaction_profile=Refusal.REJECTED), id="transaction"),
        pytest.param(Quirks(maximum_profile=Refusal.REJECTED), id="maximum"),
        pytest.param(Quirks(default_profile=Refusal.REJECTED), id="default"),
        pytest.param(
            Quirks(default_profile=Refusal.REJECTED, maximum_profile=Refusal.REJECTED),
            id="default and maximum",
        ),
    ],
)
async def test_a8_1_a_running_override_ends_at_once(
    house: House,
    hass_client: ClientSessionGenerator,
    quirks: Quirks,
    until: timedelta | None,
) -> None:
    """The hours rule again within seconds, not after a delay (A8.3), and the override does not come back."""
    wallbox = await charging(house, quirks=quirks)
    wanted = {} if until is None else {"until": (house.now + until).isoformat()}
    await house.action("charge_now", **wanted)
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) > 30

    await wallbox.tamper()
    await house.advance(timedelta(seconds=5))
    assert wallbox.current(1) == 0
    assert house.state("charging_reason") == "waiting_for_hours"
    await house.advance(timedelta(minutes=10))
    assert wallbox.current(1) == 0

    await confirm(house, hass_client)
    await house.advance(timedelta(minutes=5))
    assert wallbox.current(1) == 0
    await house.press("charge_now")
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) > 30


@IN_PEAK
async def test_a8_1_an_override_ends_also_where_home_assistant_went_in_between(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is taken back from the wallbox after the restart, once."""
    wallbox = await charging(house)
    await house.press("charge_now")
    await house.advance(timedelta(seconds=15))

    async def killed(*_: Any) -> None:
        """Do nothing."""

    with monkeypatch.context() as gone:
        gone.setattr(Overriding, "_take_back", killed)
        await wallbox.tamper()
        await house.stop()
    assert wallbox.current(1) > 30
    await house.start()
    await house.advance(timedelta(seconds=90))
    assert wallbox.current(1) == 0
    await house.advance(timedelta(hours=1))
    assert len(wallbox.requests("ClearChargingProfile")) == 1


@IN_PEAK
@pytest.mark.parametrize("answer", [Answer.ACCEPTED, Answer.REJECTED])
async def test_a8_1_an_override_of_the_same_moment_lifts_nothing(
    house: House,
    hass_client: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
    answer: Answer,
) -> None:
    """Neither the one that was on its way, nor the one that it was to replace, while tampering stands or after it."""
    wallbox = await charging(house)
    await house.action("charge_now", until=(house.now + timedelta(hours=3)).isoformat())
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) > 30
    send, on_its_way, goes_on = ProfileSender.send, asyncio.Event(), asyncio.Event()

    async def send_late(
        self: ProfileSender, link: Link, profile: ChargingProfile, priority: Priority
    ) -> Answer:
        on_its_way.set()
        await goes_on.wait()
        if answer is not Answer.ACCEPTED:
            return answer
        return await send(self, link, profile, priority)

    with monkeypatch.context() as slow:
        slow.setattr(ProfileSender, "send", send_late)
        command = asyncio.create_task(house.action("charge_now"))
        await on_its_way.wait()
        await wallbox.tamper()
        assert house.state("tamper") == "on"
        goes_on.set()
        with suppress(HomeAssistantError):
            await command
    await house.advance(timedelta(seconds=30))
    assert wallbox.current(1) == 0
    await confirm(house, hass_client)
    await house.advance(timedelta(minutes=1))
    assert wallbox.current(1) == 0


@NOON
async def test_a8_1_a_skipped_delay_runs_on(house: House) -> None:
    """What is left of it is waited for."""
    wallbox = await charging(house)
    await house.press("cancel_delay")
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) > 30
    await wallbox.tamper()
    await house.advance(timedelta(seconds=5))
    assert wallbox.current(1) == 0
    assert house.state("charging_reason") == "random_delay"
    await house.advance(timedelta(minutes=6))
    assert wallbox.current(1) > 30


@IN_PEAK
async def test_a8_1_nothing_that_a_provider_asks_for_lifts_the_hours(
    house: House, hass_client: ClientSessionGenerator
) -> None:
    """The ladder shows which claim holds it back; once the wallbox was looked at, the event does its work."""
    wallbox = await charging(house)
    await house.set_options(dsr_providers=["grid"])
    await wallbox.tamper()
    await house.action(
        "start_dsr_event",
        provider="grid",
        event_id="1",
        kind="response",
        direction="up",
        end=(house.now + timedelta(hours=1)).isoformat(),
    )
    await house.advance(timedelta(seconds=30))
    assert house.state("dsr_active") == "on"
    assert wallbox.current(1) == 0
    assert house.state("charging_reason") == "waiting_for_hours"
    held, *_ = await claims(house)
    assert (held["source"], held["limit"]) == ("safety", 0)

    await confirm(house, hass_client)
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) > 30


@NOON
async def test_a8_1_an_earlier_opt_out_reaches_to_no_further_events(
    house: House,
) -> None:
    """What was skipped stays skipped, as its provider was told; what comes now is followed."""
    wallbox = await charging(house)
    await house.set_options(dsr_providers=["grid"])
    await house.advance(timedelta(minutes=10))
    event: dict[str, Any] = {
        "provider": "grid",
        "kind": "response",
        "direction": "down",
        "limit_a": 6,
        "end": (house.now + timedelta(hours=1)).isoformat(),
    }
    await house.action("start_dsr_event", event_id="1", **event)
    await house.action("override_dsr", scope="today")
    await wallbox.tamper()
    await house.advance(timedelta(seconds=10))
    assert wallbox.current(1) > 30
    await house.action("start_dsr_event", event_id="2", **event)
    await house.advance(timedelta(seconds=10))
    assert wallbox.current(1) <= 6


@NOON
async def test_a8_1_tampering_outlives_home_assistant_and_the_wallbox(
    house: House,
) -> None:
    """Nothing that the wallbox says afterwards takes it back."""
    wallbox = await charging(house)
    await wallbox.tamper("lid")
    (before,) = repairs(house)
    await house.stop()
    # Home Assistant itself forgets the repairs when it ends.
    ir.async_delete_issue(house.hass, DOMAIN, before.issue_id)
    await house.advance(timedelta(minutes=1))
    await house.start()
    await wallbox.reboot()
    await house.advance(timedelta(minutes=2))
    assert house.state("connected") == "on"
    assert house.state("tamper") == "on"
    (after,) = repairs(house)
    assert after.translation_placeholders == before.translation_placeholders
    assert await refused(house, CHARGE_NOW["charge now"], None) == "tampered"

    await wallbox.go_offline()
    await house.advance(timedelta(minutes=1))
    assert house.state("tamper") == "on"


@NOON
async def test_a8_1_what_is_told_again_is_no_news(
    house: House, hass_client: ClientSessionGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said once; what was cleared is not raised by its repetition, but by what happens next."""
    wallbox = await charging(house)
    first = {"timestamp": "2026-11-21T11:59:00Z", "techInfo": "lid"}
    for fields in (first, {"techInfo": "tilt"}, first, {}):
        await says(house, wallbox, "TamperDetectionActivated", **fields)
    (issue,) = repairs(house)
    placeholders = issue.translation_placeholders
    assert placeholders is not None
    assert placeholders["name"] == "WB1"
    assert placeholders["at"].startswith("21/11/2026 ")
    assert len(await decisions(house, kind=DecisionKind.TAMPER_REPORTED)) == 1
    assert caplog.text.count("says that somebody interfered") == 1

    await confirm(house, hass_client)
    await house.restart()
    await house.advance(timedelta(seconds=90))
    await says(house, wallbox, "TamperDetectionActivated", **first)
    assert house.state("tamper") == "off"
    assert not repairs(house)
    await says(house, wallbox, "TamperDetectionActivated", techInfo="lid")
    assert house.state("tamper") == "on"
    assert len(await decisions(house, kind=DecisionKind.TAMPER_REPORTED)) == 2


@NOON
async def test_a8_1_only_an_administrator_clears_it(
    house: House,
    hass_client: ClientSessionGenerator,
    hass_read_only_access_token: str,
    owner: str,
) -> None:
    """By the repair, and it is on record who did; it stays cleared after a restart."""
    wallbox = await charging(house)
    await wallbox.tamper()
    assert await async_setup_component(house.hass, "repairs", {})
    (issue,) = repairs(house)
    anyone = await hass_client(hass_read_only_access_token)
    response = await anyone.post(
        "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": issue.issue_id}
    )
    assert response.status == 401
    assert house.state("tamper") == "on"

    shown = await confirm(house, hass_client)
    assert shown["type"] == "create_entry"
    assert house.state("tamper") == "off"
    assert not repairs(house)
    latest, *_ = await decisions(house)
    assert (latest.kind, latest.allowed) == (DecisionKind.TAMPER_CLEARED, True)
    assert latest.user_id == owner
    await house.restart()
    await house.advance(timedelta(seconds=90))
    assert house.state("tamper") == "off"
    assert not repairs(house)
    await CHARGE_NOW["charge now"](house, None)
    await house.advance(timedelta(seconds=10))
    assert wallbox.current(1) > 30


@NOON
async def test_a_repair_that_cannot_be_done_stays(
    house: House, hass_client: ClientSessionGenerator
) -> None:
    """While the integration does not run nothing could be cleared, and that is said."""
    wallbox = await charging(house)
    await wallbox.tamper()
    await house.stop()
    shown = await confirm(house, hass_client)
    assert (shown["type"], shown["reason"]) == ("abort", "not_loaded")
    await house.start()
    assert house.state("tamper") == "on"
    assert repairs(house)


@NOON
async def test_new_hardware_was_not_tampered_with(house: House) -> None:
    """It takes over everything else."""
    wallbox = await charging(house)
    await wallbox.tamper()
    await wallbox.stop()
    flows = house.hass.config_entries.subentries
    menu = await house.entry.start_subentry_reconfigure_flow(
        house.hass, house.subentry().subentry_id
    )
    form = await flows.async_configure(menu["flow_id"], {"next_step_id": "replace"})
    await flows.async_configure(form["flow_id"], {"identity": "WB2"})
    await house.settle()
    assert house.state("tamper", "WB2") == "off"
    assert not repairs(house)
    kept = await house.entry.runtime_data.site.ledger.decisions("WB2")
    assert kept[0].kind is DecisionKind.TAMPER_CLEARED
    assert kept[0].detail == "new hardware"


@NOON
async def test_a_new_name_is_in_the_repair(house: House) -> None:
    """The owner reads what the wallbox is called now."""
    wallbox = await charging(house)
    await wallbox.tamper()
    house.hass.config_entries.async_update_subentry(
        house.entry, house.subentry(), title="Garage"
    )
    await house.settle()
    (issue,) = repairs(house)
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["name"] == "Garage"


@NOON
async def test_a_wallbox_that_was_offline_tells_it_late(house: House) -> None:
    """With the time at which it happened."""
    wallbox = await charging(house)
    await wallbox.go_offline()
    await wallbox.tamper()
    opened = house.now
    await house.advance(timedelta(minutes=10))
    await wallbox.go_online()
    await house.advance(timedelta(minutes=2))
    assert house.state("tamper") == "on"
    told = house.entry.runtime_data.coordinators[house.subentry().subentry_id].data
    assert abs(told.tamper.at - opened) < timedelta(seconds=1)


@NOON
@pytest.mark.parametrize(
    "name",
    [
        "FirmwareUpdated",
        "MemoryExhaustion",
        "TamperDetectionActivated!",
        "x" * 5000,
        "",
        None,
        7,
    ],
)
async def test_other_security_events_are_only_logged(
    house: House, name: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever they say of themselves."""
    caplog.set_level("INFO")
    wallbox = await charging(house)
    await says(house, wallbox, name, techInfo="TamperDetectionActivated")
    assert house.state("tamper") == "off"
    assert not repairs(house)
    assert "reports the security event" in caplog.text
    assert "x" * 256 not in caplog.text
    await CHARGE_NOW["charge now"](house, None)


@NOON
@pytest.mark.parametrize("info", ["y" * 100_000, "\n\x00**[x](y)**", None, {"a": []}])
async def test_what_is_told_of_tampering_may_be_anything(
    house: House, info: Any
) -> None:
    """It is kept as far as it can be, and none of it is shown as if the integration had said it."""
    wallbox = await charging(house)
    await says(house, wallbox, "TamperDetectionActivated", techInfo=info)
    assert house.state("tamper") == "on"
    (told,) = await decisions(house, kind=DecisionKind.TAMPER_REPORTED)
    assert len(told.detail) <= 255
    assert told.detail.isprintable()
    (issue,) = repairs(house)
    assert issue.translation_placeholders is not None
    assert set(issue.translation_placeholders) == {"name", "at"}
    await house.restart()
    assert house.state("tamper") == "on"


@NOON
async def test_a_stranger_tells_nothing(house: House) -> None:
    """Before it is added, what a wallbox says changes nothing."""
    await house.set_up("WB1")
    stranger = await house.wallbox("WB9", confirmed=False)
    await says(house, stranger, "TamperDetectionActivated")
    assert "SecurityEventNotification" in {frame.action for frame in stranger.sent}
    assert not repairs(house)
    house.add("WB9")
    await house.advance(timedelta(minutes=1))
    assert house.state("connected", "WB9") == "on"
    assert house.state("tamper", "WB9") == "off"
    assert house.state("tamper") == "off"


@NOON
@pytest.mark.parametrize("maximum_profile", [Refusal.NONE, Refusal.REJECTED])
@pytest.mark.parametrize(
    ("reaction", "most", "reason", "sentence"),
    [
        (
            TamperReaction.STOP,
            0,
            "paused_by_tamper",
            "Paused until an administrator has looked at the wallbox, which reports tampering",
        ),
        (
            TamperReaction.FIXED_CURRENT,
            8,
            "limited_by_tamper",
            "Limited to 8 A until an administrator has looked at the wallbox, which reports tampering",
        ),
    ],
)
async def test_a8_3_the_owner_chooses_what_becomes_of_the_charge(
    house: House,
    hass_client: ClientSessionGenerator,
    maximum_profile: Refusal,
    reaction: TamperReaction,
    most: int,
    reason: str,
    sentence: str,
) -> None:
    """Less flows at once, the reason and the ladder say why, it holds without Home Assistant, and ends when it is cleared."""
    await house.set_up("WB1", tamper_reaction=reaction, tamper_current=Limit(amperes=8))
    wallbox = await charging(house, quirks=Quirks(maximum_profile=maximum_profile))
    await house.advance(timedelta(minutes=10))
    assert wallbox.current(1) > 30

    await wallbox.tamper()
    await house.advance(timedelta(seconds=5))
    assert most - 1 < wallbox.current(1) <= most
    assert house.state("charging_reason") == reason
    assert house.entity("charging_reason").attributes["sentence"] == sentence
    ruling, *_ = await claims(house)
    assert (ruling["source"], ruling["reason"]) == ("safety", "tamper")
    assert ruling["limit"] == most

    await house.stop()
    await wallbox.unplug()
    await wallbox.plug_in(Car(start_delay=timedelta(), battery_kwh=10_000.0))
    await house.clock.advance(timedelta(minutes=11))
    assert most - 1 < wallbox.current(1) <= most
    await house.start()
    await house.advance(timedelta(minutes=2))

    await confirm(house, hass_client)
    await house.advance(timedelta(seconds=30))
    assert wallbox.current(1) > 30


@NOON
async def test_a8_1_of_two_connectors_both_are_concerned(house: House) -> None:
    """The cover is that of the wallbox."""
    await house.set_up("WB1", tamper_reaction=TamperReaction.STOP)
    wallbox = await charging(house, connectors=2)
    await wallbox.plug_in(Car(start_delay=timedelta()), 2)
    await house.advance(timedelta(minutes=10))
    assert wallbox.current(1) > 0
    assert wallbox.current(2) > 0
    await wallbox.tamper()
    await house.advance(timedelta(seconds=5))
    assert (wallbox.current(1), wallbox.current(2)) == (0, 0)


async def test_the_owner_says_beforehand_what_is_to_happen(house: House) -> None:
    """Among the wallbox's settings; by default the hours go on."""
    await house.wallbox()
    flows = house.hass.config_entries.subentries
    assert house.subentry().data["tamper_reaction"] == "keep_schedule"
    menu = await house.entry.start_subentry_reconfigure_flow(
        house.hass, house.subentry().subentry_id
    )
    form = await flows.async_configure(menu["flow_id"], {"next_step_id": "tampering"})
    await flows.async_configure(
        form["flow_id"], {"tamper_reaction": "fixed_current", "tamper_current": 10}
    )
    await house.settle()
    assert house.subentry().data["tamper_reaction"] == "fixed_current"
    assert house.subentry().data["tamper_current"] == 10

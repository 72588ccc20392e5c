"""The OpenADR 3 source against a server on a loopback socket."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import logging
from typing import Any

from aiohttp import web
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.smart_charge_point.control.dsr_sources.configured import forget
from custom_components.smart_charge_point.control.dsr_sources.openadr.client import (
    OpenAdrAuthError,
    OpenAdrError,
)
from custom_components.smart_charge_point.control.dsr_sources.openadr.outbox import (
    MOST_REPORTS,
    WAITS,
)
from custom_components.smart_charge_point.control.dsr_sources.openadr.settings import (
    OpenAdrSettings,
    OpenAdrVersion,
)
from custom_components.smart_charge_point.control.dsr_sources.openadr.source import (
    OpenAdrProblem,
    OpenAdrSource,
    OpenAdrStatus,
    check,
)
from custom_components.smart_charge_point.model.dsr import DsrEvent, DsrKind, DsrOutcome
from custom_components.smart_charge_point.model.dsr_record import (
    DsrRecord,
    OptOut,
    OptOutScope,
)

from ..book import DRAWN, Book, pass_time, pass_to
from .vtn import CLIENT_ID, CLIENT_KEY, Vtn, event, problem, text

POLL = timedelta(minutes=5)
POLLED = ["GET events"]


@pytest.fixture
async def vtn(socket_enabled: None, unused_tcp_port: int) -> AsyncIterator[Vtn]:
    """Return a server that listens and has no events."""
    vtn = Vtn()
    await vtn.start(unused_tcp_port)
    yield vtn
    await vtn.stop()


class Home:
    """A home whose wallbox follows the server."""

    def __init__(
        self, hass: HomeAssistant, freezer: FrozenDateTimeFactory, book: Book, vtn: Vtn
    ) -> None:
        self.hass = hass
        self.freezer = freezer
        self.book = book
        self.statuses: list[OpenAdrStatus] = []
        self.settings = OpenAdrSettings(
            provider="Grid",
            url=vtn.url,
            client_id=CLIENT_ID,
            client_secret=CLIENT_KEY,
            ven_name="home",
        )
        self.source: OpenAdrSource | None = None

    async def follow(self, **settings: Any) -> OpenAdrSource:
        """Start to follow the server."""
        await self.leave()
        self.settings = replace(self.settings, **settings)
        self.source = OpenAdrSource(
            self.hass,
            self.settings,
            on_status=self.statuses.append,
            draw=lambda _low, high: high,
        )
        await self.source.start(self.book)
        return self.source

    async def leave(self) -> None:
        """Stop."""
        if self.source is not None:
            await self.source.stop()
            self.source = None

    async def wait(self, by: timedelta = POLL) -> None:
        """Let time pass: an interval, in which the server is asked once."""
        step = timedelta(seconds=30 if by <= 3 * POLL else 60)
        await pass_time(self.hass, self.freezer, by, step)

    async def settle(self) -> None:
        """Let what was begun come to its end."""
        await self.hass.async_block_till_done(wait_background_tasks=True)

    @property
    def problem(self) -> OpenAdrProblem | None:
        """What was told last of how it stands."""
        return self.statuses[-1].problem


@pytest.fixture
async def home(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, book: Book, vtn: Vtn
) -> AsyncIterator[Home]:
    """Return a home that does not follow the server yet."""
    home = Home(hass, freezer, book, vtn)
    yield home
    await home.leave()


async def test_an_event_of_the_server_is_followed(vtn: Vtn, home: Home) -> None:
    """Within an interval; and how it stands is told."""
    vtn.events = [event()]
    await home.follow(kind=DsrKind.RESPONSE)
    await home.wait()

    (found,) = home.book.events
    assert found.key == ("Grid", "e1.0.SIMPLE")
    assert found.kind is DsrKind.RESPONSE
    assert home.problem is None
    assert home.statuses[-1].heard_at is not None


async def test_a_server_is_asked_once_an_interval(vtn: Vtn, home: Home) -> None:
    """First for its VENs and programs, then for events alone; the token serves for all."""
    await home.follow()
    await home.wait()
    assert vtn.heard() == [
        "POST auth/token",
        "GET vens",
        "POST vens",
        "GET programs",
        "GET events",
    ]

    for _ in range(5):
        await home.wait()
        assert vtn.heard() == POLLED


async def test_a_known_ven_is_not_registered_again(vtn: Vtn, home: Home) -> None:
    """The names that the operator gave it are ours."""
    group = [{"type": "GROUP", "values": ["street-7"]}]
    vtn.vens = [{"id": "v1", "venName": "home", "targets": group}]
    vtn.events = [event(targets=group), event("e2", targets=["street-8"])]
    await home.follow()
    await home.wait()

    assert "POST vens" not in vtn.heard()
    assert [one.event_id for one in home.book.events] == ["e1.0.SIMPLE"]


async def test_a_name_that_the_operator_gives_later_is_ours_too(
    vtn: Vtn, home: Home
) -> None:
    """It is looked for now and then."""
    await home.follow()
    await home.wait()
    vtn.vens[0]["targets"] = ["street-7"]
    vtn.events = [event(targets=["street-7"], start="2026-11-25T17:00:00Z")]
    await home.wait(timedelta(hours=7))

    assert len(home.book.events) == 1


@pytest.mark.parametrize("status", [403, 404])
async def test_a_server_that_registers_no_vens_is_followed(
    vtn: Vtn, home: Home, status: int
) -> None:
    """Many provision them beforehand."""
    vtn.answers["vens"] = lambda: problem(status)
    vtn.events = [event()]
    await home.follow()
    await home.wait()

    assert len(home.book.events) == 1


async def test_the_newer_interface_is_spoken(vtn: Vtn, home: Home) -> None:
    """3.1: the server says where tokens are, a VEN has a type, a target is a name, a report has no program."""
    vtn.version = "3.1"
    vtn.events = [event(targets=["home"])]
    source = await home.follow(version=OpenAdrVersion.V3_1)
    await home.wait()
    assert "GET auth/server" in vtn.heard()
    assert vtn.vens[0]["objectType"] == "VEN_VEN_REQUEST"

    await source.opted_out(home.book.events[0], dt_util.utcnow())
    await home.settle()

    (report,) = vtn.reports
    assert "programID" not in report


async def test_pages_are_read_to_the_last(vtn: Vtn, home: Home) -> None:
    """A server gives 50 at a time."""
    vtn.events = [event(f"e{n}", ("PRICE", 0.3)) for n in range(120)]
    vtn.events.append(event("last"))
    await home.follow()
    await home.wait()

    assert [one.event_id for one in home.book.events] == ["last.0.SIMPLE"]
    assert vtn.heard().count("GET events") == 3


async def test_a_server_without_pages_is_read_once(vtn: Vtn, home: Home) -> None:
    """One that gives everything, whatever it was asked for, is not asked for ever."""
    events = [event(f"e{n}") for n in range(60)]
    vtn.answers["events"] = lambda: web.json_response(events)
    await home.follow()
    await home.wait()

    assert len(home.book.events) == 60


async def test_a_server_with_events_without_end_is_given_up(
    vtn: Vtn, home: Home
) -> None:
    """Whatever it has, it is not asked for ever."""
    vtn.events = [event(f"e{n}", ("PRICE", 0.3)) for n in range(1500)]
    await home.follow()
    await home.wait()

    assert home.problem is OpenAdrProblem.UNREACHABLE
    assert vtn.heard().count("GET events") <= 20 * len(home.statuses)


async def test_a_mistake_of_our_own_does_not_end_the_asking(
    vtn: Vtn, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is journalled, and the next answer is read."""

    async def offer(_event: DsrEvent) -> None:
        raise ZeroDivisionError

    vtn.events = [event()]
    source = await home.follow()
    with monkeypatch.context() as patch:
        patch.setattr(home.book, "offer", offer)
        await home.wait()
    assert source.status.problem is OpenAdrProblem.UNREACHABLE

    await home.wait()
    assert source.status.problem is None


async def test_an_event_is_changed_and_deleted(vtn: Vtn, home: Home) -> None:
    """Running or not."""
    vtn.events = [event(start="2026-11-24T12:05:00Z"), event("e2")]
    await home.follow()
    await home.wait(timedelta(minutes=12))
    home.book.heard()

    vtn.events = [event(start="2026-11-24T12:05:00Z", duration="PT3H"), event("e2")]
    await home.wait()
    assert home.book.heard() == ["offer e1.0.SIMPLE"]

    vtn.events = []
    await home.wait()
    assert sorted(home.book.heard()) == [
        "withdraw e1.0.SIMPLE",
        "withdraw e2.0.SIMPLE",
    ]


async def test_a11_3_a_restart_finds_what_was_changed_meanwhile(
    vtn: Vtn, home: Home
) -> None:
    """What is the same keeps its delays; what was deleted is withdrawn when the server is heard, not before."""
    vtn.events = [event(), event("e2")]
    await home.follow()
    await home.wait()
    home.book.heard()
    vtn.events = [event()]

    await home.follow()
    assert home.book.heard() == []
    await home.wait()

    assert home.book.heard() == ["withdraw e2.0.SIMPLE"]
    assert [one.start_delay for one in home.book.held.values()] == [DRAWN]


async def test_a_token_is_renewed_before_it_ends(vtn: Vtn, home: Home) -> None:
    """So that no question is asked with a dead one."""
    vtn.lasts = 720
    await home.follow()
    await home.wait(timedelta(hours=1))

    assert 4 <= vtn.drawn <= 5
    assert vtn.heard().count("GET events") == len(home.statuses)
    assert all(one.problem is None for one in home.statuses)


async def test_a_server_need_not_say_how_long_a_token_lasts(
    vtn: Vtn, home: Home
) -> None:
    """An hour is what it gets then; and where tokens are may be set."""
    vtn.tells_end = False
    vtn.answers["auth/server"] = lambda: problem(404)
    await home.follow(version=OpenAdrVersion.V3_1, token_url=f"{vtn.url}/auth/token")
    await home.wait(timedelta(minutes=100))

    assert vtn.drawn == 2
    assert all(one.problem is None for one in home.statuses)


async def test_the_credentials_go_where_the_server_wants_them(
    vtn: Vtn, home: Home
) -> None:
    """In the form, as published, or in a header; which of them is learnt once. A scope is asked for where it is set."""
    vtn.basic = True
    vtn.scope = "read_all write_reports"
    await home.follow(scope="read_all write_reports")
    await home.wait()
    assert vtn.heard().count("POST auth/token") == 2
    vtn.tokens.clear()
    await home.wait()

    assert vtn.heard().count("POST auth/token") == 1
    assert home.problem is None


async def test_a_token_that_was_withdrawn_is_replaced_at_once(
    vtn: Vtn, home: Home
) -> None:
    """A server that forgot it says 401, and is asked again with a new one."""
    await home.follow()
    await home.wait()
    vtn.tokens.clear()
    vtn.heard()

    await home.wait()

    # The next question may fall into the same stretch: its moment is drawn.
    assert vtn.heard()[:3] == ["GET events", "POST auth/token", "GET events"]
    assert home.problem is None


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_refused_credentials_are_told(vtn: Vtn, home: Home, status: int) -> None:
    """And asked again ever more seldom, until they are accepted."""
    vtn.answers["auth/token"] = lambda: problem(status)
    await home.follow()
    await home.wait(timedelta(hours=1))
    assert home.problem is OpenAdrProblem.CREDENTIALS
    assert len(vtn.heard()) < 30

    del vtn.answers["auth/token"]
    await home.wait(timedelta(minutes=10))
    assert home.problem is None


async def test_a_token_that_is_never_accepted_is_no_loop(vtn: Vtn, home: Home) -> None:
    """Twice a question, no more."""
    vtn.answers["vens"] = vtn.answers["programs"] = lambda: problem(401)
    await home.follow()
    await home.wait()

    assert home.problem is OpenAdrProblem.CREDENTIALS
    assert vtn.heard().count("GET programs") <= 2 * len(home.statuses)


@pytest.mark.parametrize(
    "after",
    ["1800", "Tue, 24 Nov 2026 12:40:00 GMT", "Tue, 24 Nov 2026 12:40:00 -0000"],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_server_is_left_alone_as_long_as_it_asks(
    vtn: Vtn, home: Home, status: int, after: str
) -> None:
    """Also when somebody opts out meanwhile."""
    vtn.events = [event()]
    source = await home.follow()
    await home.wait()
    vtn.answers["events"] = lambda: problem(status, Retry_After=after)
    await home.wait()
    vtn.heard()

    await source.opted_out(home.book.events[0], dt_util.utcnow())
    await pass_to(
        home.hass, home.freezer, datetime(2026, 11, 24, 12, 34, 30, tzinfo=UTC)
    )
    assert vtn.heard() == []
    assert home.problem is OpenAdrProblem.UNREACHABLE
    assert len(home.book.events) == 1

    vtn.answers.clear()
    await pass_to(home.hass, home.freezer, datetime(2026, 11, 24, 12, 46, tzinfo=UTC))
    assert "GET events" in vtn.heard()
    assert len(vtn.reports) == 1


@pytest.mark.parametrize("after", ["soon", "-5", "", "Tue, 24 Nov 2020 12:00:00 GMT"])
async def test_a_wait_that_cannot_be_read_is_our_own(
    vtn: Vtn, home: Home, after: str
) -> None:
    """Then it is like any other failure."""
    vtn.answers["events"] = lambda: problem(429, Retry_After=after)
    await home.follow()
    await home.wait()
    await home.wait()
    assert len(home.statuses) > 3
    vtn.answers.clear()
    await home.wait(timedelta(minutes=10))

    assert home.problem is None


async def test_a_server_that_is_down_ends_nothing(
    vtn: Vtn, home: Home, unused_tcp_port: int
) -> None:
    """What it said stands until its end; it is asked again ever more seldom, and heard again when it is back."""
    vtn.events = [event(), event("e2", start="2026-11-24T12:10:00Z", duration="PT20M")]
    await home.follow()
    await home.wait()
    await vtn.stop()
    await home.wait(timedelta(hours=2))
    assert home.problem is OpenAdrProblem.UNREACHABLE
    assert home.statuses[-1].heard_at is not None
    assert 10 < len(home.statuses) < 25
    assert not any(told.startswith("withdraw") for told in home.book.heard())

    vtn.events = []
    await vtn.start(unused_tcp_port)
    await home.wait(timedelta(minutes=11))

    assert home.problem is None
    assert home.book.heard() == ["withdraw e1.0.SIMPLE"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (text("{"), OpenAdrProblem.UNREACHABLE),
        (text(""), OpenAdrProblem.UNREACHABLE),
        (text("<html>Welcome</html>"), OpenAdrProblem.UNREACHABLE),
        (text('{"events": []}'), OpenAdrProblem.UNREACHABLE),
        (text("7"), OpenAdrProblem.UNREACHABLE),
        (text("[" * 100_000), OpenAdrProblem.UNREACHABLE),
        (text("[" + " " * 5_000_000 + "]"), OpenAdrProblem.UNREACHABLE),
        (lambda: problem(500), OpenAdrProblem.UNREACHABLE),
        (lambda: problem(401), OpenAdrProblem.CREDENTIALS),
        (lambda: problem(403), OpenAdrProblem.REFUSED),
        (lambda: problem(404), OpenAdrProblem.REFUSED),
        (
            lambda: web.Response(status=302, headers={"Location": "/openadr3/vens"}),
            OpenAdrProblem.REFUSED,
        ),
    ],
)
async def test_an_answer_that_is_none_ends_nothing(
    vtn: Vtn,
    home: Home,
    answer: Callable[[], web.StreamResponse],
    why: OpenAdrProblem,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither the events nor the asking."""
    vtn.events = [event()]
    await home.follow()
    await home.wait()
    vtn.answers["events"] = answer
    await home.wait()
    assert home.problem is why
    assert len(home.book.events) == 1
    assert "could not be used" not in caplog.text

    vtn.answers.clear()
    await home.wait()
    assert home.problem is None


@pytest.mark.parametrize(
    "answer", [text("{}"), text("[]"), text('{"access_token": 7}'), text("no")]
)
async def test_a_token_answer_that_is_none_is_a_failure(
    vtn: Vtn, home: Home, answer: Callable[[], web.StreamResponse]
) -> None:
    """No question is asked without a token."""
    vtn.answers["auth/token"] = answer
    await home.follow()
    await home.wait()

    assert home.problem is OpenAdrProblem.UNREACHABLE
    assert set(vtn.heard()) == {"POST auth/token"}


async def test_one_event_that_cannot_be_read_is_journalled_once(
    vtn: Vtn, home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """What it asked for before stands, the others are followed."""
    vtn.events = [event()]
    await home.follow()
    await home.wait()
    vtn.events = [event(duration="a while"), event("e2")]
    await home.wait()
    await home.wait()

    assert [one.event_id for one in home.book.events] == ["e1.0.SIMPLE", "e2.0.SIMPLE"]
    assert caplog.text.count("'a while' is no duration") == 1


async def test_only_the_named_programs_are_followed(vtn: Vtn, home: Home) -> None:
    """By name or id; and it is told where the server has none of them."""
    vtn.programs.append({"id": "p2", "programName": "Summer"})
    vtn.events = [event(), event("e2", programID="p2")]
    await home.follow(programs=frozenset({"Summer"}))
    await home.wait()
    assert [one.event_id for one in home.book.events] == ["e2.0.SIMPLE"]


async def test_a_program_that_is_gone_is_told_and_ends_nothing(
    vtn: Vtn, home: Home
) -> None:
    """It may have been renamed, or mistyped; as soon as it is there it is followed."""
    vtn.events = [event()]
    await home.follow(programs=frozenset({"Winter"}))
    await home.wait()
    programs, vtn.programs = vtn.programs, []
    await home.follow()
    await home.wait()
    assert home.problem is OpenAdrProblem.NO_PROGRAM
    assert len(home.book.events) == 1

    vtn.programs, vtn.events = programs, []
    await home.wait()
    assert home.problem is None
    assert home.book.events == []


async def test_a_programs_units_count(vtn: Vtn, home: Home) -> None:
    """Also those of a program that came after the first look."""
    await home.follow()
    await home.wait()
    kind = "IMPORT_CAPACITY_LIMIT"
    units = [{"payloadType": kind, "units": "AMPS"}]
    vtn.programs.append({"id": "p2", "programName": "X", "payloadDescriptors": units})
    vtn.events = [event("e1", (kind, 10), programID="p2")]
    await home.wait()
    await home.wait()

    (found,) = home.book.events
    assert found.limit is not None
    assert found.limit.amperes == 10


async def test_d3_an_opt_out_is_reported_at_once(vtn: Vtn, home: Home) -> None:
    """As the published operating state, about the server's own event, with the moment in UTC."""
    vtn.events = [event()]
    source = await home.follow()
    await home.wait()

    await source.opted_out(
        home.book.events[0], datetime(2026, 11, 24, 12, 5, tzinfo=UTC)
    )
    await home.settle()

    (report,) = vtn.reports
    assert report.pop("reportName").startswith("opt-out-")
    assert vtn.reports == [
        {
            "programID": "p1",
            "eventID": "e1",
            "clientName": "home",
            "resources": [
                {
                    "resourceName": "wallbox",
                    "intervals": [
                        {
                            "id": 0,
                            "intervalPeriod": {
                                "start": "2026-11-24T12:05:00Z",
                                "duration": "PT0S",
                            },
                            "payloads": [
                                {
                                    "type": "OPERATING_STATE",
                                    "values": ["RUNNING_OPTED_OUT"],
                                }
                            ],
                        }
                    ],
                }
            ],
        }
    ]


async def test_an_opt_out_is_reported_when_the_server_is_back(
    vtn: Vtn, home: Home, unused_tcp_port: int
) -> None:
    """Once; and the next one at once again."""
    vtn.events = [event()]
    source = await home.follow()
    await home.wait()
    await vtn.stop()

    await source.opted_out(home.book.events[0], dt_util.utcnow())
    await home.wait()
    await vtn.start(unused_tcp_port)
    await home.wait(timedelta(minutes=15))
    assert len(vtn.reports) == 1

    await source.opted_out(home.book.events[0], dt_util.utcnow())
    await home.settle()
    assert len(vtn.reports) == 2


async def test_reports_wait_over_a_restart_and_are_sent_in_order(
    vtn: Vtn, home: Home, unused_tcp_port: int
) -> None:
    """Each once, however often it is told, and under a name of its own."""
    vtn.names_once = True
    vtn.events = [
        event(name, reportDescriptors=[{"payloadType": "USAGE"}])
        for name in ("e1", "e2", "e3")
    ]
    source = await home.follow()
    await home.wait()
    await vtn.stop()
    first, second, third = home.book.events
    at = dt_util.utcnow()
    await source.opted_out(second, at)
    await source.completed(first, DsrOutcome.COMPLETED, 1000.0)
    await home.wait()

    source = await home.follow()
    await source.opted_out(second, at)
    await source.completed(third, DsrOutcome.COMPLETED, 2000.0)
    await source.completed(first, DsrOutcome.COMPLETED, 7000.0)
    await vtn.start(unused_tcp_port)
    await home.wait(timedelta(minutes=15))
    await home.follow()
    await home.wait(timedelta(minutes=15))

    assert [told["eventID"] for told in vtn.reports] == ["e2", "e1", "e3"]
    assert [
        told["resources"][0]["intervals"][0]["payloads"][0]["values"]
        for told in vtn.reports[1:]
    ] == [[1.0], [2.0]]


@pytest.mark.parametrize("may_look", [True, False])
@pytest.mark.parametrize("restart", [True, False])
async def test_a_report_whose_answer_was_lost_is_not_told_twice(
    vtn: Vtn,
    home: Home,
    may_look: bool,
    restart: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The server is asked whether it has it; where that is not for us to see, it knows it by its name."""
    vtn.events = [event()]
    source = await home.follow()
    await home.wait()
    vtn.loses_answers = True
    await source.opted_out(home.book.events[0], dt_util.utcnow())
    await home.settle()
    assert len(vtn.reports) == 1
    vtn.loses_answers = False
    if not may_look:
        vtn.names_once = True
        vtn.hidden.add("GET reports")
    if restart:
        await home.follow()
    await home.wait(timedelta(minutes=15))

    assert len(vtn.reports) == 1
    asked = vtn.heard()
    assert asked.count("POST reports") == (1 if may_look else 2)
    await home.wait(timedelta(minutes=15))
    assert "POST reports" not in vtn.heard()
    assert home.problem is None
    assert "takes no report" not in caplog.text


async def test_a_server_that_fails_at_reports_is_heard_and_asked_less_often(
    vtn: Vtn, home: Home
) -> None:
    """Its events count; the report waits, and the one behind it."""
    vtn.events = [event()]
    source = await home.follow()
    await home.wait()
    vtn.answers["reports"] = lambda: problem(500)
    for second in (0, 1):
        await source.opted_out(
            home.book.events[0], dt_util.utcnow() + timedelta(seconds=second)
        )
    vtn.heard()
    await home.wait(timedelta(hours=2))

    heard_at = home.statuses[-1].heard_at
    assert heard_at is not None
    assert dt_util.utcnow() - heard_at < timedelta(minutes=12)
    asked = [one for one in vtn.heard() if one.endswith(" reports")]
    assert 10 < len(asked) < 20
    vtn.answers.clear()
    await home.wait(timedelta(minutes=12))
    assert len(vtn.reports) == 2


async def test_of_many_reports_the_latest_are_kept_and_none_for_ever(
    vtn: Vtn, home: Home, unused_tcp_port: int
) -> None:
    """A server that is away for long is told of the last days, not of the year."""
    vtn.events = [event()]
    source = await home.follow()
    await home.wait()
    await vtn.stop()
    (found,) = home.book.events
    began = dt_util.utcnow()
    for second in range(MOST_REPORTS + 5):
        await source.opted_out(found, began + timedelta(seconds=second))
    source = await home.follow()
    await vtn.start(unused_tcp_port)
    await home.wait(timedelta(minutes=15))
    told = [
        report["resources"][0]["intervals"][0]["intervalPeriod"]["start"]
        for report in vtn.reports
    ]
    assert len(told) == MOST_REPORTS
    assert told[0] == f"{began + timedelta(seconds=5):%Y-%m-%dT%H:%M:%SZ}"

    await vtn.stop()
    await home.leave()
    source = await home.follow()
    await source.opted_out(found, began + timedelta(hours=1))
    await home.leave()
    home.freezer.tick(WAITS + timedelta(minutes=1))
    await vtn.start(unused_tcp_port)
    await home.follow()
    await home.wait(timedelta(minutes=15))
    assert "GET events" in vtn.heard()
    assert len(vtn.reports) == MOST_REPORTS


async def test_a_provider_is_owed_what_it_was_not_told(
    vtn: Vtn, home: Home, unused_tcp_port: int
) -> None:
    """Over a restart too; and nothing from before it was one."""
    vtn.events = [event(reportDescriptors=[{"payloadType": "USAGE"}])]
    now = dt_util.utcnow()
    source = await home.follow()
    await home.wait()
    (found,) = home.book.events
    opt_out = OptOut(user_id=None, at=now, scope=OptOutScope.EVENT)
    completed = DsrRecord(
        charge_point="WB1", event=found, outcome=DsrOutcome.COMPLETED, told_at=now
    )
    declined = replace(completed, outcome=DsrOutcome.OVERRIDDEN, opt_out=opt_out)
    before = replace(completed, told_at=now - timedelta(seconds=1))
    assert await source.owes(completed)
    assert await source.owes(declined)
    assert not await source.owes(before)

    await source.completed(found, DsrOutcome.COMPLETED, None)
    await source.opted_out(found, now)
    source = await home.follow()
    assert not await source.owes(completed)
    assert not await source.owes(declined)

    await home.leave()
    await forget(home.hass, "Grid")
    home.freezer.tick(1)
    assert not await (await home.follow()).owes(completed)


async def test_s4_no_secret_is_on_the_disk_with_the_reports(
    vtn: Vtn, home: Home, hass_storage: dict[str, Any]
) -> None:
    """Nor a token; what is there is what the server is to be told."""
    vtn.events = [event()]
    source = await home.follow()
    await home.wait()
    await vtn.stop()
    await source.opted_out(home.book.events[0], dt_util.utcnow())
    await home.settle()

    kept = [
        str(kept["data"]) for key, kept in hass_storage.items() if "reports_" in key
    ]
    assert len(kept) == 1
    assert "RUNNING_OPTED_OUT" in kept[0]
    for secret in (CLIENT_ID, CLIENT_KEY, "secret-token", vtn.url):
        assert secret not in kept[0]


async def test_of_an_event_that_the_server_has_forgotten_nothing_is_reported(
    vtn: Vtn, home: Home
) -> None:
    """It would not know what is meant."""
    vtn.events = [event()]
    source = await home.follow()
    await home.wait()
    vtn.events = []

    await source.opted_out(home.book.events[0], dt_util.utcnow())
    await home.settle()
    vtn.events = [event()]
    await home.wait()

    assert vtn.reports == []


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_a_server_that_takes_no_reports_is_followed(
    vtn: Vtn, home: Home, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Its refusal is journalled, and not tried again."""
    vtn.answers["reports"] = lambda: problem(status)
    vtn.events = [event()]
    source = await home.follow()
    await home.wait()
    await source.opted_out(home.book.events[0], dt_util.utcnow())
    await home.settle()
    await home.wait()

    assert vtn.heard().count("POST reports") == 1
    assert "takes no report" in caplog.text
    assert home.problem is None


@pytest.mark.parametrize(
    ("asked", "outcome", "energy", "told"),
    [
        (True, DsrOutcome.COMPLETED, 1234.0, True),
        (False, DsrOutcome.COMPLETED, 1234.0, False),
        (True, DsrOutcome.OVERRIDDEN, 1234.0, False),
        (True, DsrOutcome.COMPLETED, None, False),
    ],
)
async def test_what_was_charged_is_reported_where_the_event_asks(
    vtn: Vtn,
    home: Home,
    asked: bool,
    outcome: DsrOutcome,
    energy: float | None,
    told: bool,
) -> None:
    """In kilowatt-hours, over the event."""
    wants = [{"payloadType": "USAGE", "readingType": "DIRECT_READ"}]
    vtn.events = [event(reportDescriptors=wants if asked else None)]
    source = await home.follow()
    await home.wait()

    await source.completed(home.book.events[0], outcome, energy)
    await home.wait()

    assert bool(vtn.reports) is told
    if told:
        (interval,) = vtn.reports[0]["resources"][0]["intervals"]
        assert interval["payloads"] == [{"type": "USAGE", "values": [1.234]}]
        assert interval["intervalPeriod"] == {
            "start": "2026-11-24T17:00:00Z",
            "duration": "PT3600S",
        }
        assert vtn.reports[0]["payloadDescriptors"][0]["units"] == "KWH"


async def test_s4_no_secret_is_journalled(
    vtn: Vtn, home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever happens, and however much is journalled."""
    caplog.set_level(logging.DEBUG)
    await home.follow()
    await home.wait()
    answers: list[Callable[[], web.StreamResponse]] = [
        lambda: problem(400),
        text(f"{CLIENT_KEY} secret-token-1"),
    ]
    for answer in answers:
        vtn.tokens.clear()
        vtn.answers["auth/token"] = answer
        await home.wait()
    await vtn.stop()
    await home.wait()

    assert len(home.statuses) > 3
    assert CLIENT_KEY not in caplog.text
    assert "secret-token" not in caplog.text
    assert CLIENT_KEY not in repr(home.settings)


async def test_a_source_that_was_stopped_asks_nothing(vtn: Vtn, home: Home) -> None:
    """Also in the middle of a question."""
    await home.follow()
    await home.wait()
    await home.leave()
    vtn.heard()
    await home.wait(timedelta(hours=1))

    assert vtn.heard() == []


async def test_the_set_up_can_ask_whether_all_is_well(
    hass: HomeAssistant, vtn: Vtn, home: Home
) -> None:
    """Wrong credentials and a wrong address are told apart."""
    await check(hass, home.settings)

    with pytest.raises(OpenAdrAuthError):
        await check(hass, replace(home.settings, client_secret="wrong"))
    with pytest.raises(OpenAdrError) as caught:
        await check(hass, replace(home.settings, url=f"{vtn.url}/elsewhere"))
    assert not isinstance(caught.value, OpenAdrAuthError)


@pytest.mark.parametrize(
    "address",
    ["http://vtn.example/", "ftp://vtn.example/", "vtn.example", "", "https://"],
)
def test_s5_credentials_go_nowhere_unencrypted(address: str) -> None:
    """An address without https is refused, unless it is this very machine's."""
    with pytest.raises(ValueError, match="https"):
        OpenAdrSettings(
            provider="Grid",
            url=address,
            client_id="id",
            client_secret=CLIENT_KEY,
            ven_name="home",
        )


async def test_s5_a_server_cannot_send_the_credentials_elsewhere_unencrypted(
    vtn: Vtn, home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """The address for tokens that a server names is held to the same."""
    vtn.version = "3.1"
    vtn.answers["auth/server"] = text('{"tokenURL": "http://vtn.example/token"}')
    await home.follow(version=OpenAdrVersion.V3_1)
    await home.wait()

    assert home.problem is OpenAdrProblem.UNREACHABLE
    assert "no address for tokens that could be used" in caplog.text
    assert set(vtn.heard()) == {"GET auth/server"}

"""The command line: a wallbox that dials a central system and lives with its car until it is told to stop."""

import argparse
import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
import signal
import sys
from typing import Any
from zoneinfo import ZoneInfo

from .car import Car
from .clock import DrivenClock, OwnTimers, RealClock
from .configuration import Answer
from .history import live
from .household import household_cars, household_stays
from .life import lead, stays
from .memory import Memory
from .presets import PRESETS
from .wallbox import Wallbox

_EPILOG = "Example: %(prog)s ws://localhost:9000/WALLBOX1 --preset alfen-eve --speed 60 --scenario demo"


def read_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the command line's arguments.

    Raises:
        SystemExit: they cannot be understood, or help was asked for.
    """
    parser = argparse.ArgumentParser(
        prog="python -m custom_components.smart_charge_point.simulator",
        description="A wallbox and its car in software, for trying a central system without a wallbox (OCPP 1.6J).",
        epilog=_EPILOG,
    )
    add = parser.add_argument
    add(
        "url",
        help="the central system's address, ending with the identity: ws://host:9000/WALLBOX1",
    )
    add(
        "--preset",
        choices=sorted(PRESETS),
        default="plain",
        metavar="NAME",
        help="the make: %(choices)s (default: plain)",
    )
    add(
        "--speed",
        type=float,
        default=1.0,
        help="how many times faster than the world it lives (default: 1)",
    )
    add(
        "--seed",
        type=int,
        default=0,
        help="what chance begins with: the same seed, the same life (default: 0)",
    )
    add(
        "--connectors",
        type=int,
        choices=range(1, 9),
        metavar="1..8",
        help="how many (default: as the make has)",
    )
    add(
        "--phases", type=int, choices=(1, 3), help="how many (default: as the make has)"
    )
    add("--password", help="for HTTP Basic authentication (security profile 1)")
    add(
        "--needs-card",
        action="store_true",
        help="begin only by card or from afar, not by plugging in",
    )
    add(
        "--sample-interval",
        type=int,
        metavar="SECONDS",
        help="the MeterValueSampleInterval it comes with",
    )
    add(
        "--car-battery",
        type=float,
        default=60.0,
        metavar="KWH",
        help="size of the battery (default: 60)",
    )
    add(
        "--car-soc",
        type=float,
        default=40.0,
        metavar="PERCENT",
        help="how full it is at first (default: 40)",
    )
    add(
        "--car-current",
        type=float,
        default=32.0,
        metavar="A",
        help="the most it takes on a phase (default: 32)",
    )
    add(
        "--car-phases",
        type=int,
        choices=(1, 2, 3),
        default=1,
        help="on how many phases it charges (default: 1)",
    )
    add(
        "--car-sleeps-after",
        type=float,
        metavar="MINUTES",
        help="sleep after so long without current",
    )
    add(
        "--household",
        action="store_true",
        help="two people with a car and a card each share it; the first one's car is the one above",
    )
    add("--plugged-in", action="store_true", help="begin with the car plugged in")
    add(
        "--scenario",
        choices=("none", "demo"),
        default="none",
        help="demo: the car comes and goes as in a life",
    )
    add(
        "--zone",
        type=ZoneInfo,
        default=ZoneInfo("Europe/London"),
        help="where that life is led (default: Europe/London)",
    )
    add(
        "--history",
        type=int,
        default=0,
        metavar="DAYS",
        help="first tell of so many days of use, as after that long offline",
    )
    add(
        "--year",
        action="store_const",
        const=365,
        dest="history",
        help="the same as --history 365",
    )
    return parser.parse_args(arguments)


def say(words: str) -> None:
    """Print a line at once, with the world's time in front."""
    print(f"{datetime.now(UTC):%H:%M:%S}  {words}", flush=True)


async def run(
    arguments: argparse.Namespace, stop: asyncio.Event, say: Callable[[str], None] = say
) -> None:
    """Live until `stop` is set."""
    first, *others = household_cars() if arguments.household else (Car(),)
    car = Car(
        battery_kwh=arguments.car_battery,
        soc=arguments.car_soc / 100,
        phases=arguments.car_phases,
        maximum_current=arguments.car_current,
        sleep_after=timedelta(minutes=arguments.car_sleeps_after)
        if arguments.car_sleeps_after
        else None,
        card=first.card,
    )
    memory = await _tell_history(arguments, stop, say) if arguments.history else None
    if stop.is_set():
        return
    clock = RealClock(arguments.speed)
    life = OwnTimers(clock)
    wallbox = _wallbox(arguments, clock, memory=memory)
    teller = asyncio.create_task(_tell(wallbox, say))
    await wallbox.start()
    if arguments.plugged_in:
        await wallbox.plug_in(car)
        say(f"The car is plugged in, {car.soc:.0%} full.")
    if arguments.scenario == "demo":
        begin = clock.now() + (
            timedelta(hours=10) if arguments.plugged_in else timedelta()
        )
        live_so = household_stays if arguments.household else stays
        to_come = live_so(
            Random(arguments.seed), begin, begin + timedelta(days=3650), arguments.zone
        )
        if arguments.plugged_in:
            life.call_at(begin, lambda: _leave(wallbox))
        lead(wallbox, (car, *others), to_come, life, say)
    await stop.wait()
    teller.cancel()
    life.cancel_all()
    await wallbox.stop()
    say("The wallbox is taken off the wall.")


def _wallbox(
    arguments: argparse.Namespace,
    clock: RealClock | DrivenClock,
    *,
    memory: Memory | None,
) -> Wallbox:
    url, _slash, identity = arguments.url.rpartition("/")
    wallbox = Wallbox(
        url,
        identity,
        clock=clock,
        preset=arguments.preset,
        connectors=arguments.connectors,
        phases=arguments.phases,
        free_vend=False if arguments.needs_card else None,
        password=arguments.password,
        memory=memory,
    )
    interval = arguments.sample_interval
    if (
        interval is not None
        and wallbox.configuration.change("MeterValueSampleInterval", str(interval))
        is Answer.REJECTED
    ):
        say(f"This make takes no sample interval of {interval} s.")
    return wallbox


async def _tell_history(
    arguments: argparse.Namespace, stop: asyncio.Event, say: Callable[[str], None]
) -> Memory:
    """Live some days up to now offline and replay them; return what the wallbox remembers then."""
    now = datetime.now(UTC).replace(microsecond=0)
    clock = DrivenClock(now - timedelta(days=arguments.history))
    wallbox = _wallbox(arguments, clock, memory=None)
    say(f"Living through {arguments.history} days …")
    cars = household_cars() if arguments.household else (Car(soc=0.6),)
    messages = await live(
        wallbox, *cars, until=now, seed=arguments.seed, zone=arguments.zone
    )
    say(f"They have passed; {messages} messages to tell.")
    try:
        while not stop.is_set():
            await _unless(stop, wallbox.go_online())
            left = len(wallbox.protocol.queued)
            if wallbox.online and not left:
                say("Everything is told.")
                break
            say(f"{left} messages left to tell; waiting for the central system.")
            for _second in range(10):
                if not stop.is_set():
                    await _unless(stop, asyncio.sleep(1))
                    await _unless(stop, clock.advance(1))
    finally:
        await wallbox.stop()
    return wallbox.memory


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do some work, but drop it as soon as `stop` is set."""
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in (working, stopping):
        task.cancel()
    await asyncio.gather(working, stopping, return_exceptions=True)
    if not working.cancelled():
        working.result()


def _leave(wallbox: Wallbox) -> None:
    wallbox.remove()


async def _tell(wallbox: Wallbox, say: Callable[[str], None]) -> None:
    """Say what changes, once a second."""
    before: list[str] = []
    while True:
        now = [f"The wallbox is {_connection(wallbox)}."]
        now += [
            f"Connector {each.number}: {each.status}, {each.amperes:.1f} A, {each.power / 1000:.2f} kW, "
            f"offering {each.offered:.1f} A."
            for each in wallbox.connectors
        ]
        for place, words in enumerate(now):
            if place >= len(before) or before[place] != words:
                say(words)
        before = now
        await asyncio.sleep(1)


def _connection(wallbox: Wallbox) -> str:
    if wallbox.online:
        return "connected and accepted"
    return "connected, not accepted yet" if wallbox.connected else "not connected"


async def main(arguments: argparse.Namespace) -> None:
    """Live until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run(arguments, stop)


if __name__ == "__main__":
    asyncio.run(main(read_arguments()))
    sys.exit(0)

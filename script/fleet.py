"""Let a thousand homes live through weeks and power cuts; see script/fleet."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from random import Random
import secrets
import sys
import time

from custom_components.smart_charge_point.rules.random_delay import draw
from custom_components.smart_charge_point.rules.ruleset import GB_2021
from script.lib.fleet_figures import (
    CUT,
    EDGE,
    LONG_EDGE,
    MILLION,
    Figure,
    of_a_million,
    of_fleets,
    share,
)
from script.lib.fleet_homes import (
    CHARGING_AT_A_CUT,
    Switched,
    boot_time,
    power_cuts,
    reaction_time,
    weeks_of_homes,
)
from script.lib.fleet_plot import draw_fleet

PLOT = Path(__file__).parent.parent / "docs" / "fleet.svg"

WEEKS = (
    date(2027, 1, 11),  # winter
    date(2027, 3, 22),  # the clocks go forward at its end
    date(2027, 7, 5),  # summer
    date(2027, 10, 25),  # the clocks go back at its end
)
CUT_OVER = datetime(2027, 1, 13, 2, 0, tzinfo=UTC)
CUTS = 60
"""So many that 60 s of all of them together are no rougher than 5 %."""
ON_EDGES, OFF_EDGES = ("22:00", "11:00"), ("08:00", "16:00")


@dataclass(frozen=True, slots=True)
class Lived:
    """What the homes did."""

    homes: int
    weeks: Switched
    cuts: Sequence[Sequence[float]]


def live(
    homes: int,
    seed: str,
    *,
    maximum: int = GB_2021.default_delay,
    weeks: Sequence[date] = WEEKS,
    cuts: int = CUTS,
) -> Lived:
    """Let `homes` live through the weeks, and through as many power cuts in a night."""
    return Lived(
        homes=homes,
        weeks=weeks_of_homes(homes, weeks, maximum, seed),
        cuts=power_cuts(homes, CUT_OVER, cuts, maximum, seed),
    )


def figures(lived: Lived) -> Iterator[Figure]:
    """Yield the figures of the homes, scaled to a million and held against section 6."""
    yield Figure("In the peak: most at any moment", lived.weeks.peak_megawatts, 0, "MW")
    for name in OFF_EDGES:
        late = max(chain.from_iterable(lived.weeks.at(name)))
        yield Figure(
            f"{name}: homes that are not off by then, last", max(late, 0), 0, "s"
        )
    for name in ON_EDGES + OFF_EDGES:
        yield from of_fleets(name, lived.weeks.at(name), lived.homes, EDGE)
    yield from of_fleets("Power cut", lived.cuts, lived.homes, CUT)
    back = list(chain.from_iterable(lived.cuts))
    yield Figure(
        "Power cut: half of the cars are back after", share(back, 0.5), 335, "s"
    )
    yield Figure("Power cut: 99 % are back after", share(back, 0.99), 631, "s")


def figures_of_draws() -> Iterator[Figure]:
    """Yield the figures of a million draws by the real rule, from the operating system as in a real home."""
    for maximum, scale in ((600, EDGE), (1800, LONG_EDGE)):
        drawn = [draw(maximum, secrets.randbelow) for _ in range(MILLION)]
        yield from of_a_million(f"A million draws of 0 to {maximum} s", drawn, scale)
    world = Random("world")
    back = [
        boot_time(world) + draw(600, secrets.randbelow) + reaction_time(world)
        for _ in range(int(MILLION * CHARGING_AT_A_CUT))
    ]
    yield from of_a_million("A power cut of a million homes", back, CUT)


def main() -> None:
    """Simulate, print and draw."""
    parser = argparse.ArgumentParser(
        prog="script/fleet", description="What many homes do to the grid."
    )
    parser.add_argument("--homes", type=int, default=1000, help="how many homes")
    parser.add_argument("--seed", default="fleet", help="whatever makes other homes")
    parser.add_argument(
        "--plot", type=Path, default=PLOT, help="where to draw the curves"
    )
    arguments = parser.parse_args()
    began = time.perf_counter()
    lived = live(arguments.homes, arguments.seed)
    table = [*figures(lived), *figures_of_draws()]
    print(f"{'':<58} measured expected")
    for figure in table:
        print(figure)
    arguments.plot.write_text(
        draw_fleet(
            lived.homes,
            {name: lived.weeks.at(name) for name in ON_EDGES},
            {name: lived.weeks.at(name) for name in OFF_EDGES[:1]},
            lived.cuts,
        ),
        encoding="utf-8",
    )
    missed = sum(not figure.reached for figure in table)
    print(
        f"{arguments.homes} homes, {len(WEEKS)} weeks, {CUTS} power cuts in"
        f" {time.perf_counter() - began:.0f} s; {missed or 'nothing'} missed"
    )
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()

"""The curves of a fleet, drawn as SVG."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from script.lib.fleet_homes import CHARGING_AT_A_CUT, KILOWATTS

type Fleets = Sequence[Sequence[float]]

WIDTH, HEIGHT = 460, 270
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 40, 42
SHOWN = 6
"""Single fleets drawn beside the mean of all."""
STEP = 10
"""Seconds between the points of a curve."""

INK, FAINT, MEAN, ONE, PEAK = "#333", "#bbb", "#0a6ebd", "#9cc9ea", "#fbe3e0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One diagram: the demand around an edge, from `first` to `last` seconds after it."""

    title: str
    fleets: Fleets
    homes: float
    first: int
    last: int
    rises: bool
    peak: tuple[int, int] | None

    @property
    def full(self) -> float:
        """What all of them take, in megawatts."""
        return self.homes * KILOWATTS / 1000

    def demand(self, ordered: Sequence[float], second: float) -> float:
        """Return what homes that switch at these seconds take at `second`, as a share of all."""
        switched = bisect_right(ordered, second) / len(ordered)
        return switched if self.rises else 1 - switched

    def curve(self, seconds: Sequence[float], colour: str, width: float) -> str:
        """Return the line of homes that switch at these seconds."""
        ordered = sorted(seconds)
        points = " ".join(
            f"{self.x(second):.1f},{self.y(self.demand(ordered, second)):.1f}"
            for second in range(self.first, self.last + 1, STEP)
        )
        return (
            f'<polyline points="{points}" fill="none" stroke="{colour}"'
            f' stroke-width="{width}"/>'
        )

    def x(self, second: float) -> float:
        """Return where a second lies from left to right."""
        part = (second - self.first) / (self.last - self.first)
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    def y(self, demand: float) -> float:
        """Return where a share of the demand lies from top to bottom."""
        return HEIGHT - BOTTOM - demand * (HEIGHT - TOP - BOTTOM)

    def svg(self) -> str:
        """Return the diagram."""
        parts = [_text(LEFT, 20, self.title, size=14)]
        if self.peak is not None:
            begin, end = (self.x(second) for second in self.peak)
            parts.append(
                f'<rect x="{begin:.1f}" y="{TOP}" width="{end - begin:.1f}"'
                f' height="{HEIGHT - TOP - BOTTOM}" fill="{PEAK}"/>'
            )
            parts.append(_text((begin + end) / 2, TOP + 14, "peak", anchor="middle"))
        for part in range(5):
            height = self.y(part / 4)
            parts.append(_line(LEFT, height, WIDTH - RIGHT, height, FAINT))
            label = f"{self.full * part / 4:.3g}" if part else "0"
            parts.append(_text(LEFT - 6, height + 4, label, anchor="end"))
        parts.extend(
            _text(
                self.x(second),
                HEIGHT - BOTTOM + 16,
                f"{second // 60}",
                anchor="middle",
            )
            for second in range(self.first, self.last + 1, 120)
        )
        parts.append(
            _text(
                (LEFT + WIDTH - RIGHT) / 2,
                HEIGHT - 8,
                "minutes after it",
                anchor="middle",
            )
        )
        parts.append(_text(6, TOP - 8, "MW"))
        parts.extend(self.curve(fleet, ONE, 1) for fleet in self.fleets[:SHOWN])
        parts.append(self.curve(list(chain.from_iterable(self.fleets)), MEAN, 2))
        undelayed = self.x(0)
        parts.append(
            f'<line x1="{undelayed:.1f}" y1="{self.y(0):.1f}" x2="{undelayed:.1f}"'
            f' y2="{self.y(1):.1f}" stroke="{INK}" stroke-dasharray="4 3"/>'
        )
        return "".join(parts)


def draw_fleet(
    homes: int,
    on_edges: Mapping[str, Fleets],
    off_edges: Mapping[str, Fleets],
    cuts: Fleets,
) -> str:
    """Return the curves of fleets of `homes` around their edges and after power cuts."""
    panels = [
        *(
            Panel(
                title=f"{name}: the charging hours begin",
                fleets=fleets,
                homes=homes,
                first=-120,
                last=720,
                rises=True,
                peak=(-120, 0),
            )
            for name, fleets in on_edges.items()
        ),
        *(
            Panel(
                title=f"{name}: the charging hours end",
                fleets=fleets,
                homes=homes,
                first=-720,
                last=120,
                rises=False,
                peak=(0, 120),
            )
            for name, fleets in off_edges.items()
        ),
        Panel(
            title=f"Power back at night, {CHARGING_AT_A_CUT:.0%} were charging",
            fleets=cuts,
            homes=homes * CHARGING_AT_A_CUT,
            first=-120,
            last=720,
            rises=True,
            peak=None,
        ),
    ]
    rows = (len(panels) + 1) // 2
    width, height = 2 * WIDTH, rows * HEIGHT + 34
    placed = "".join(
        f'<g transform="translate({index % 2 * WIDTH},{index // 2 * HEIGHT})">'
        f"{panel.svg()}</g>"
        for index, panel in enumerate(panels)
    )
    legend = (
        f"{homes} homes of {KILOWATTS:g} kW: dashed, all at once; light, single days; dark, all"
        f" {len(cuts)} cuts or {max(map(len, on_edges.values()))} days together. Drawn by script/fleet."
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        ' font-family="sans-serif">'
        "<title>What the random delay makes of the demand of many homes</title>"
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
        f"{placed}{_text(LEFT, height - 12, legend)}</svg>\n"
    )


def _text(
    x: float, y: float, text: str, *, size: int = 12, anchor: str = "start"
) -> str:
    """Return a line of text."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"'
        f' fill="{INK}">{text}</text>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    """Return a thin line."""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        f' stroke="{colour}" stroke-width="0.5"/>'
    )

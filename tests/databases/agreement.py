"""What must hold of a home once all is told and written: ledger, statistics and panel say the same, to the watt-hour."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.helpers.recorder import get_instance
import pytest

from custom_components.smart_charge_point.control.statistics.names import Kind
from custom_components.smart_charge_point.model.usage import HourSum, UsageKey
from custom_components.smart_charge_point.records.ledger import Ledger

from .lived import LivedHome
from .recorded import HOUR
from .told import Box

LONDON: Final = ZoneInfo("Europe/London")
WATT_HOUR: Final = 0.001
"""kWh."""
_PACE: Final = timedelta(minutes=3)
"""By how much a sensor may lag in the course of things."""

type Hours = dict[datetime, float]
type Series = Mapping[str, Mapping[datetime, float]]


class Agreement:
    """Looks at a home that has come to rest."""

    def __init__(self, home: LivedHome) -> None:
        """Look at everything from before its beginning on."""
        self._home = home
        self._began = home.now.replace(minute=0, second=0) - timedelta(days=30)

    @property
    def _ledger(self) -> Ledger:
        ledger: Ledger = self._home.house.entry.runtime_data.site.ledger
        return ledger

    async def hold(self) -> None:
        """Fail where any two of them say different things."""
        keys = await self._ledger.keys()
        hours = {key: await self._hours(key) for key in keys}
        await self._statistics_follow(hours)
        await self._sessions_are_the_total(hours)
        await self._ledger_knows_the_truth(hours)
        for box in self._home.boxes:
            await self._sensor_has_no_spike(box)
        await self._panel_shows(hours)

    async def changes(self, until: datetime) -> Series:
        """Return by how much all series rise in the hours before `until`."""
        ids = {*await self._home.recorded.names()}
        ids |= {self._sensor(box) for box in self._home.boxes}
        return {
            statistic_id: {
                hour: round(change, 6)
                for hour, change in _changes(sums).items()
                if hour < until and change > WATT_HOUR / 1000
            }
            for statistic_id, sums in (await self._sums(ids)).items()
        }

    async def _hours(self, key: UsageKey) -> tuple[HourSum, ...]:
        return await self._ledger.hours(
            key, self._began, self._home.now.replace(minute=0, second=0)
        )

    async def _sums(self, ids: Iterable[str]) -> dict[str, Hours]:
        def read() -> dict[str, list[Any]]:
            found: dict[str, list[Any]] = statistics_during_period(
                self._home.hass,
                self._began,
                None,
                set(ids),
                "hour",
                {"energy": "kWh"},
                {"sum"},
            )
            return found

        found = await get_instance(self._home.hass).async_add_executor_job(read)
        return {
            statistic_id: {
                datetime.fromtimestamp(row["start"], self._began.tzinfo): row["sum"]
                for row in rows
            }
            for statistic_id, rows in found.items()
        }

    async def _statistics_follow(
        self, hours: Mapping[UsageKey, tuple[HourSum, ...]]
    ) -> None:
        """Every series adds in every hour what the ledger has of it; none falls, and there is no other."""
        keeper = self._home.house.entry.runtime_data.site.statistics
        ours = await self._home.recorded.names()
        sums = await self._sums(ours)
        expected = set()
        for key, told in hours.items():
            ids = await keeper.statistic_ids(key)
            for kind, amounts in (
                (
                    Kind.ENERGY,
                    {one.hour: one.energy / 1000 for one in told if one.energy},
                ),
                (
                    Kind.COST,
                    {one.hour: one.cost for one in told if one.cost is not None},
                ),
            ):
                shown = sums.get(ids[kind], {})
                if amounts:
                    expected.add(ids[kind])
                running = [0.0, *shown.values()]
                assert running == sorted(running), f"{ids[kind]} falls: {shown}"
                assert _same(_changes(shown), amounts), (
                    f"{key} {kind}: the ledger has {_told(amounts)}, "
                    f"the recorder {_told(_changes(shown))}"
                )
        assert set(ours) == expected, {*ours} ^ expected

    async def _sessions_are_the_total(
        self, hours: Mapping[UsageKey, tuple[HourSum, ...]]
    ) -> None:
        """The home is its wallboxes, and they are their sessions."""
        sessions = await self._ledger.sessions(limit=1000)
        for key in (
            UsageKey(),
            *(UsageKey(charge_point=b.identity) for b in self._home.boxes),
        ):
            whole = sum(one.energy for one in hours.get(key, ()))
            of = [s for s in sessions if key.charge_point in {None, s.charge_point}]
            assert whole == pytest.approx(sum(one.energy for one in of), abs=1), key

    async def _ledger_knows_the_truth(
        self, hours: Mapping[UsageKey, tuple[HourSum, ...]]
    ) -> None:
        """What was told without a flaw is kept without one: its energy, its half hours, once."""
        sessions = await self._ledger.sessions(limit=1000)
        for box in self._home.boxes:
            for car in box.all:
                kept = [
                    one
                    for one in sessions
                    if (one.charge_point, one.started_at) == (box.identity, car.began)
                ]
                if car in self._home.forgotten:
                    assert not kept, car
                    continue
                if not car.clean:
                    continue
                [session] = kept
                if car.ended is None:
                    assert session.stopped_at is None, session
                else:
                    assert (session.stopped_at, session.meter_stop) == (
                        car.ended,
                        car.meter_stop,
                    ), session
                    assert session.energy == pytest.approx(
                        car.energy(car.began, car.ended), abs=1
                    ), session
                    shares: Hours = {}
                    for slot in await self._ledger.slots(session.transaction_id):
                        hour = slot.start.replace(minute=0)
                        shares[hour] = shares.get(hour, 0.0) + slot.energy / 1000
                    truth = {
                        hour: energy / 1000
                        for hour, energy in car.hours(self._home.now)
                    }
                    assert _same(shares, truth), (
                        f"{session}: {_told(shares)} instead of {_told(truth)}"
                    )

    def _sensor(self, box: Box) -> str:
        return self._home.house.entity_id("energy", box.identity)

    async def _sensor_has_no_spike(self, box: Box) -> None:
        """The energy sensor's own series never falls, and has in no hour more than was charged in it.

        It lags by some minutes, which the next hour has more. What the ledger does not know (of a session that was never
        told to begin, or that was deleted) stays in the hour in which it was told.
        """
        sensor = self._sensor(box)
        sums = (await self._sums([sensor])).get(sensor, {})
        assert [*sums.values()] == sorted(sums.values()), f"{sensor} falls: {sums}"
        changes = _changes(sums)
        told = {
            one.hour: one.energy / 1000
            for one in await self._hours(UsageKey(charge_point=box.identity))
        }
        charged = dict(told)
        for car in box.all:
            for hour, energy in car.hours(self._home.now):
                charged[hour] = max(charged.get(hour, 0.0), energy / 1000)
        unknown = max(0.0, sum(changes.values()) - sum(told.values()))
        if all(car.clean and car not in self._home.forgotten for car in box.all):
            assert unknown <= 2 * WATT_HOUR
        for hour, change in changes.items():
            before = charged.get(hour - HOUR, 0.0)
            lag = max(0.01, before * (_PACE / timedelta(minutes=15)))
            most = charged.get(hour, 0.0) + lag + unknown + 2 * WATT_HOUR
            assert change <= most, (
                f"{sensor} shows {change} in {hour}: {_told(changes)}, {_told(charged)}"
            )

    async def _panel_shows(self, hours: Mapping[UsageKey, tuple[HourSum, ...]]) -> None:
        """The panel's days are the hours of the owner's days, and come from the recorder."""
        first, last = self._began.date(), self._home.now.astimezone(LONDON).date()
        for key, told in hours.items():
            if key.tag is not None:
                continue
            about: dict[str, str] = {}
            if key.charge_point is not None:
                about["device_id"] = self._home.house.device_id(key.charge_point)
            if key.person is not None:
                about["person"] = key.person
            if key.vehicle is not None:
                about["vehicle"] = key.vehicle
            answer = await self._home.ask(
                "usage",
                start=first.isoformat(),
                end=last.isoformat(),
                by="day",
                **about,
            )
            assert (answer["source"], answer["agrees"]) == ("recorder", True), key
            days: dict[date, float] = {}
            for one in told:
                day = one.hour.astimezone(LONDON).date()
                days[day] = days.get(day, 0.0) + one.energy
            for bucket in answer["buckets"]:
                assert bucket["energy"] == pytest.approx(
                    days.get(date.fromisoformat(bucket["first"]), 0.0), abs=1
                ), (key, bucket["first"])
            assert answer["total"]["energy"] == pytest.approx(
                sum(one.energy for one in told), abs=1
            )


def _changes(sums: Mapping[datetime, float]) -> Hours:
    """Return by how much a series rises in each hour that it has a row for."""
    pairs = pairwise([(None, 0.0), *sums.items()])
    return {hour: after - before for (_, before), (hour, after) in pairs if hour}


def _same(one: Mapping[datetime, float], other: Mapping[datetime, float]) -> bool:
    return (
        all(
            abs(one.get(hour, 0.0) - other.get(hour, 0.0)) <= WATT_HOUR
            for hour in one.keys() | other.keys()
        )
        and abs(sum(one.values()) - sum(other.values())) <= WATT_HOUR
    )


def _told(hours: Mapping[datetime, float]) -> str:
    return ", ".join(
        f"{hour:%d %H} h {amount:.3f}"
        for hour, amount in sorted(hours.items())
        if amount
    )

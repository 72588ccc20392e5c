"""A random delay of the wallbox's own, as the regulations of Great Britain make some apply it by themselves."""

from datetime import datetime, timedelta

from .configuration import Configuration


class OwnDelay:
    """Holds current back that could begin to flow, for as long as a configuration key says.

    What is drawn is always the longest: whoever tests against it knows when it ends. At 0 a delay that runs is over.
    """

    def __init__(self, configuration: Configuration, key: str | None) -> None:
        """Take the seconds from `key`; without one, delay nothing."""
        self._configuration = configuration
        self._key = key
        self._could_flow: dict[int, bool] = {}
        self._until: dict[int, datetime] = {}

    def held_back(self, connector: int, amperes: float, now: datetime) -> float:
        """Return what of `amperes` may flow at `now`."""
        if self._key is None:
            return amperes
        seconds = self._configuration.number(self._key)
        if amperes > 0 and not self._could_flow.get(connector, False):
            self._until[connector] = now + timedelta(seconds=seconds)
        self._could_flow[connector] = amperes > 0
        if amperes <= 0 or not seconds or now >= self._until.get(connector, now):
            self._until.pop(connector, None)
            return amperes
        return 0.0

    def next_change(self, now: datetime) -> datetime | None:
        """Return when a delay ends."""
        return min(
            (until for until in self._until.values() if until > now), default=None
        )

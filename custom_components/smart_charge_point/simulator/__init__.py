"""A wallbox and its car in software.

It speaks real OCPP 1.6J over a real socket, obeys the charging profiles it is given, keeps what happens offline and tells it
afterwards. It shares no code with the rest of the integration, so that it does not share its mistakes.

    clock = DrivenClock(datetime(2026, 11, 23, tzinfo=UTC))
    wallbox = Wallbox("ws://127.0.0.1:9000/", "WB1", clock=clock, preset="alfen-eve")
    await wallbox.start()
    await wallbox.plug_in(Car(soc=0.4))
    await clock.advance(timedelta(hours=1))
    assert wallbox.current() == 32
    await wallbox.stop()

`Wallbox` takes the central system's address without the identity, the identity, and: `clock`, `preset` (a name in
`PRESETS`), `quirks` (in place of the preset's), `connectors`, `phases`, `maximum_current`, `free_vend` (begins when plugged
in), `free_vend_tag`, `resumes_after_power_cut`, `password`, `firmware`, `register_wh`, `memory` (another one's, to take its
place).

A person can `plug_in`, `unplug`, `swipe`, `fault`, `clear_fault`, `tamper`, `power_cut`, `power_restore`, `go_offline`, `go_online`,
`reboot`; each returns when what it set off has settled. `insert` and `remove` are the cable without that wait. It shows
`current`, `offered`, `power`, `energy`, `status`, `transaction`, `connected`, `online`, `switchings` (every change of the
current with its instant), `sent` and `received` (every frame), `calls` and `requests` (payloads by action).

A `DrivenClock` stands still until `advance` or `advance_to`, which go through every timer in order and let the sockets come
to rest in between. In a test of Home Assistant, whose time is frozen, give it a follower that moves that time along, and a
settler that waits for Home Assistant:

    async def follow(now: datetime) -> None:
        freezer.move_to(now)
        async_fire_time_changed(hass, now)

    clock.followers.append(follow)
    clock.settlers.append(hass.async_block_till_done)
    await clock.advance_to(evening, step=timedelta(minutes=1))

A `RealClock(speed)` needs no driving. `live` lets a new wallbox live a year offline in a moment, with one car or with those of
a household (`household_cars`); `go_online` then replays it.
"""

from .car import Car
from .clock import Clock, DrivenClock, RealClock
from .connector import Status
from .history import live
from .household import COMMUTER_CARD, PARTNER_CARD, household_cars
from .journal import Frame, Switching
from .presets import PRESETS, Preset
from .quirks import Quirks, Refusal
from .wallbox import Wallbox

__all__ = [
    "COMMUTER_CARD",
    "PARTNER_CARD",
    "PRESETS",
    "Car",
    "Clock",
    "DrivenClock",
    "Frame",
    "Preset",
    "Quirks",
    "RealClock",
    "Refusal",
    "Status",
    "Switching",
    "Wallbox",
    "household_cars",
    "live",
]

"""A wallbox and its car in software."""

from .car import Car
from .clock import Clock, DrivenClock, RealClock
from .connector import Status
from .journal import Frame, Switching
from .wallbox import Wallbox

__all__ = [
    "Car",
    "Clock",
    "DrivenClock",
    "Frame",
    "RealClock",
    "Status",
    "Switching",
    "Wallbox",
]

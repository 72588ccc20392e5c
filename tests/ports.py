"""Ports for tests to listen on: what is found free stays free until it is used, whoever else runs tests meanwhile."""

from collections.abc import Iterator
from contextlib import closing
from itertools import cycle
import os
import socket
from typing import Final

FIRST: Final = 20_000
EACH: Final = 1_000
WORKERS: Final = 12
"""All of them end below 32768, where Linux begins to give ports to whoever does not ask for a certain one."""


def ports_of(worker: int) -> Iterator[int]:
    """Return ports that are free when they are asked for, which no other worker is given, one after the other."""
    first = FIRST + worker % WORKERS * EACH
    # Somebody else's run on this machine has workers of the same numbers, and begins elsewhere.
    begin = os.getpid() * 37 % EACH
    for number in cycle(range(EACH)):
        port = first + (begin + number) % EACH
        if _free(port):
            yield port


def _free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True

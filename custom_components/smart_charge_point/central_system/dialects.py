"""The dialects that are spoken here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .dialect import DialectFactory
from .v16.dialect import Dialect16

DIALECTS: Final[Mapping[str, DialectFactory]] = MappingProxyType({"ocpp1.6": Dialect16})
"""By the websocket subprotocol, in lower case."""

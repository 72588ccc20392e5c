"""Canonical JSON: the same data make the same bytes, whoever writes them."""

import json
from typing import Any


def canonical(data: Any) -> bytes:
    """Return data as JSON in ASCII, keys sorted, nothing between the signs.

    Raises:
        ValueError: a number is none, or endless.
        TypeError: it is nothing that JSON can carry.
    """
    return json.dumps(
        data,
        allow_nan=False,
        separators=(",", ":"),
        sort_keys=True,
    ).encode("ascii")

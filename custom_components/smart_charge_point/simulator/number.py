"""What a wallbox dials: the address it was given, with its identity, as its quirks have it."""

import base64
from urllib.parse import quote

from .line import Number
from .quirks import Quirks

_TINY_CLIENT = {
    "User-Agent": "TinyWebsockets Client",
    "Origin": "https://github.com/gilmaimon/TinyWebsockets",
}


def number_to_dial(
    url: str, identity: str, password: str | None, quirks: Quirks
) -> Number:
    """Return where and how to dial. With a `password` by HTTP Basic authentication (security profile 1)."""
    headers: dict[str, str] = {}
    if password is not None:
        token = base64.b64encode(f"{identity}:{password}".encode()).decode()
        headers["Authorization"] = f"Basic {token}"
    if quirks.no_subprotocol:
        headers |= _TINY_CLIENT
    parts = [url.rstrip("/")]
    if not quirks.no_identity:
        parts.append(quote(identity, safe=""))
    if quirks.appends_serial:
        parts.append(quote(identity, safe=""))
    if quirks.trailing_slash or quirks.no_identity:
        parts.append("")
    return Number(
        url="/".join(parts),
        protocols=() if quirks.no_subprotocol else quirks.subprotocols,
        headers=headers,
        answers_pings=not quirks.ignores_pings,
        probe_first=quirks.probes_first,
        closes_idle_after=quirks.closes_idle_after,
    )

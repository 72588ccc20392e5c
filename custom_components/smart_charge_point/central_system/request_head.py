"""A wallbox's HTTP request: mended where firmware leaves out what RFC 6455 asks for; its identity and its versions."""

from collections.abc import Container, Iterable
import re
from typing import Final
from urllib.parse import unquote

MAX_HEAD_BYTES: Final = 16 * 1024
"""A wallbox's request has a few hundred bytes; a browser's with many cookies 8 KiB."""
HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
MAX_IDENTITY: Final = 48
"""Characters. OCPP 2.x bounds it so; 1.6 does not, and nobody was seen to have more."""

_KEY: Final = b"sec-websocket-key"
_UPGRADE: Final = b"upgrade"
_CONNECTION: Final = b"connection"
_VERSION: Final = b"sec-websocket-version"
_PROTOCOL: Final = b"sec-websocket-protocol"
_BARE_LINE_END: Final = re.compile(rb"(?<!\r)\n")


def mended(request: bytes) -> bytes:
    """Return a complete request as RFC 6455 wants it, with what came behind it; the very same where it is so already.

    What is mended: no `Connection: Upgrade` (Autel LW10, lbbrhzn/ocpp#1933), `Upgrade` or version; several
    Sec-WebSocket-Protocol lines, which aiohttp does not read; blanks in the path and before colons; bare line feeds. A request
    that is no websocket's is left alone.
    """
    end = HEAD_END.search(request)
    if end is None:
        return request
    head, behind = request[: end.start()], request[end.end() :]
    first, *lines = head.replace(b"\r\n", b"\n").split(b"\n")
    fields = [line.partition(b":") for line in lines]
    sound = all(colon and name == name.strip() for name, colon, _ in fields)
    told = {
        name.strip().lower(): value.strip() for name, colon, value in fields if colon
    }
    if _KEY not in told:
        return request
    protocols = [
        value.strip()
        for name, colon, value in fields
        if colon and name.strip().lower() == _PROTOCOL
    ]
    target = _without_blanks(first)
    upgrades = _UPGRADE in told.get(_CONNECTION, b"").lower()
    if (
        sound
        and upgrades
        and _UPGRADE in told
        and _VERSION in told
        and len(protocols) <= 1
        and target == first
        and not _BARE_LINE_END.search(request[: end.end()])
    ):
        return request
    dropped = {_PROTOCOL} if upgrades else {_PROTOCOL, _CONNECTION}
    kept = [
        (name.strip(), value.strip())
        for name, colon, value in fields
        if colon and name.strip().lower() not in dropped
    ]
    if not upgrades:
        kept.append((b"Connection", b"Upgrade"))
    if _UPGRADE not in told:
        kept.append((b"Upgrade", b"websocket"))
    if _VERSION not in told:
        kept.append((b"Sec-WebSocket-Version", b"13"))
    if protocols:
        kept.append((b"Sec-WebSocket-Protocol", b", ".join(protocols)))
    headers = b"".join(b"%b: %b\r\n" % field for field in kept)
    return b"%b\r\n%b\r\n%b" % (target, headers, behind)


def identity_in(target: str) -> str | None:
    """Return the identity that a request's target names: "" where it names none, None where it is none to be had.

    It is the last segment of the path that is not empty, whatever comes before it, percent-decoded; the query is not
    looked at. At most 48 characters, no colon (it separates user and password), nothing that cannot be printed.
    """
    path = target.partition("?")[0].partition("#")[0]
    if "://" in path:
        # An absolute target; the host is no identity.
        path = path.partition("://")[2].partition("/")[2]
    try:
        segments = [unquote(part, errors="strict").strip() for part in path.split("/")]
    except UnicodeDecodeError:
        return None
    identity = next((part for part in reversed(segments) if part), "")
    if len(identity) > MAX_IDENTITY or ":" in identity or not identity.isprintable():
        return None
    return identity


def subprotocols(lines: Iterable[str]) -> list[str]:
    """Return the subprotocols that a client offers, as it spells them, in its order."""
    offered = (name.strip(" \t\"'") for line in lines for name in line.split(","))
    return [name for name in offered if name]


def chosen_subprotocol(offered: Iterable[str], served: Container[str]) -> str | None:
    """Return the first of the offered ones that is served, as the client spells it; None where none is."""
    return next((name for name in offered if name.casefold() in served), None)


def _without_blanks(first: bytes) -> bytes:
    method, _, rest = first.partition(b" ")
    target, blank, version = rest.rpartition(b" ")
    if not blank:
        return first
    return b"%b %b %b" % (method, target.strip().replace(b" ", b"%20"), version)

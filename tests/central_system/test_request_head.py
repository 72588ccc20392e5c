"""Wallboxes' requests: what firmware forgets is mended, the identity is found, the subprotocol chosen."""

import pytest

from custom_components.smart_charge_point.central_system.request_head import (
    chosen_subprotocol,
    identity_in,
    mended,
    subprotocols,
)

SOUND = (
    b"GET /WB1 HTTP/1.1\r\n"
    b"Host: ha:9000\r\n"
    b"Upgrade: websocket\r\n"
    b"Connection: keep-alive, Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: ocpp1.6\r\n"
    b"\r\n"
)


def headers(request: bytes) -> dict[bytes, bytes]:
    """Return a request's headers by their names in lower case."""
    lines = request.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    fields = [line.split(b": ", 1) for line in lines]
    assert len({name.lower() for name, _ in fields}) == len(fields), "twice"
    return {name.lower(): value for name, value in fields}


def test_a_sound_request_is_left_alone() -> None:
    """The very same bytes, with what came behind it."""
    assert mended(SOUND) is SOUND
    behind = SOUND + b"\x81\x00"
    assert mended(behind) is behind


@pytest.mark.parametrize(
    ("told", "instead"),
    [
        (b"Connection: keep-alive, Upgrade\r\n", b""),
        (b"Connection: keep-alive, Upgrade", b"Connection: keep-alive"),
        (b"Upgrade: websocket\r\n", b""),
        (b"Sec-WebSocket-Version: 13\r\n", b""),
        (b"Host: ha:9000", b"Host : ha:9000"),
        (b"Host: ha:9000", b"Host: ha:9000\r\nnonsense"),
        (b"Protocol: ocpp1.6", b"Protocol: ocpp1.5\r\nSec-WebSocket-Protocol: ocpp1.6"),
        (b"\r\n", b"\n"),
        (b"/WB1", b"/My Wallbox"),
    ],
)
def test_what_is_missing_is_added(told: bytes, instead: bytes) -> None:
    """Whatever is wrong, what comes out has all that RFC 6455 asks for, and what came behind it."""
    result = mended(SOUND.replace(told, instead) + b"\x81\x00")
    found = headers(result)
    assert b"upgrade" in found[b"connection"].lower()
    assert found[b"upgrade"] == b"websocket"
    assert found[b"sec-websocket-version"] == b"13"
    assert found[b"sec-websocket-protocol"].endswith(b"ocpp1.6")
    assert found[b"host"] == b"ha:9000"
    assert result.endswith(b"\r\n\r\n\x81\x00")
    assert result.count(b" ", 0, result.index(b"\r\n")) == 2


@pytest.mark.parametrize(
    "request_",
    [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\n", b"", b"\n\n"],
)
def test_what_is_no_websocket_is_left_alone(request_: bytes) -> None:
    """A browser's request and half a request."""
    assert mended(request_) == request_


@pytest.mark.parametrize(
    ("target", "identity"),
    [
        ("/WB1", "WB1"),
        ("/ocpp/1.6/WB1", "WB1"),
        ("//ocpp///WB1//", "WB1"),
        ("/WB1/", "WB1"),
        ("/WB1?token=a/b", "WB1"),
        ("/WB1#x", "WB1"),
        ("/My%20Wallbox%C3%BC", "My Wallbox\u00fc"),
        ("/%20WB1%20", "WB1"),
        ("ws://ha:9000/ocpp/WB1", "WB1"),
        ("ws://ha:9000", ""),
        ("/", ""),
        ("", ""),
        ("/?id=WB1", ""),
        ("/a%2Fb", "a/b"),
        ("/" + "x" * 48, "x" * 48),
        ("/" + "x" * 49, None),
        ("/a:b", None),
        ("/a%3Ab", None),
        ("/a%00b", None),
        ("/a%0Ab", None),
        ("/%FF", None),
        ("/\udcff", None),
        ("/a\x7fb", None),
    ],
)
def test_t3_t4_the_identity_is_the_last_segment(
    target: str, identity: str | None
) -> None:
    """Any prefix, any query, any slashes; none at all is "", one that cannot be is None."""
    assert identity_in(target) == identity


@pytest.mark.parametrize(
    ("lines", "chosen"),
    [
        (["ocpp1.6"], "ocpp1.6"),
        (["OCPP1.6"], "OCPP1.6"),
        (["ocpp2.0.1, ocpp1.6"], "ocpp1.6"),
        (["ocpp1.6, ocpp1.5"], "ocpp1.6"),
        (["ocpp1.5", "ocpp1.6"], "ocpp1.6"),
        (['"ocpp1.6"'], "ocpp1.6"),
        (["ocpp0.1"], None),
        ([], None),
        ([""], None),
    ],
)
def test_t2_the_subprotocol_is_chosen_from_all_lines(
    lines: list[str], chosen: str | None
) -> None:
    """In the client's order and spelling."""
    assert chosen_subprotocol(subprotocols(lines), {"ocpp1.6"}) == chosen

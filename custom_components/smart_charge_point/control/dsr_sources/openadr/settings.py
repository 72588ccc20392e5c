"""What a provider's OpenADR server needs to know of us, and we of it."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_address
from typing import Final

from yarl import URL

from ....model.dsr import DsrKind
from ....model.limit import Limit

USUAL_INTERVAL: Final = timedelta(minutes=5)
"""How often a server is asked unless its provider says otherwise."""


class OpenAdrVersion(StrEnum):
    """The published interfaces. 3.0.1 and 3.1.0 differ in what a report and a VEN look like, and in targets."""

    V3_0 = "3.0"
    V3_1 = "3.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAdrSettings:
    """A provider's server (VTN) and the agreement with it.

    `provider` is what the owner calls it, and no other source. `url` is the base of the interface (`https://vtn.example/openadr3/3.1.0`). `token_url` empty: the server says it (3.1),
    or it is `<url>/auth/token`. `programs` are names or ids; empty: every program that the credentials can see. `targets`
    are further names that mean this home (a group, a service location); events that name somebody else are not followed.
    `phases` (1 or 3) turns power into current. `kind` is what the agreement calls its events. `simple_limits` are the
    limits per phase for levels 1 and 2 of a SIMPLE signal; 0 is no event, and 3, an emergency, always pauses.
    `interval` is 10 s to a day.
    """

    provider: str
    url: str
    client_id: str
    client_secret: str = field(repr=False)
    ven_name: str
    token_url: str = ""
    scope: str = ""
    version: OpenAdrVersion = OpenAdrVersion.V3_0
    programs: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    resource_name: str = "wallbox"
    phases: int = 1
    kind: DsrKind = DsrKind.PLANNED
    simple_limits: tuple[Limit, Limit] = (Limit(amperes=16.0), Limit(amperes=6.0))
    interval: timedelta = USUAL_INTERVAL

    def __post_init__(self) -> None:
        """Refuse an address that would send the credentials in the clear.

        Raises:
            ValueError: an address is no `https` one, and not on this very machine either.
        """
        require_private(URL(self.url))
        if self.token_url:
            require_private(URL(self.token_url))


def require_private(url: URL) -> None:
    """Refuse an address to which credentials must not go (regs Schedule 1, 5: communications are encrypted).

    Raises:
        ValueError: it is no `https` address, and not on this very machine either.
    """
    if url.scheme == "https" and url.host:
        return
    if url.scheme == "http" and url.host and _is_here(url.host):
        return
    raise ValueError("The address of an OpenADR server begins with https://")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

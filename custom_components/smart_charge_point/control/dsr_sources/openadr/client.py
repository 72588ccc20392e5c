"""The wire to an OpenADR 3 server: tokens, reading, reporting. No secret and no answer's body is ever journalled."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
import json
import logging
from typing import Any, Final
from urllib.parse import quote_plus

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    encode_basic_auth,
)
from homeassistant.util import dt as dt_util
from yarl import URL

from .settings import OpenAdrSettings, OpenAdrVersion, require_private

_LOGGER = logging.getLogger(__name__)

PAGE: Final = 50
"""The most that a server may be asked for at once."""
MOST_PAGES: Final = 20
MOST_BYTES: Final = 4 * 1024 * 1024
"""The longest answer that is read."""
_TIMEOUT: Final = ClientTimeout(total=30)
_EXPIRES: Final = timedelta(hours=1)
"""How long a token lasts whose server does not say."""
_MARGIN: Final = timedelta(seconds=30)
"""A token is not used in the last seconds of its life."""
_REFUSALS: Final = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
)
"""What servers answer to credentials that they do not accept (RFC 6749, 5.2, and the rest of them)."""
_LONGEST_WAIT: Final = timedelta(hours=6)
"""The longest wait that a server can ask for."""


class OpenAdrError(Exception):
    """A server was not reached, or its answer cannot be used."""


class OpenAdrAuthError(OpenAdrError):
    """A server does not accept the credentials."""


class OpenAdrRefusedError(OpenAdrError):
    """A server was reached and refused a request, for want of rights or because it knows no such thing."""


class OpenAdrConflictError(OpenAdrRefusedError):
    """A server has what it was sent already."""


class OpenAdrBusyError(OpenAdrError):
    """A server asks to be left alone for `retry_after`."""

    def __init__(self, message: str, retry_after: timedelta) -> None:
        """Take the wait, 0 where the server did not name one."""
        super().__init__(message)
        self.retry_after = retry_after


class OpenAdrClient:
    """Speaks to one server on behalf of one client.

    All methods raise:
        OpenAdrError: the server was not reached, or answered what cannot be used.
    """

    def __init__(self, session: ClientSession, settings: OpenAdrSettings) -> None:
        """Take Home Assistant's shared session."""
        self._session = session
        self._settings = settings
        self._base = URL(settings.url.rstrip("/"))
        self._in_header = False
        self._token = ""
        self._token_ends = datetime.min.replace(tzinfo=UTC)

    async def programs(self) -> list[Any]:
        """Return all programs, as the server words them."""
        return await self._pages("programs", {})

    async def events(self, program_id: str | None = None) -> list[Any]:
        """Return all events, or those of one program, as the server words them."""
        return await self._pages(
            "events", {} if program_id is None else {"programID": program_id}
        )

    async def vens(self, name: str) -> list[Any]:
        """Return the VENs that bear this name."""
        return await self._pages("vens", {"venName": name})

    async def create_ven(self, name: str) -> Any:
        """Register a VEN under this name, and return it."""
        ven = {"venName": name}
        if self._settings.version is OpenAdrVersion.V3_1:
            ven["objectType"] = "VEN_VEN_REQUEST"
        return await self._call("POST", "vens", body=ven)

    async def report(self, report: Mapping[str, Any]) -> None:
        """Send a report."""
        await self._call("POST", "reports", body=report)

    async def reports(self, event_id: str) -> list[Any]:
        """Return the reports on an event that are ours, as the server words them."""
        return await self._pages(
            "reports", {"eventID": event_id, "clientName": self._settings.ven_name}
        )

    async def _pages(self, path: str, query: Mapping[str, str]) -> list[Any]:
        found: list[Any] = []
        for _ in range(MOST_PAGES):
            page = await self._call(
                "GET",
                path,
                query={**query, "skip": str(len(found)), "limit": str(PAGE)},
            )
            if not isinstance(page, list):
                raise OpenAdrError(f"{path}: the answer is no list")
            if found and page and page[0] in found:
                # A server without pages gives the same list again.
                return found
            found.extend(page)
            if len(page) < PAGE:
                return found
        raise OpenAdrError(f"{path}: more than {MOST_PAGES * PAGE} entries")

    async def _call(
        self,
        method: str,
        *path: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        url = self._base.joinpath(*path)
        for token in (await self._valid_token(), None):
            headers = {"Authorization": f"Bearer {token or await self._new_token()}"}
            try:
                async with self._session.request(
                    method,
                    url,
                    params=query,
                    json=body,
                    headers=headers,
                    timeout=_TIMEOUT,
                    # A token goes to the server that it is for, and nowhere else.
                    allow_redirects=False,
                ) as response:
                    if response.status == HTTPStatus.UNAUTHORIZED and token:
                        # Withdrawn before its time: once more with a new one.
                        continue
                    return await _content(response, path[0])
            except (ClientError, TimeoutError) as error:
                raise OpenAdrError(
                    f"{path[0]}: not reached ({type(error).__name__})"
                ) from error
        raise AssertionError("the second answer is always returned or raised")

    async def _valid_token(self) -> str:
        if dt_util.utcnow() < self._token_ends:
            return self._token
        return await self._new_token()

    async def _new_token(self) -> str:
        """Fetch a token (RFC 6749, 4.4).

        The credentials go into the form, as OpenADR has it; a server of the general kind may want them in a header.
        """
        self._token_ends = datetime.min.replace(tzinfo=UTC)
        try:
            url = await self._token_url()
            try:
                answer = await self._ask_token(url, in_header=self._in_header)
            except OpenAdrAuthError:
                answer = await self._ask_token(url, in_header=not self._in_header)
                self._in_header = not self._in_header
        except (ClientError, TimeoutError) as error:
            raise OpenAdrError(f"token: not reached ({type(error).__name__})") from None
        fields = answer if isinstance(answer, dict) else {}
        token, seconds = fields.get("access_token"), fields.get("expires_in")
        if not isinstance(token, str) or not token:
            raise OpenAdrError("token: the answer has none")
        lasts = _EXPIRES
        if isinstance(seconds, int) and 0 < seconds < 10**9:
            lasts = timedelta(seconds=seconds)
        self._token = token
        self._token_ends = dt_util.utcnow() + lasts - min(_MARGIN, lasts / 2)
        return token

    async def _ask_token(self, url: URL, *, in_header: bool) -> Any:
        settings = self._settings
        form = {"grant_type": "client_credentials"}
        if settings.scope:
            form["scope"] = settings.scope
        headers = {}
        if in_header:
            headers["Authorization"] = encode_basic_auth(
                quote_plus(settings.client_id), quote_plus(settings.client_secret)
            )
        else:
            form["client_id"] = settings.client_id
            form["client_secret"] = settings.client_secret
        async with self._session.post(
            url, data=form, headers=headers, timeout=_TIMEOUT, allow_redirects=False
        ) as response:
            if response.status in _REFUSALS:
                raise OpenAdrAuthError(f"token: not allowed ({response.status})")
            return await _content(response, "token")

    async def _token_url(self) -> URL:
        if self._settings.token_url:
            return URL(self._settings.token_url)
        if self._settings.version is OpenAdrVersion.V3_0:
            return self._base / "auth" / "token"
        async with self._session.get(
            self._base / "auth" / "server", timeout=_TIMEOUT, allow_redirects=False
        ) as response:
            answer = await _content(response, "auth/server")
        try:
            url = URL(answer["tokenURL"])
            require_private(url)
        except (KeyError, TypeError, ValueError) as error:
            raise OpenAdrError(
                "auth/server: there is no address for tokens that could be used"
            ) from error
        return url


async def _content(response: ClientResponse, what: str) -> Any:
    """Return what a good answer says; raise for any other."""
    status = response.status
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        raise OpenAdrBusyError(
            f"{what}: busy ({status})",
            _retry_after(response.headers.get("Retry-After", "")),
        )
    if status == HTTPStatus.UNAUTHORIZED:
        raise OpenAdrAuthError(f"{what}: not allowed ({status})")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise OpenAdrError(f"{what}: the server failed ({status})")
    if status == HTTPStatus.CONFLICT:
        raise OpenAdrConflictError(f"{what}: there already ({status})")
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise OpenAdrRefusedError(f"{what}: refused ({status})")
    content = bytearray()
    async for chunk in response.content.iter_chunked(65536):
        content.extend(chunk)
        if len(content) > MOST_BYTES:
            raise OpenAdrError(f"{what}: the answer is too long")
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError, RecursionError:
        # What is no JSON may be anything, a page of a proxy with a password in it too.
        raise OpenAdrError(f"{what}: the answer is no JSON") from None


def _retry_after(value: str) -> timedelta:
    """Return the wait that a header asks for (RFC 9110, 10.2.3), 0 where it names none."""
    if value.strip().isdecimal():
        return timedelta(seconds=min(int(value), _LONGEST_WAIT.total_seconds()))
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return timedelta()
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(timedelta(), min(_LONGEST_WAIT, until - dt_util.utcnow()))

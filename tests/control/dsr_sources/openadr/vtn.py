"""An OpenADR 3 server for tests, on a loopback socket. No registry has one that could be installed.

It speaks the published interface (3.0.1, 3.1.0) and takes nothing else: an unknown parameter, a missing field or a token that is
not valid is refused as the interface says.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
import re
from typing import Any, Final

from aiohttp import encode_basic_auth, web
from homeassistant.util import dt as dt_util

CLIENT_ID: Final = "ven-1"
CLIENT_KEY: Final = "pa55w0rd-of-the-ven"
_QUERIES: Final = {
    "programs": {"skip", "limit"},
    "events": {"skip", "limit", "programID"},
    "vens": {"skip", "limit", "venName"},
    "reports": {"skip", "limit", "programID", "eventID", "clientName"},
}
_REPORT: Final = {
    "3.0": {"programID", "eventID", "clientName", "resources"},
    "3.1": {"eventID", "clientName", "resources"},
}
_DURATION: Final = re.compile(r"PT\d+S")


class Vtn:
    """The server. What it is asked is in `asked`, what it is told in `reports` and `vens`."""

    def __init__(self, version: str = "3.0") -> None:
        self.version = version
        self.events: list[Any] = []
        self.programs: list[Any] = [{"id": "p1", "programName": "Winter"}]
        self.vens: list[dict[str, Any]] = []
        self.reports: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.tokens: dict[str, datetime] = {}
        self.drawn = 0
        self.lasts = 3600
        self.tells_end = True
        self.scope: str | None = None
        self.basic = False
        """Whether the credentials are wanted in a header, as general authorization servers do."""
        self.answers: dict[str, Callable[[], web.StreamResponse]] = {}
        """What a path answers instead of the truth."""
        self.hidden: set[str] = set()
        """What we may not ask, as it is in `asked`."""
        self.loses_answers = False
        """Whether it takes a report and fails all the same."""
        self.names_once = False
        """Whether it refuses a report of a name that it has, as OpenLEADR's did until late in 2026."""
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self, port: int) -> None:
        """Listen."""
        app = web.Application(middlewares=[self._door])
        app.router.add_post("/openadr3/auth/token", self._token)
        app.router.add_get("/openadr3/auth/server", self._server)
        for name in _QUERIES:
            app.router.add_get(f"/openadr3/{name}", self._list)
        app.router.add_post("/openadr3/vens", self._register)
        app.router.add_post("/openadr3/reports", self._report)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{port}/openadr3"

    async def stop(self) -> None:
        """Be gone, as a server that is down."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def heard(self) -> list[str]:
        """Return what was asked since this was last called."""
        asked, self.asked = self.asked, []
        return asked

    @web.middleware
    async def _door(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        name = request.path.removeprefix("/openadr3/")
        self.asked.append(f"{request.method} {name}")
        if request.match_info.http_exception is not None:
            return problem(404)
        if f"{request.method} {name}" in self.hidden:
            return problem(403)
        if (answer := self.answers.get(name)) is not None:
            return answer()
        if not name.startswith("auth/"):
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
            if self.tokens.get(token, dt_util.utcnow()) <= dt_util.utcnow():
                return problem(401)
        return await handler(request)

    async def _token(self, request: web.Request) -> web.Response:
        form = dict(await request.post())
        wanted = {"grant_type": "client_credentials"}
        if self.scope is not None:
            wanted["scope"] = self.scope
        if self.basic:
            header = encode_basic_auth(CLIENT_ID, CLIENT_KEY)
            right = request.headers.get("Authorization") == header
        else:
            wanted |= {"client_id": CLIENT_ID, "client_secret": CLIENT_KEY}
            right = True
        if not right or form != wanted:
            return web.json_response({"error": "invalid_client"}, status=401)
        self.drawn += 1
        token = f"secret-token-{self.drawn}"
        self.tokens[token] = dt_util.utcnow() + timedelta(seconds=self.lasts)
        answer: dict[str, Any] = {"access_token": token, "token_type": "Bearer"}
        if self.tells_end:
            answer["expires_in"] = self.lasts
        return web.json_response(answer)

    async def _server(self, _request: web.Request) -> web.Response:
        if self.version == "3.0":
            return problem(404)
        return web.json_response({"tokenURL": f"{self.url}/auth/token"})

    async def _list(self, request: web.Request) -> web.Response:
        name = request.path.removeprefix("/openadr3/")
        query = request.query
        if not set(query) <= _QUERIES[name]:
            return problem(400)
        skip, limit = int(query.get("skip", 0)), int(query.get("limit", 50))
        if skip < 0 or not 0 <= limit <= 50:
            return problem(400)
        found: list[Any] = getattr(self, name)
        for field in ("programID", "venName", "eventID", "clientName"):
            if field in query:
                found = [item for item in found if item.get(field) == query[field]]
        return web.json_response(found[skip : skip + limit])

    async def _register(self, request: web.Request) -> web.Response:
        ven = await request.json()
        wanted = {"venName"} if self.version == "3.0" else {"venName", "objectType"}
        if set(ven) != wanted:
            return problem(400)
        self.vens.append({**ven, "id": f"ven-{len(self.vens)}", "targets": None})
        return web.json_response(self.vens[-1], status=201)

    async def _report(self, request: web.Request) -> web.Response:
        report = await request.json()
        if not _is_report(report, _REPORT[self.version]):
            return problem(400)
        names = [known.get("reportName") for known in self.reports]
        if self.names_once and report.get("reportName") in names:
            return problem(409)
        self.reports.append(report)
        if self.loses_answers:
            return problem(500)
        return web.json_response({**report, "id": "r1"}, status=201)


def problem(status: int, **headers: str) -> web.Response:
    """Return an answer that is a refusal."""
    return web.json_response(
        {"title": "no", "status": status},
        status=status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def text(answer: str) -> Callable[[], web.Response]:
    """Return what answers with any text as if it were right."""
    return lambda: web.Response(text=answer, content_type="application/json")


def _is_report(report: dict[str, Any], wanted: set[str]) -> bool:
    optional = {"reportName", "payloadDescriptors"}
    if not wanted <= set(report) <= wanted | optional:
        return False
    for resource in report["resources"]:
        if set(resource) != {"resourceName", "intervals"}:
            return False
        for interval in resource["intervals"]:
            period = interval["intervalPeriod"]
            datetime.fromisoformat(period["start"])
            if not (
                set(interval) == {"id", "intervalPeriod", "payloads"}
                and _DURATION.fullmatch(period["duration"])
                and all(
                    set(payload) == {"type", "values"} and payload["values"]
                    for payload in interval["payloads"]
                )
            ):
                return False
    return bool(report["resources"])


def event(
    event_id: str = "e1",
    *payloads: tuple[str, Any],
    start: str = "2026-11-24T17:00:00Z",
    duration: str | None = "PT1H",
    **fields: Any,
) -> dict[str, Any]:
    """Return an event of one interval, as a server words it; a SIMPLE one of level 3 unless told otherwise."""
    period = {"start": start} | ({} if duration is None else {"duration": duration})
    return {
        "id": event_id,
        "createdDateTime": "2026-11-24T08:00:00Z",
        "modificationDateTime": "2026-11-24T08:00:00Z",
        "objectType": "EVENT",
        "programID": "p1",
        "eventName": "Evening peak",
        "intervalPeriod": period,
        "intervals": [
            {
                "id": 0,
                "payloads": [
                    {"type": kind, "values": [value]}
                    for kind, value in payloads or (("SIMPLE", 3),)
                ],
            }
        ],
    } | fields

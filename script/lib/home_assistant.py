"""A running Home Assistant as a person at this machine meets it: its pages, its log-in, its flows."""

import asyncio
from collections.abc import Mapping
import contextlib
import re
from typing import Any, Self

import aiohttp

type Answer = dict[str, Any]

_REQUEST_TIMEOUT = aiohttp.ClientTimeout(total=60)


class HomeAssistantError(Exception):
    """Home Assistant answered with something other than what was asked for."""


class HomeAssistantClient:
    """Home Assistant's HTTP and websocket interface, logged in by the trusted network."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = aiohttp.ClientSession(timeout=_REQUEST_TIMEOUT)
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._token = ""
        self._last_id = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._socket is not None:
            await self._socket.close()
        await self._http.close()

    async def answers(self) -> bool:
        """Return whether the page and the scripts that it names are served."""
        try:
            async with self._http.get(f"{self.url}/") as response:
                page = await response.text()
                if response.status != 200:
                    return False
            for script in re.findall(r'"(/frontend_latest/[^"]+\.js)"', page)[:2]:
                async with self._http.get(self.url + script) as response:
                    if response.status != 200:
                        return False
        except aiohttp.ClientError, TimeoutError:
            return False
        return "/frontend_latest/" in page

    async def log_in(self) -> None:
        """Log in as the browser does on this machine: without a question."""
        client_id = f"{self.url}/"
        flow = await self._post(
            "/auth/login_flow",
            {
                "client_id": client_id,
                "redirect_uri": client_id,
                "handler": ["trusted_networks", None],
            },
        )
        if flow["type"] != "create_entry":
            raise HomeAssistantError(f"the log-in asks for something: {flow}")
        form = {
            "grant_type": "authorization_code",
            "code": flow["result"],
            "client_id": client_id,
        }
        async with self._http.post(f"{self.url}/auth/token", data=form) as response:
            self._token = (await response.json())["access_token"]
        self._socket = await self._http.ws_connect(
            f"{self.url}/api/websocket", max_msg_size=0
        )
        await self._socket.receive_json()
        await self._socket.send_json({"type": "auth", "access_token": self._token})
        if (answer := await self._socket.receive_json())["type"] != "auth_ok":
            raise HomeAssistantError(f"the websocket refuses the token: {answer}")

    async def command(self, kind: str, **fields: Any) -> Any:
        """Send one websocket command and return its result."""
        if self._socket is None:
            raise HomeAssistantError("nobody is logged in")
        self._last_id += 1
        await self._socket.send_json({"id": self._last_id, "type": kind, **fields})
        while True:
            answer = await self._socket.receive_json()
            if answer.get("id") == self._last_id and answer["type"] == "result":
                break
        if not answer["success"]:
            raise HomeAssistantError(f"{kind}: {answer['error']['message']}")
        return answer["result"]

    async def wait_running(self) -> None:
        """Return when everything that was to be set up at the start is set up."""
        while (await self.command("get_config"))["state"] != "RUNNING":
            await asyncio.sleep(0.2)

    async def entries(self, domain: str) -> list[Answer]:
        """Return the config entries of an integration."""
        entries: list[Answer] = await self.command("config_entries/get", domain=domain)
        return entries

    async def subentries(self, domain: str) -> dict[str, str]:
        """Return what was added to an integration's entries: subentry ids by their unique ids."""
        return {
            subentry["unique_id"]: subentry["subentry_id"]
            for entry in await self.entries(domain)
            for subentry in await self.command(
                "config_entries/subentries/list", entry_id=entry["entry_id"]
            )
        }

    async def discovered(self, domain: str) -> list[Answer]:
        """Return the discovery cards of an integration that wait for the owner."""
        flows: list[Answer] = await self.command("config_entries/flow/progress")
        return [flow for flow in flows if flow["handler"] == domain]

    async def start_flow(self, domain: str) -> Answer:
        """Begin adding an integration; returns the flow's first step."""
        return await self._post("/api/config/config_entries/flow", {"handler": domain})

    async def flow_step(self, flow_id: str) -> Answer:
        """Return the step that a flow stands at."""
        async with self._http.get(
            f"{self.url}/api/config/config_entries/flow/{flow_id}",
            headers=self._headers(),
        ) as response:
            return await self._read(response)

    async def finish_flow(
        self, step: Answer, answers: Mapping[str, Any] | None = None
    ) -> Answer:
        """Walk a flow to its end, with `answers` where its forms ask for them and the defaults elsewhere."""
        for _ in range(10):
            match step["type"]:
                case "form":
                    if step.get("errors"):
                        raise HomeAssistantError(f"{step['handler']}: {step['errors']}")
                    asked = {field["name"] for field in step.get("data_schema") or ()}
                    given = {
                        name: value
                        for name, value in (answers or {}).items()
                        if name in asked
                    }
                case "menu":
                    given = {"next_step_id": next(iter(step["menu_options"]))}
                case _:
                    return step
            step = await self._post(
                f"/api/config/config_entries/flow/{step['flow_id']}", given
            )
        raise HomeAssistantError(f"the flow does not end: {step}")

    async def subentries_by_title(self, domain: str) -> dict[str, str]:
        """Return what was added to an integration's entries: subentry ids by their titles."""
        return {
            subentry["title"]: subentry["subentry_id"]
            for entry in await self.entries(domain)
            for subentry in await self.command(
                "config_entries/subentries/list", entry_id=entry["entry_id"]
            )
        }

    async def add_subentry(
        self, entry_id: str, kind: str, answers: Mapping[str, Any]
    ) -> None:
        """Add a person, a vehicle or the like to an entry, by what is typed into its one form."""
        path = "/api/config/config_entries/subentries/flow"
        step = await self._post(path, {"handler": [entry_id, kind]})
        step = await self._post(f"{path}/{step['flow_id']}", answers)
        if step["type"] != "create_entry":
            raise HomeAssistantError(f"no {kind} was added: {step}")

    async def choose_options(
        self, entry_id: str, *choices: str | Mapping[str, Any]
    ) -> Answer:
        """Walk through the options of an entry, by the choices of menus and what is typed into forms."""
        path = "/api/config/config_entries/options/flow"
        step = await self._post(path, {"handler": entry_id})
        for choice in choices:
            given = {"next_step_id": choice} if isinstance(choice, str) else choice
            step = await self._post(f"{path}/{step['flow_id']}", given)
        if step["type"] != "create_entry":
            raise HomeAssistantError(f"the options are not as they should be: {step}")
        return step

    async def _post(self, path: str, body: Mapping[str, Any]) -> Answer:
        async with self._http.post(
            self.url + path, json=body, headers=self._headers()
        ) as response:
            return await self._read(response)

    async def _read(self, response: aiohttp.ClientResponse) -> Answer:
        with contextlib.suppress(aiohttp.ContentTypeError, ValueError):
            answer: Answer = await response.json()
            if response.status == 200:
                return answer
            raise HomeAssistantError(f"{response.url.path}: {answer}")
        raise HomeAssistantError(f"{response.url.path}: HTTP {response.status}")

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

"""A home that several people share: the owner, Kim who may charge now, Guest who may nothing, and Robin's card.

Its wallbox has two connectors, a car at the first one, and two weeks to tell of, in which Kim's and Robin's cards were
held to it.
"""

from collections.abc import Callable
import json
import time
from typing import Any, Final

from playwright.sync_api import APIRequestContext, Browser, Page, expect

DOMAIN: Final = "smart_charge_point"
OWNER: Final = "Owner"
KIM: Final = "Kim"
GUEST: Final = "Guest"
ROBIN: Final = "Robin"
CARDS: Final = {KIM: "04A2B6C8D01E80", ROBIN: "04F3719A5C2B90"}
"""The cards of the simulator's household."""
TOLD: Final = 120.0
"""Seconds in which the wallbox has told of its two weeks, on a machine that others use too."""

_HASS: Final = "document.querySelector('home-assistant').hass"
_FLOWS: Final = "config/config_entries/flow"
_SUBENTRY_FLOWS: Final = "config/config_entries/subentries/flow"


class SharedHome:
    """The home as the owner arranges it, with what their browser is signed in for.

    `url` is where its pages are, `page` one that the owner has opened while nobody else was a user yet.
    """

    def __init__(self, url: str, page: Page) -> None:
        self.url = url
        self._page = page
        self.users: dict[str, str] = {}

    def move_in(self) -> None:
        """Let Kim and Guest be users, and Kim and Robin persons, of whom only Kim is a user."""
        for user in self.command("config/auth/list"):
            if user["is_owner"]:
                self.users[OWNER] = user["id"]
        for name in (KIM, GUEST):
            made = self.command(
                "config/auth/create", name=name, group_ids=["system-users"]
            )
            self.users[name] = made["user"]["id"]
        self._add_person(KIM, user_id=self.users[KIM], rights=["charge_now"])
        self._add_person(ROBIN, rights=[])

    def add_wallbox(self, identity: str) -> None:
        """Confirm the wallbox that dials in, and return when it has told of its two weeks."""
        [flow] = self._until(
            lambda: [
                flow
                for flow in self.command("config_entries/flow/progress")
                if flow["context"].get("unique_id") == identity
            ]
        )
        step = self._call("GET", f"{_FLOWS}/{flow['flow_id']}")
        while step["type"] == "form":
            step = self._call("POST", f"{_FLOWS}/{flow['flow_id']}", {})
        card = self._page.locator("smart-charge-point-connector").first
        # It tells of its car after all else.
        expect(card.get_by_role("button", name="Charge now")).to_be_enabled(
            timeout=TOLD * 1000
        )
        self._until(lambda: self._names_in_sessions() >= {KIM, ROBIN})

    def command(self, kind: str, **fields: Any) -> Any:
        """Send a websocket command as the owner; return its answer."""
        return ask(self._page, kind, **fields)

    def _names_in_sessions(self) -> set[str]:
        page = self.command(f"{DOMAIN}/panel/sessions", limit=100)
        return {row["person"]["name"] for row in page["sessions"] if row["person"]}

    def _add_person(self, name: str, **fields: Any) -> None:
        [entry] = self.command("config_entries/get", domain=DOMAIN)
        form = self._call(
            "POST", _SUBENTRY_FLOWS, {"handler": [entry["entry_id"], "person"]}
        )
        done = self._call(
            "POST",
            f"{_SUBENTRY_FLOWS}/{form['flow_id']}",
            {"name": name, "tags": [CARDS[name]], **fields},
        )
        assert done["type"] == "create_entry", done

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        return self._page.evaluate(
            f"([method, path, body]) => {_HASS}.callApi(method, path, body ?? undefined)",
            [method, path, body],
        )

    def _until[T](self, look: Callable[[], T]) -> T:
        """Return what `look` finds as soon as it finds anything."""
        given_up = time.monotonic() + TOLD
        while not (found := look()):
            assert time.monotonic() < given_up, "the wallbox does not come"
            self._page.wait_for_timeout(250)
        return found


def ask(page: Page, kind: str, /, **fields: Any) -> Any:
    """Send a websocket command as whoever looks at `page`; return its answer."""
    return page.evaluate(
        f"message => {_HASS}.callWS(message)", {**fields, "type": kind}
    )


def refusal(page: Page, kind: str, /, **fields: Any) -> str | None:
    """Send a websocket command as whoever looks at `page`; return the code of the error, None where there is none."""
    code: str | None = page.evaluate(
        f"message => {_HASS}.callWS(message).then(() => null, error => error.code)",
        {**fields, "type": kind},
    )
    return code


def sign_in(chromium: Browser, home: SharedHome, name: str) -> Any:
    """Sign in as a user of `home`; return what the browser of somebody signed in keeps."""
    context = chromium.new_context()
    try:
        token = _token(context.request, home.url, home.users[name])
    finally:
        context.close()
    kept = {
        **token,
        "hassUrl": home.url,
        "clientId": f"{home.url}/",
        "expires": int((time.time() + token["expires_in"]) * 1000),
    }
    item = {"name": "hassTokens", "value": json.dumps(kept)}
    return {"cookies": [], "origins": [{"origin": home.url, "localStorage": [item]}]}


def _token(request: APIRequestContext, url: str, user_id: str) -> Any:
    """Return the tokens of a user, who is trusted on this machine but has to say who it is."""
    flows, client_id = f"{url}/auth/login_flow", f"{url}/"
    begun = {
        "client_id": client_id,
        "redirect_uri": client_id,
        "handler": ["trusted_networks", None],
    }
    form = request.post(flows, data=begun).json()
    answer = {"client_id": client_id, "user": user_id}
    done = request.post(f"{flows}/{form['flow_id']}", data=answer).json()
    assert done["type"] == "create_entry", done
    grant = {
        "grant_type": "authorization_code",
        "code": done["result"],
        "client_id": client_id,
    }
    return request.post(f"{url}/auth/token", form=grant).json()

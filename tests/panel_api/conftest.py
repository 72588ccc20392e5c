"""Browsers: signed in as somebody, with the panel open."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

from homeassistant.auth.models import Credentials
import pytest
from pytest_homeassistant_custom_component.common import CLIENT_ID, MockUser
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from custom_components.smart_charge_point.simulator import Car, Wallbox

from ..house import House

EVERY: Final = timedelta(seconds=10)


class Browser:
    """One page that is open."""

    def __init__(self, client: MockHAClientWebSocket) -> None:
        self._client = client

    async def ask(self, command: str, **fields: Any) -> dict[str, Any]:
        """Send a command of the panel; return the answer, whether it is a result or an error."""
        await self._client.send_json_auto_id(
            {"type": f"smart_charge_point/panel/{command}", **fields}
        )
        answer: dict[str, Any] = await self._client.receive_json()
        return answer

    async def result(self, command: str, **fields: Any) -> dict[str, Any]:
        """Send a command that succeeds; return its result."""
        answer = await self.ask(command, **fields)
        assert answer["success"], answer
        result: dict[str, Any] = answer["result"]
        return result

    async def event(self) -> dict[str, Any]:
        """Return the next event of what is subscribed to."""
        message = await self._client.receive_json()
        assert message["type"] == "event", message
        event: dict[str, Any] = message["event"]
        return event

    async def until(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first event from now on that fits."""
        while True:
            if fits(event := await self.event()):
                return event

    async def close(self) -> None:
        """Close the page."""
        await self._client.close()


type SignIn = Callable[..., Awaitable[Browser]]


@pytest.fixture(autouse=True)
def owner(hass_admin_user: MockUser) -> str:
    """An administrator, without whom the first user would be the owner."""
    user_id: str = hass_admin_user.id
    return user_id


@pytest.fixture
async def sign_in(
    house: House, hass_ws_client: WebSocketGenerator, owner: str
) -> AsyncIterator[SignIn]:
    """Open a page once it is called, as the administrator or as a user: a sign of life is expected within a minute."""
    browsers: list[Browser] = []

    async def open_page(user_id: str | None = None) -> Browser:
        shown = await token(house, user_id or owner)
        browsers.append(Browser(await hass_ws_client(house.hass, shown)))
        return browsers[-1]

    yield open_page
    for browser in browsers:
        await browser.close()


async def token(house: House, user_id: str) -> str:
    """Return what a browser of a user shows, good for half an hour from now."""
    auth = house.hass.auth
    user = await auth.async_get_user(user_id)
    assert user is not None
    credential = Credentials(
        id=f"of {user_id}",
        auth_provider_type="homeassistant",
        auth_provider_id=None,
        data={"username": user_id},
        is_new=False,
    )
    user.credentials.append(credential)
    refresh = await auth.async_create_refresh_token(
        user, CLIENT_ID, credential=credential
    )
    return auth.async_create_access_token(refresh)


async def charging(house: House, **kinds: Any) -> Wallbox:
    """Return a wallbox that measures every 10 s, with a car that charges on its last connector."""
    wallbox = await house.wallbox(
        settings={"MeterValueSampleInterval": str(EVERY.seconds)}, **kinds
    )
    connector = kinds.get("connectors", 1)
    await wallbox.plug_in(Car(battery_kwh=10_000.0, start_delay=timedelta()), connector)
    await house.advance(timedelta(minutes=1))
    await house.action("charge_now")
    await house.advance(timedelta(minutes=2))
    return wallbox

"""Answering: a command asks something of the home as its user may see it; the answer, or why there is none, goes back."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.const import WebSocketCommandHandler
from homeassistant.components.websocket_api.decorators import async_response
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..const import DOMAIN
from ..records.errors import LedgerError
from .access import Home, home_of, send_refused

type Question = Callable[
    [HomeAssistant, Home, dict[str, Any]], Awaitable[dict[str, Any]]
]


def answered(question: Question) -> WebSocketCommandHandler:
    """Make a command of a question, whose errors are said in the user's language."""

    @async_response
    @wraps(question)
    async def answer(
        hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
    ) -> None:
        try:
            result = await question(hass, home_of(hass, connection.user), msg)
        except HomeAssistantError as error:
            send_refused(connection, msg["id"], error)
        except LedgerError as error:
            send_refused(
                connection,
                msg["id"],
                ServiceValidationError(
                    translation_domain=DOMAIN,
                    translation_key="ledger_unusable",
                    translation_placeholders={"error": str(error)},
                ),
            )
        else:
            connection.send_result(msg["id"], result)

    return answer

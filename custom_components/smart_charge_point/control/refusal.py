"""Refusals: why a wish could not be carried out, as errors that Home Assistant shows in the owner's language."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..central_system.link import (
    Answer,
    CallError,
    CallRefusedError,
    CallTimedOutError,
    InvalidCallError,
    NotConnectedError,
)
from ..const import DOMAIN


def not_possible(key: str, **placeholders: str) -> ServiceValidationError:
    """Return the error for a wish that cannot be carried out as things stand; nothing was sent."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


def failed(name: str, error: CallError) -> HomeAssistantError:
    """Return the error for a wish that was sent, but got no usable answer."""
    match error:
        case NotConnectedError():
            key, placeholders = "not_connected", {"name": name}
        case CallTimedOutError():
            key, placeholders = "wallbox_timed_out", {"name": name}
        case CallRefusedError():
            key = "wallbox_error"
            placeholders = {
                "name": name,
                "error": f"{error.code} {error.description}".rstrip(),
            }
        case InvalidCallError():
            return not_possible("ocpp_invalid", error=str(error))
        case _:
            key, placeholders = "wallbox_error", {"name": name, "error": str(error)}
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


def refused(name: str, answer: Answer) -> HomeAssistantError:
    """Return the error for a wish that the wallbox turned down."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="wallbox_refused",
        translation_placeholders={"name": name, "answer": answer.replace("_", " ")},
    )

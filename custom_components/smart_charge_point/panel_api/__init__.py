"""What the panel asks of Home Assistant: websocket commands, one subject a file, each behind the role rules of `access`."""

from homeassistant.components.websocket_api import async_register_command
from homeassistant.core import HomeAssistant, callback

from .deletion import deletable, delete
from .export import export
from .overview import subscribe_overview
from .ribbon import ribbon
from .session import correct_session, session
from .sessions import sessions
from .technical_file import technical_file
from .usage import usage


@callback
def async_setup_panel_api(hass: HomeAssistant) -> None:
    """Register the commands."""
    for command in (
        correct_session,
        deletable,
        delete,
        export,
        ribbon,
        session,
        sessions,
        subscribe_overview,
        technical_file,
        usage,
    ):
        async_register_command(hass, command)

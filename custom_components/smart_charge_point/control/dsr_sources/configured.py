"""The sources that an owner can choose, and how the options of the config entry keep them."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from homeassistant.core import HomeAssistant

from ...model.dsr import DsrDirection, DsrKind
from ...model.limit import Limit
from .axle import DOMAIN as AXLE_DOMAIN, AxleSettings, AxleSource
from .binary_sensor import BinarySensorSource
from .calendar import CalendarSettings, CalendarSource
from .entity_source import OnMissing
from .octopus import OctopusSource
from .openadr.outbox import Outbox
from .openadr.settings import OpenAdrSettings, OpenAdrVersion
from .openadr.source import OpenAdrSource, OpenAdrStatus
from .source import DsrSource, EntitySettings

CONF_CHARGE_ON_IMPORT: Final = "charge_on_import"
CONF_CLIENT_ID: Final = "client_id"
CONF_CLIENT_SECRET: Final = "client_secret"  # noqa: S105 - the name of a field
CONF_DIRECTION: Final = "direction"
CONF_ENTITY_ID: Final = "entity_id"
CONF_ENTRY_ID: Final = "entry_id"
CONF_INTERVAL: Final = "interval"
CONF_KIND: Final = "kind"
CONF_LEVEL_1: Final = "level_1"
CONF_LEVEL_2: Final = "level_2"
CONF_LIMIT: Final = "limit"
CONF_PHASES: Final = "phases"
CONF_PROGRAMS: Final = "programs"
CONF_PROVIDER: Final = "provider"
CONF_RESOURCE_NAME: Final = "resource_name"
CONF_SCOPE: Final = "scope"
CONF_SOURCE: Final = "source"
CONF_TARGETS: Final = "targets"
CONF_TITLE: Final = "title"
CONF_TOKEN_URL: Final = "token_url"  # noqa: S105 - the name of a field
CONF_URL: Final = "url"
CONF_VEN_NAME: Final = "ven_name"
CONF_VERSION: Final = "version"


class SourceKind(StrEnum):
    """What a source looks at; the value is the step of the options flow that asks for it."""

    AXLE = "axle"
    OCTOPUS = "octopus"
    CALENDAR = "calendar"
    BINARY_SENSOR = "binary_sensor"
    OPENADR = "openadr"


def provider_of(data: Mapping[str, Any]) -> str:
    """Return the provider that the events of a source name: what an OpenADR server is called, or the entity."""
    match SourceKind(data[CONF_SOURCE]):
        case SourceKind.AXLE:
            return AXLE_DOMAIN
        case SourceKind.OPENADR:
            return str(data[CONF_PROVIDER])
        case _:
            return str(data[CONF_ENTITY_ID])


def source_of(
    hass: HomeAssistant,
    data: Mapping[str, Any],
    *,
    on_status: Callable[[OpenAdrStatus], None],
    on_missing: OnMissing,
) -> DsrSource:
    """Return the source that the options describe.

    `on_status` is told how it stands with a server, `on_missing` whether an entity is missing.
    """
    match SourceKind(data[CONF_SOURCE]):
        case SourceKind.AXLE:
            return AxleSource(
                hass,
                AxleSettings(
                    entry_id=data[CONF_ENTRY_ID],
                    limit=_limit(data) or Limit.PAUSED,
                    charge_on_import=data[CONF_CHARGE_ON_IMPORT],
                ),
                on_missing,
            )
        case SourceKind.OCTOPUS:
            return OctopusSource(hass, EntitySettings(**_entity(data)), on_missing)
        case SourceKind.CALENDAR:
            return CalendarSource(
                hass,
                CalendarSettings(**_entity(data), title=data.get(CONF_TITLE, "")),
                on_missing,
            )
        case SourceKind.BINARY_SENSOR:
            return BinarySensorSource(hass, EntitySettings(**_entity(data)), on_missing)
        case SourceKind.OPENADR:
            return OpenAdrSource(hass, openadr_settings(data), on_status=on_status)


async def forget(hass: HomeAssistant, provider: str) -> None:
    """Forget what is kept of a source that the owner removed, whatever its kind was."""
    await Outbox(hass, provider).remove()


def openadr_settings(data: Mapping[str, Any]) -> OpenAdrSettings:
    """Return what the options say of a server.

    Raises:
        ValueError: an address is none that credentials may be sent to.
    """
    return OpenAdrSettings(
        provider=data[CONF_PROVIDER],
        url=data[CONF_URL],
        client_id=data[CONF_CLIENT_ID],
        client_secret=data[CONF_CLIENT_SECRET],
        ven_name=data[CONF_VEN_NAME],
        token_url=data.get(CONF_TOKEN_URL, ""),
        scope=data.get(CONF_SCOPE, ""),
        version=OpenAdrVersion(data[CONF_VERSION]),
        programs=frozenset(data.get(CONF_PROGRAMS, ())),
        targets=frozenset(data.get(CONF_TARGETS, ())),
        resource_name=data[CONF_RESOURCE_NAME],
        phases=int(data[CONF_PHASES]),
        kind=DsrKind(data[CONF_KIND]),
        simple_limits=(
            Limit(amperes=data[CONF_LEVEL_1]),
            Limit(amperes=data[CONF_LEVEL_2]),
        ),
        interval=timedelta(minutes=data[CONF_INTERVAL]),
    )


def _entity(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that all sources have that look at one entity."""
    direction = DsrDirection(data[CONF_DIRECTION])
    limit = _limit(data)
    if limit is None and direction is not DsrDirection.UP:
        limit = Limit.PAUSED
    return {
        "entity_id": data[CONF_ENTITY_ID],
        "direction": direction,
        "limit": limit,
        "kind": DsrKind(data.get(CONF_KIND, DsrKind.PLANNED)),
    }


def _limit(data: Mapping[str, Any]) -> Limit | None:
    """Return the limit per phase that the owner named."""
    amperes = data.get(CONF_LIMIT)
    return None if amperes is None else Limit(amperes=float(amperes))

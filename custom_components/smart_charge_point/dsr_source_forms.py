"""The forms in which an owner says where demand-side response comes from."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    ConfigEntrySelector,
    ConfigEntrySelectorConfig,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from .control.dsr_sources.axle import DOMAIN as AXLE_DOMAIN
from .control.dsr_sources.configured import (
    CONF_CHARGE_ON_IMPORT,
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_DIRECTION,
    CONF_ENTITY_ID,
    CONF_ENTRY_ID,
    CONF_INTERVAL,
    CONF_KIND,
    CONF_LEVEL_1,
    CONF_LEVEL_2,
    CONF_LIMIT,
    CONF_PHASES,
    CONF_PROGRAMS,
    CONF_PROVIDER,
    CONF_RESOURCE_NAME,
    CONF_SCOPE,
    CONF_SOURCE,
    CONF_TARGETS,
    CONF_TITLE,
    CONF_TOKEN_URL,
    CONF_URL,
    CONF_VEN_NAME,
    CONF_VERSION,
    SourceKind,
)
from .control.dsr_sources.openadr.settings import OpenAdrVersion
from .form_fields import amperes, choice, several_texts
from .model.dsr import DsrDirection, DsrKind

CONF_MORE: Final = "more"

NAMED_BY: Final = {
    SourceKind.AXLE: CONF_ENTRY_ID,
    SourceKind.OCTOPUS: CONF_ENTITY_ID,
    SourceKind.CALENDAR: CONF_ENTITY_ID,
    SourceKind.BINARY_SENSOR: CONF_ENTITY_ID,
    SourceKind.OPENADR: CONF_PROVIDER,
}
"""The field that tells one source from another."""


_LIMIT: Final[dict[Any, Any]] = {vol.Optional(CONF_LIMIT): amperes(0, 80)}
_NATURE: Final[dict[Any, Any]] = {
    vol.Required(CONF_DIRECTION, default=DsrDirection.DOWN.value): choice(
        list(DsrDirection), "dsr_direction"
    ),
    **_LIMIT,
    vol.Required(CONF_KIND, default=DsrKind.PLANNED.value): choice(
        list(DsrKind), "dsr_kind"
    ),
}
_AXLE: Final[dict[Any, Any]] = {
    vol.Required(CONF_ENTRY_ID): ConfigEntrySelector(
        ConfigEntrySelectorConfig(integration=AXLE_DOMAIN)
    ),
    **_LIMIT,
    vol.Required(CONF_CHARGE_ON_IMPORT, default=True): BooleanSelector(),
}
_OCTOPUS: Final[dict[Any, Any]] = {
    vol.Required(CONF_DIRECTION, default=DsrDirection.DOWN.value): choice(
        [DsrDirection.DOWN, DsrDirection.UP], "dsr_direction"
    ),
    **_LIMIT,
}
_OPENADR: Final[dict[Any, Any]] = {
    vol.Required(CONF_PROVIDER): TextSelector(),
    vol.Required(CONF_URL): TextSelector(TextSelectorConfig(type=TextSelectorType.URL)),
    vol.Required(CONF_CLIENT_ID): TextSelector(),
    # Never shown again: left empty, the one that is kept stays.
    vol.Optional(CONF_CLIENT_SECRET): TextSelector(
        TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
    ),
    vol.Required(CONF_VEN_NAME): TextSelector(),
    vol.Required(CONF_VERSION, default=OpenAdrVersion.V3_0.value): SelectSelector(
        SelectSelectorConfig(
            options=[
                SelectOptionDict(value=version.value, label=f"OpenADR {version}")
                for version in OpenAdrVersion
            ],
            mode=SelectSelectorMode.LIST,
        )
    ),
    vol.Required(CONF_KIND, default=DsrKind.PLANNED.value): choice(
        list(DsrKind), "dsr_kind"
    ),
    vol.Required(CONF_PHASES, default="1"): choice(["1", "3"], "phases"),
}
_OPENADR_MORE: Final = vol.Schema(
    {
        vol.Optional(CONF_PROGRAMS): several_texts(),
        vol.Optional(CONF_TARGETS): several_texts(),
        vol.Required(CONF_RESOURCE_NAME, default="wallbox"): TextSelector(),
        vol.Required(CONF_LEVEL_1, default=16): amperes(0, 80),
        vol.Required(CONF_LEVEL_2, default=6): amperes(0, 80),
        vol.Required(CONF_INTERVAL, default=5): NumberSelector(
            NumberSelectorConfig(
                min=1,
                max=1440,
                step=1,
                mode=NumberSelectorMode.BOX,
                unit_of_measurement="min",
            )
        ),
        vol.Optional(CONF_TOKEN_URL): TextSelector(
            TextSelectorConfig(type=TextSelectorType.URL)
        ),
        vol.Optional(CONF_SCOPE): TextSelector(),
    }
)


def source_schema(kind: SourceKind, ours: Collection[str]) -> vol.Schema:
    """Return the form of a kind of source. `ours` are our own entities, which would ask for what they show."""
    match kind:
        case SourceKind.AXLE:
            return vol.Schema(_AXLE)
        case SourceKind.OCTOPUS:
            return vol.Schema(
                {
                    vol.Required(CONF_ENTITY_ID): _entity(
                        "event", integration="octopus_energy"
                    ),
                    **_OCTOPUS,
                }
            )
        case SourceKind.CALENDAR:
            return vol.Schema(
                {
                    vol.Required(CONF_ENTITY_ID): _entity(
                        "calendar", exclude_entities=list(ours)
                    ),
                    vol.Optional(CONF_TITLE): TextSelector(),
                    **_NATURE,
                }
            )
        case SourceKind.BINARY_SENSOR:
            return vol.Schema(
                {
                    vol.Required(CONF_ENTITY_ID): _entity(
                        "binary_sensor", exclude_entities=list(ours)
                    ),
                    **_NATURE,
                }
            )
        case SourceKind.OPENADR:
            return vol.Schema(
                {
                    **_OPENADR,
                    vol.Required(CONF_MORE): section(
                        _OPENADR_MORE, {"collapsed": True}
                    ),
                }
            )


def to_form(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form shows of a source that is known. The secret is not shown again."""
    more = {marker.schema for marker in _OPENADR_MORE.schema}
    shown = {key: value for key, value in data.items() if key not in more}
    shown.pop(CONF_CLIENT_SECRET, None)
    return shown | {CONF_MORE: {key: data[key] for key in data if key in more}}


def from_form(
    kind: SourceKind, form: Mapping[str, Any], known: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the options keep of a form. The secret of a source that is `known` stays where none was typed."""
    typed = {**form, **form.get(CONF_MORE, {})}
    typed.pop(CONF_MORE, None)
    data: dict[str, Any] = {
        key: value.strip() if isinstance(value, str) else value
        for key, value in typed.items()
    }
    if not data.get(CONF_CLIENT_SECRET) and CONF_CLIENT_SECRET in known:
        data[CONF_CLIENT_SECRET] = known[CONF_CLIENT_SECRET]
    return {CONF_SOURCE: kind.value, **data}


def missing(kind: SourceKind, data: Mapping[str, Any]) -> dict[str, str]:
    """Return what a form lacks, as errors by field."""
    if (
        data.get(CONF_DIRECTION) == DsrDirection.SETPOINT
        and data.get(CONF_LIMIT) is None
    ):
        return {CONF_LIMIT: "dsr_limit_needed"}
    if kind is SourceKind.OPENADR:
        for field in (
            CONF_PROVIDER,
            CONF_CLIENT_ID,
            CONF_CLIENT_SECRET,
            CONF_VEN_NAME,
        ):
            if not data.get(field):
                return {field: "dsr_empty"}
    return {}


def _entity(
    domain: str,
    *,
    integration: str | None = None,
    exclude_entities: list[str] | None = None,
) -> EntitySelector:
    config = EntitySelectorConfig(domain=domain)
    if integration is not None:
        config["integration"] = integration
    if exclude_entities:
        config["exclude_entities"] = exclude_entities
    return EntitySelector(config)

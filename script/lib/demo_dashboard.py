"""The demo's first page: what an owner wants to see of a wallbox at a glance."""

from typing import Any

from .home_assistant import HomeAssistantClient

_PATH = "wall-box"
_WHOLE = {"columns": "full"}
"""A card as wide as its section: names and states are read in full, on a phone too."""
_UNKNOWN = ["unknown", "unavailable"]


async def show(client: HomeAssistantClient, domain: str) -> None:
    """Make the page, unless there is one, and open Home Assistant with it."""
    dashboards: list[dict[str, Any]] = await client.command("lovelace/dashboards/list")
    if any(dashboard["url_path"] == _PATH for dashboard in dashboards):
        return
    registry: list[dict[str, Any]] = await client.command("config/entity_registry/list")
    entities = {
        entity["translation_key"]: entity["entity_id"]
        for entity in registry
        if entity["platform"] == domain and entity["disabled_by"] is None
    }
    await client.command(
        "lovelace/dashboards/create",
        url_path=_PATH,
        title="Wallbox",
        icon="mdi:ev-station",
        show_in_sidebar=True,
    )
    await client.command("lovelace/config/save", url_path=_PATH, config=_page(entities))
    await client.command(
        "frontend/set_system_data", key="core", value={"default_panel": _PATH}
    )
    # The demo's home is in Britain, and so is its clock: 22:00, not 10 PM.
    await client.command(
        "frontend/set_user_data",
        key="language",
        value={
            "language": "en-GB",
            "number_format": "language",
            "time_format": "language",
            "date_format": "language",
            "time_zone": "local",
            "first_weekday": "language",
        },
    )


def _page(entities: dict[str, str]) -> dict[str, Any]:
    # What the wallbox does not have is left out; what means nothing at the moment is hidden.
    now = [
        _heading("Now", "mdi:ev-station"),
        *_tiles(
            entities,
            "charging_reason",
            grid_options=_WHOLE,
            state_content=["sentence"],
        ),
        *_tiles(entities, "delay_ends", grid_options=_WHOLE, known="delay_ends"),
        *_tiles(
            entities,
            "next_start",
            grid_options=_WHOLE,
            known="next_start",
            unknown="delay_ends",
        ),
        *_tiles(
            entities,
            "power",
            grid_options=_WHOLE,
            features=[{"type": "trend-graph", "hours_to_show": 1}],
        ),
        *_tiles(entities, "session_energy", name="This session"),
        *_tiles(entities, "energy", name="In total"),
        *_tiles(entities, "current_limit_effective", grid_options=_WHOLE),
    ]
    wishes = [
        _heading("What would you like?", "mdi:gesture-tap"),
        *_tiles(
            entities,
            "cancel_delay",
            grid_options=_WHOLE,
            hide_state=True,
            known="delay_ends",
        ),
        *_tiles(entities, "charge_now", hide_state=True),
        *_tiles(entities, "stop_charging", name="Stop", hide_state=True),
        *_tiles(
            entities,
            "current_limit",
            grid_options=_WHOLE,
            features=[{"type": "numeric-input", "style": "slider"}],
        ),
        *_tiles(
            entities,
            "charging_hours",
            grid_options=_WHOLE,
            features=[{"type": "toggle"}],
            features_position="inline",
        ),
    ]
    plan = [_heading("When it may charge", "mdi:calendar-clock")]
    if "charging_plan" in entities:
        plan.append(
            {
                "type": "calendar",
                "entities": [entities["charging_plan"]],
                "initial_view": "listWeek",
            }
        )
    sections = [{"type": "grid", "cards": cards} for cards in (now, wishes, plan)]
    return {
        "views": [
            {
                "title": "Wallbox",
                "type": "sections",
                "max_columns": 3,
                "dense_section_placement": True,
                "sections": sections,
            }
        ]
    }


def _heading(text: str, icon: str) -> dict[str, Any]:
    return {"type": "heading", "heading": text, "icon": icon}


def _tiles(
    entities: dict[str, str],
    key: str,
    *,
    known: str | None = None,
    unknown: str | None = None,
    **more: Any,
) -> list[dict[str, Any]]:
    """Return the tile of an entity, if there is one; it is hidden unless `known` has a state and `unknown` has none."""
    if key not in entities:
        return []
    # Named by the entity alone: there is one wallbox on the page.
    tile = {"type": "tile", "entity": entities[key], "name": {"type": "entity"}, **more}
    conditions = [
        {"condition": "state", "entity": entities[other], states: _UNKNOWN}
        for other, states in ((known, "state_not"), (unknown, "state"))
        if other in entities
    ]
    if conditions:
        tile["visibility"] = conditions
    return [tile]

"""The demo's first page: what an owner wants to see of a wallbox at a glance."""

from typing import Any

from .home_assistant import HomeAssistantClient

_PATH = "wall-box"
_TILES = (
    "charging_reason",
    "status",
    "power",
    "session_energy",
    "next_start",
    "delay_ends",
    "current_limit",
    "current_limit_effective",
    "charging_hours",
    "energy",
)
_BUTTONS = ("charge_now", "cancel_delay", "stop_charging")


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


def _page(entities: dict[str, str]) -> dict[str, Any]:
    now: list[dict[str, Any]] = [
        {"type": "heading", "heading": "Now", "icon": "mdi:ev-station"}
    ]
    now += [_tile(entities[key]) for key in _TILES if key in entities]
    wishes: list[dict[str, Any]] = [
        {"type": "heading", "heading": "What would you like?"}
    ]
    wishes += [
        _tile(entities[key], hide_state=True) for key in _BUTTONS if key in entities
    ]
    plan: list[dict[str, Any]] = [{"type": "heading", "heading": "When it may charge"}]
    if "charging_plan" in entities:
        plan.append(
            {
                "type": "calendar",
                "entities": [entities["charging_plan"]],
                "initial_view": "listWeek",
            }
        )
    if "power" in entities:
        plan.append(
            {
                "type": "history-graph",
                "entities": [entities["power"]],
                "hours_to_show": 3,
            }
        )
    sections = [{"type": "grid", "cards": cards} for cards in (now, wishes, plan)]
    return {"views": [{"title": "Wallbox", "type": "sections", "sections": sections}]}


def _tile(entity: str, **more: Any) -> dict[str, Any]:
    # Named by the entity alone: there is one wallbox on the page.
    return {"type": "tile", "entity": entity, "name": {"type": "entity"}, **more}

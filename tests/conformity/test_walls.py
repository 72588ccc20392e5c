"""The walls between the rooms, as docs/architecture.md draws them."""

import pytest

from .source import DOMAIN, Import, Module, imports, modules

# Ground floor first: a room leans only on rooms before it.
ROOMS = ("model", "rules", "central_system", "records", "control")
WITHOUT_HOME_ASSISTANT = frozenset(
    {"model", "rules", "central_system", "records", "simulator"}
)
# What Home Assistant wants of us: it may lean on every room, and none leans on it.
TOP = frozenset({"", "panel_api"})
PACKAGE = f"custom_components.{DOMAIN}"


def room_of(name: str) -> str | None:
    """Return the room that an absolute name lies in, None outside of the component."""
    if not name.startswith(f"{PACKAGE}."):
        return None
    first = name.removeprefix(f"{PACKAGE}.").split(".")[0]
    return first if first in {*ROOMS, "simulator"} else ""


def may_lean(module: Module, name: str) -> bool:
    """Return whether a module may import what bears this name."""
    if module.room in WITHOUT_HOME_ASSISTANT and name.startswith("homeassistant."):
        return False
    target = room_of(name)
    if target is None or target == module.room:
        return True
    if "simulator" in (module.room, target):
        return False
    if module.room in TOP:
        return True
    if target == "":
        # The names that the platforms share; they know no room.
        return module.room == "control" and name.startswith(f"{PACKAGE}.const.")
    return ROOMS.index(target) < ROOMS.index(module.room)


def test_every_import_keeps_to_the_walls() -> None:
    """No room leans on one above it, and the pure rooms know nothing of Home Assistant."""
    breaches = [
        str(found)
        for module in modules()
        for found in imports(module)
        if not may_lean(module, found.name)
    ]

    assert breaches == []


def test_every_folder_is_a_room() -> None:
    """A new folder is a new room: it gets its place in the plan before its first import."""
    rooms = {module.room for module in modules()}

    assert rooms <= {*ROOMS, "simulator", "", "panel_api"}


@pytest.mark.parametrize(
    ("room", "name", "allowed"),
    [
        ("rules", f"{PACKAGE}.model.limit.Limit", True),
        ("model", f"{PACKAGE}.rules.plan.resolve", False),
        ("records", f"{PACKAGE}.control.site.Site", False),
        ("records", f"{PACKAGE}.const.DOMAIN", False),
        ("control", f"{PACKAGE}.const.DOMAIN", True),
        ("control", f"{PACKAGE}.entity.UNAVAILABLE", False),
        ("control", "homeassistant.core.HomeAssistant", True),
        ("central_system", "homeassistant.core.HomeAssistant", False),
        ("simulator", f"{PACKAGE}.model.limit.Limit", False),
        ("", f"{PACKAGE}.simulator.Wallbox", False),
        ("", f"{PACKAGE}.records.ledger.Ledger", True),
        ("rules", "datetime.datetime", True),
    ],
)
def test_the_walls_stand_where_the_plan_draws_them(
    room: str, name: str, allowed: bool
) -> None:
    """The check itself lets through what may pass and nothing else."""
    anywhere = modules()[0]
    module = Module(anywhere.path, room, "anything", anywhere.tree)

    assert may_lean(module, name) is allowed


def test_relative_imports_are_resolved() -> None:
    """An import that climbs out of its room is seen as what it is."""
    found = [
        one
        for module in modules()
        if module.room == "control"
        for one in imports(module)
        if isinstance(one, Import) and room_of(one.name) == "model"
    ]

    assert found

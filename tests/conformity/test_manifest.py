"""manifest.json and hacs.json: what Home Assistant and its catalog read, as hassfest and the HACS action check it."""

from pathlib import Path
import re
import tomllib
from typing import Any

from awesomeversion import AwesomeVersion
import homeassistant.components
from homeassistant.const import BASE_PLATFORMS
from homeassistant.requirements import DISCOVERY_INTEGRATIONS
import pytest
import voluptuous as vol

from .source import COMPONENT, DOMAIN, ROOT, imports, modules, read_json

MANIFEST = read_json(COMPONENT / "manifest.json")
HACS = read_json(ROOT / "hacs.json")
REPOSITORY = "https://github.com/smart-charge-point/smart-charge-point"

# What hassfest lets every integration import without saying so.
ALWAYS_THERE = frozenset(
    {
        "automation",
        "conversation",
        "device_automation",
        "frontend",
        "group",
        "homeassistant",
        "media_source",
        "onboarding",
        "panel_custom",
        "persistent_notification",
        "script",
        "stream",
        "system_log",
        "webhook",
        "websocket_api",
        "zone",
    }
)

MANIFEST_SCHEMA = vol.Schema(
    {
        vol.Required("domain"): DOMAIN,
        vol.Required("name"): "Smart Charge Point",
        vol.Optional("after_dependencies"): [str],
        vol.Required("categories"): ["energy.ev_charging"],
        vol.Required("codeowners"): [vol.Match(r"^@[\w-]+$")],
        vol.Required("config_flow"): True,
        vol.Required("connectivity"): ["network"],
        vol.Optional("dependencies"): [str],
        vol.Required("documentation"): vol.Match(rf"^{REPOSITORY}"),
        vol.Required("integration_type"): "hub",
        vol.Required("iot_class"): "local_push",
        vol.Required("issue_tracker"): f"{REPOSITORY}/issues",
        vol.Required("loggers"): [str],
        vol.Required("quality_scale"): vol.In(("bronze", "silver", "gold", "platinum")),
        vol.Required("requirements"): [vol.Match(r"^[a-z0-9-]+==[0-9.]+$")],
        vol.Required("version"): vol.Match(r"^\d+\.\d+\.\d+$"),
    }
)
HACS_SCHEMA = vol.Schema(
    {
        vol.Required("name"): "Smart Charge Point",
        vol.Required("filename"): f"{DOMAIN}.zip",
        vol.Required("homeassistant"): vol.Match(r"^\d{4}\.\d+\.\d+$"),
        vol.Optional("render_readme"): bool,
        vol.Required("zip_release"): True,
    }
)


@pytest.mark.parametrize(
    ("schema", "content"), [(MANIFEST_SCHEMA, MANIFEST), (HACS_SCHEMA, HACS)]
)
def test_keys_and_values_are_valid(schema: vol.Schema, content: dict[str, Any]) -> None:
    """Both files have the keys that are asked for, and no other."""
    schema(content)


def test_keys_are_in_order() -> None:
    """Hassfest wants `domain` and `name` first and the rest by the alphabet."""
    keys = list(MANIFEST)

    assert keys == ["domain", "name", *sorted(keys[2:])]


def test_version_is_the_projects() -> None:
    """There is one version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert MANIFEST["version"] == project["project"]["version"]


def test_requirements_are_the_locked_ones() -> None:
    """What an owner's Home Assistant installs is what the tests and the demo run with."""
    for name in ("test", "demo"):
        lock = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        for requirement in MANIFEST["requirements"]:
            assert re.search(rf"^{re.escape(requirement)} \\$", lock, re.MULTILINE)


def test_the_list_of_bank_holidays_is_home_assistants_own() -> None:
    """We pin no library that Home Assistant pins: the tests have what its own integration asks for, and so has an owner."""
    own = read_json(Path(homeassistant.components.__path__[0], "holiday/manifest.json"))
    lock = (ROOT / "requirements" / "test.txt").read_text(encoding="utf-8")

    wanted = own["requirements"]
    assert any(requirement.startswith("holidays==") for requirement in wanted)
    for requirement in wanted:
        assert re.search(rf"^{re.escape(requirement)} \\$", lock, re.MULTILINE)
    assert not any("holidays" in each for each in MANIFEST["requirements"])


def test_imported_components_are_declared() -> None:
    """Whatever part of Home Assistant is imported is set up before us, because the manifest says so."""
    declared = {
        *MANIFEST.get("dependencies", ()),
        *MANIFEST.get("after_dependencies", ()),
        *ALWAYS_THERE,
        *BASE_PLATFORMS,
    }
    undeclared = []
    for module in modules():
        for found in imports(module):
            parts = found.name.split(".")
            if parts[:2] != ["homeassistant", "components"] or len(parts) < 3:
                continue
            # A platform file of that name is loaded by the component of that name.
            if parts[2] not in declared and not (COMPONENT / f"{parts[2]}.py").exists():
                undeclared.append(str(found))

    assert undeclared == []


def test_every_dependency_is_used() -> None:
    """The manifest names nothing that no module imports."""
    used = {
        found.name.split(".")[2]
        for module in modules()
        for found in imports(module)
        if found.name.startswith("homeassistant.components.")
    }
    named = {*MANIFEST.get("dependencies", ()), *MANIFEST.get("after_dependencies", ())}

    assert named <= used
    assert not set(DISCOVERY_INTEGRATIONS) & named


def test_least_home_assistant_is_one_that_the_tests_run_on() -> None:
    """hacs.json promises no release that is newer or much older than what the tests run on."""
    lock = (ROOT / "requirements" / "test.txt").read_text(encoding="utf-8")
    tested = re.search(r"^homeassistant==(\S+)", lock, re.MULTILINE)

    assert tested is not None
    least, newest = AwesomeVersion(HACS["homeassistant"]), AwesomeVersion(tested[1])
    assert least <= newest
    assert least.section(0) == newest.section(0)
    assert least.section(1) == newest.section(1)


def test_brand_images_are_there_at_their_sizes() -> None:
    """The icon is square at 256 and 512 pixels, and each image has a variant for dark themes."""
    brand = COMPONENT / "brand"
    for theme in ("", "dark_"):
        assert png_size(brand / f"{theme}icon.png") == (256, 256)
        assert png_size(brand / f"{theme}icon@2x.png") == (512, 512)
        width, height = png_size(brand / f"{theme}logo.png")
        assert png_size(brand / f"{theme}logo@2x.png") == (2 * width, 2 * height)
        assert 128 <= height <= 256


def png_size(path: Any) -> tuple[int, int]:
    """Return the width and height that a PNG file's header names."""
    header = path.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(header[16:20]), int.from_bytes(header[20:24])

"""quality_scale.yaml: every rule of Home Assistant's scale answered, and the answers that can be checked are true."""

import re
from typing import Any

import pytest
import yaml

from .source import COMPONENT, DOMAIN, ROOT, english, modules

# The 54 rules, by tier: Bronze, Silver, Gold, Platinum.
RULES_BY_TIER = """
action-setup appropriate-polling brands common-modules config-flow-test-coverage config-flow
dependency-transparency docs-actions docs-conditions docs-high-level-description docs-installation-instructions
docs-removal-instructions docs-triggers entity-event-setup entity-unique-id has-entity-name runtime-data
test-before-configure test-before-setup unique-config-entry

action-exceptions config-entry-unloading docs-configuration-parameters docs-installation-parameters
entity-unavailable integration-owner log-when-unavailable parallel-updates reauthentication-flow test-coverage

devices diagnostics discovery-update-info discovery docs-data-update docs-examples docs-known-limitations
docs-supported-devices docs-supported-functions docs-troubleshooting docs-use-cases dynamic-devices
entity-category entity-device-class entity-disabled-by-default entity-translations exception-translations
icon-translations reconfiguration-flow repair-issues stale-devices

async-dependency inject-websession strict-typing
"""
RULES = frozenset(RULES_BY_TIER.split())
# Where the owner's guide answers a documentation rule.
CHAPTERS = {
    "docs-actions": "## Actions",
    "docs-configuration-parameters": "### Settings of a wallbox",
    "docs-data-update": "## How values are updated",
    "docs-examples": "## Examples",
    "docs-high-level-description": "# Smart Charge Point",
    "docs-installation-instructions": "## Installation",
    "docs-installation-parameters": "### What is asked",
    "docs-known-limitations": "## Known limitations",
    "docs-removal-instructions": "## Removal",
    "docs-supported-devices": "## Supported wallboxes",
    "docs-supported-functions": "## What you get",
    "docs-troubleshooting": "## Troubleshooting",
    "docs-use-cases": "## What it is good for",
}
PLATFORMS = frozenset(
    {"binary_sensor", "button", "calendar", "number", "sensor", "switch"}
)
SCALE: dict[str, Any] = yaml.safe_load(
    (COMPONENT / "quality_scale.yaml").read_text(encoding="utf-8")
)["rules"]
GUIDE = (ROOT / "README.md").read_text(encoding="utf-8")
TEXTS = english()


def test_every_rule_is_answered() -> None:
    """All 54 rules have an answer, and nothing else has."""
    assert len(RULES) == 54
    assert set(SCALE) == RULES


@pytest.mark.parametrize("rule", sorted(RULES))
def test_an_answer_is_done_or_a_reason(rule: str) -> None:
    """Nothing is left to do, and what does not apply says why."""
    answer = SCALE[rule]
    if answer != "done":
        assert answer["status"] in {"done", "exempt"}
        assert len(answer["comment"]) > 20


@pytest.mark.parametrize("rule", sorted(CHAPTERS))
def test_the_guide_has_the_chapter(rule: str) -> None:
    """A documentation rule that is done has its chapter in the guide."""
    assert SCALE[rule] == "done"
    assert f"\n{CHAPTERS[rule]}\n" in f"\n{GUIDE}"


def test_the_guide_explains_every_entity() -> None:
    """`docs-supported-functions`: each entity is named as its owner sees it."""
    names = {
        entity["name"]
        for platform in TEXTS["entity"].values()
        for entity in platform.values()
    }

    assert {name for name in names if f"**{name}**" not in GUIDE} == set()


def test_the_guide_has_an_example_of_every_action() -> None:
    """`docs-actions` and `docs-examples`: each action is explained, and used in YAML that can be read."""
    examples = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    used = {
        step["action"]
        for example in map(yaml.safe_load, examples)
        for step in example.get("actions", [example])
    }

    for name in TEXTS["services"]:
        action = f"{DOMAIN}.{name}"
        assert f"`{action}`" in GUIDE, action
        assert action in used, action


def test_documentation_rules_are_answered_by_a_chapter_or_exempt() -> None:
    """No documentation rule is called done without a chapter."""
    called_done = {
        rule for rule in RULES if rule.startswith("docs-") and SCALE[rule] == "done"
    }

    assert called_done == set(CHAPTERS)


def test_every_platform_says_how_many_updates_run_in_parallel() -> None:
    """`parallel-updates`: each platform sets PARALLEL_UPDATES."""
    sources = {
        module.name: module.path.read_text(encoding="utf-8")
        for module in modules()
        if module.room == "" and module.name in PLATFORMS
    }

    assert set(sources) == PLATFORMS
    for name, source in sources.items():
        assert "\nPARALLEL_UPDATES = " in source, name


def test_files_that_the_rules_speak_of_exist() -> None:
    """`common-modules`, `diagnostics`, `repair-issues`, `action-setup`."""
    for name in ("coordinator", "entity", "diagnostics", "repairs", "services"):
        assert (COMPONENT / f"{name}.py").exists(), name

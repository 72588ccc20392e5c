"""The texts: whatever the code names has one, and no text is left that nothing names."""

import ast
from collections.abc import Iterator, Mapping
import importlib
import json
import re
from string import Formatter
from typing import Any

from homeassistant.helpers.entity import EntityDescription
import pytest

from .source import COMPONENT, DOMAIN, english, modules, read_json, strings

TEXTS = english()
FLOWS = (
    "config",
    "options",
    "config_subentries.charge_point",
    "config_subentries.person",
    "config_subentries.vehicle",
)
# Home Assistant's own, which no code of ours names.
ABORTS_OF_FLOWS = frozenset({"already_in_progress", "reconfigure_successful"})
PLATFORMS = tuple(
    platform
    for platform in (
        "binary_sensor",
        "button",
        "calendar",
        "number",
        "sensor",
        "switch",
    )
    if (COMPONENT / f"{platform}.py").exists()
)


def leaves(texts: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Return every text with where it stands."""
    for key, value in texts.items():
        if isinstance(value, str):
            yield f"{path}{key}", value
        else:
            yield from leaves(value, f"{path}{key}.")


def described(platform: str) -> dict[str, EntityDescription | None]:
    """Return the translation keys that a platform uses, each with its description if it has one."""
    module = importlib.import_module(f"custom_components.{DOMAIN}.{platform}")
    found: dict[str, EntityDescription | None] = {}

    def collect(thing: object) -> None:
        if isinstance(thing, EntityDescription):
            assert thing.translation_key, f"{platform}: {thing.key} has no name"
            found[thing.translation_key] = thing
        elif isinstance(thing, (tuple, list)):
            for part in thing:
                collect(part)

    for value in vars(module).values():
        collect(value)
    for source in modules():
        if source.room == "" and source.name == platform:
            found.update(dict.fromkeys(named_by_classes(source.tree)))
    return found


def named_by_classes(tree: ast.Module) -> Iterator[str]:
    """Return the translation keys of entities that have no description."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == "_attr_translation_key"
            and isinstance(node.value, ast.Constant)
        ):
            yield str(node.value.value)


def test_texts_are_in_translations_only() -> None:
    """A custom integration has no strings.json: Home Assistant would not read it."""
    assert not (COMPONENT / "strings.json").exists()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_entities_and_names_are_each_others(platform: str) -> None:
    """Every entity has a name, and every name an entity."""
    names = TEXTS["entity"].get(platform, {})

    assert set(names) == set(described(platform))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_options_and_states_are_each_others(platform: str) -> None:
    """Every state that an enum sensor can have is said in words, and no other."""
    for key, description in described(platform).items():
        options = getattr(description, "options", None)
        states = TEXTS["entity"][platform][key].get("state", {})
        if options is not None or states:
            assert set(states) == set(options or ()), key


def test_icons_are_for_entities_that_exist() -> None:
    """No icon is left over, and states with an icon are states with a text."""
    icons = read_json(COMPONENT / "icons.json")
    for platform, keys in icons.get("entity", {}).items():
        for key, icon in keys.items():
            texts = TEXTS["entity"][platform][key]
            if "state" in icon and platform == "sensor":
                assert set(icon["state"]) <= set(texts["state"]), key
    for path, name in leaves(icons):
        assert re.fullmatch(r"mdi:[a-z0-9-]+", name), path


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_entity_has_an_icon(platform: str) -> None:
    """An entity has an icon of its own, or its device class brings one."""
    icons = read_json(COMPONENT / "icons.json")["entity"].get(platform, {})
    for key, description in described(platform).items():
        assert key in icons or getattr(description, "device_class", None), key


def raised() -> Iterator[tuple[str, frozenset[str] | None]]:
    """Return the exception keys that the code names, with the placeholders where they stand beside."""
    for module in modules():
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call):
                continue
            named = {word.arg: word.value for word in node.keywords if word.arg}
            if isinstance(node.func, ast.Name) and node.func.id == "not_possible":
                key = node.args[0]
                placeholders: frozenset[str] | None = frozenset(named)
                if any(word.arg is None for word in node.keywords):
                    placeholders = None
            elif "translation_domain" in named:
                key = named["translation_key"]
                given = named.get("translation_placeholders")
                placeholders = frozenset()
                if isinstance(given, ast.Dict):
                    placeholders = frozenset(
                        part.value
                        for part in given.keys
                        if isinstance(part, ast.Constant)
                        and isinstance(part.value, str)
                    )
                elif given is not None:
                    placeholders = None
            else:
                continue
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, placeholders


def test_raised_errors_are_said_with_what_is_given() -> None:
    """Every error has a text, and the text asks for nothing that is not given with the error."""
    found = list(raised())
    assert found
    for key, placeholders in found:
        text = TEXTS["exceptions"][key]["message"]
        if placeholders is not None:
            assert asked_in(text) <= placeholders, key


def test_no_error_text_is_left_over() -> None:
    """Every error text is named somewhere in the code."""
    assert set(TEXTS["exceptions"]) <= strings()


def test_repair_issues_and_texts_are_each_others() -> None:
    """Every repair issue has its texts."""
    control = f"custom_components.{DOMAIN}.control"
    wallboxes = importlib.import_module(f"{control}.issues")
    sources = importlib.import_module(f"{control}.dsr_source_issues")

    rules = importlib.import_module(f"{control}.ruleset_end")
    holidays = importlib.import_module(f"{control}.bank_holidays")

    statistics = importlib.import_module(f"{control}.statistics.keeper")
    tariff = importlib.import_module(f"{control}.tariff.issue")

    assert set(TEXTS["issues"]) == {
        rules.RULES_END,
        statistics.STATISTICS_DIFFER,
        holidays.UNKNOWN,
        tariff.PRICE_NOT_KNOWN,
        *(kind.value for kind in (*wallboxes.IssueKind, *sources.SourceIssueKind)),
    }


@pytest.mark.parametrize("flow", FLOWS)
def test_flow_texts_are_of_steps_and_errors_that_exist(flow: str) -> None:
    """Each step has its method and each error and abort is named in the code."""
    texts = TEXTS
    for part in flow.split("."):
        texts = texts[part]
    steps = {
        node.name.removeprefix("async_step_")
        for module in modules()
        if module.name.endswith("_flow")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.AsyncFunctionDef)
    }

    assert set(texts["step"]) <= steps
    assert set(texts.get("error", ())) <= strings()
    assert set(texts.get("abort", ())) <= strings() | ABORTS_OF_FLOWS


@pytest.mark.parametrize("flow", FLOWS)
def test_every_field_is_explained(flow: str) -> None:
    """A field of a form has a label and a sentence about it."""
    texts = TEXTS
    for part in flow.split("."):
        texts = texts[part]
    for name, step in texts["step"].items():
        assert set(step.get("data", ())) == set(step.get("data_description", ())), name


def test_every_shown_step_has_a_title() -> None:
    """Whatever page a flow shows has texts, in the flow that shows it or in another one."""
    shown = set()
    for module in modules():
        if module.name.endswith("_flow"):
            for node in ast.walk(module.tree):
                if (
                    isinstance(node, ast.keyword)
                    and node.arg == "step_id"
                    and isinstance(node.value, ast.Constant)
                ):
                    shown.add(node.value.value)
    written: dict[str, list[Mapping[str, Any]]] = {}
    for flow in FLOWS:
        texts = TEXTS
        for part in flow.split("."):
            texts = texts[part]
        for name, step in texts["step"].items():
            written.setdefault(name, []).append(step)

    assert shown
    for step_id in shown:
        assert step_id in written, step_id
        assert all(step.get("title") for step in written[step_id]), step_id


def test_selector_options_are_named_in_the_code() -> None:
    """Selectors and their options are ones that the code or services.yaml offers."""
    actions = (COMPONENT / "services.yaml").read_text(encoding="utf-8")
    offered = strings() | set(re.findall(r"[a-z_]+", actions))
    for name, selector in TEXTS["selector"].items():
        assert name in offered, name
        assert set(selector.get("options", ())) <= offered, name


def test_texts_are_clean() -> None:
    """Hassfest refuses HTML, addresses, blanks at the ends, references and quoted placeholders."""
    for language in (COMPONENT / "translations").glob("*.json"):
        for path, text in leaves(read_json(language)):
            where = f"{language.name}: {path}"
            assert text == text.strip(), where
            assert text, where
            assert not re.search(r"<[a-z/]+>|https?://|\[%key:|'\{\w+\}'", text), where


def test_every_language_has_the_same_texts() -> None:
    """A language is complete, and its texts have the placeholders of the English ones."""
    wanted = {path: asked_in(text) for path, text in leaves(TEXTS)}
    for path in (COMPONENT / "translations").glob("*.json"):
        written = {where: asked_in(text) for where, text in leaves(read_json(path))}
        assert written == wanted, path.name


def test_every_language_is_written_alike() -> None:
    """Files of languages can be compared line by line: one order, one layout, and letters as they are."""
    for path in (COMPONENT / "translations").glob("*.json"):
        texts = read_json(path)
        written = json.dumps(texts, ensure_ascii=False, indent=2)
        assert path.read_text(encoding="utf-8") == f"{written}\n", path.name
        order = [where for where, _ in leaves(texts)]
        assert order == [where for where, _ in leaves(TEXTS)], path.name


def test_no_sentence_is_left_in_english() -> None:
    """Names and units may be the same in another language, more than three words in a row are not."""
    english_texts = dict(leaves(TEXTS))
    for path in (COMPONENT / "translations").glob("*.json"):
        if path.stem == "en":
            continue
        for where, text in leaves(read_json(path)):
            words = re.findall(r"[^\W\d_]+", re.sub(r"\{\w+\}", "", text))
            assert len(words) <= 3 or text != english_texts[where], where


def asked_in(text: str) -> frozenset[str]:
    """Return the placeholders of a text."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)

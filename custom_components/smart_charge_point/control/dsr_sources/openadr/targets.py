"""For whom an OpenADR 3 event is."""

from collections import defaultdict
from collections.abc import Iterator

_NARROWING = ("VEN_NAME", "RESOURCE_NAME")
"""Targets of 3.0 that must all fit: an event for this home's heat pump is none for its wallbox."""


def is_for(targets: object, ours: frozenset[str]) -> bool:
    """Return whether an event with these targets is for whoever bears the names.

    Without targets it is for all. 3.0 says `[{"type": "VEN_NAME", "values": ["home"]}]`, 3.1 `["home"]`.
    """
    if not targets:
        return True
    named: defaultdict[str, set[str]] = defaultdict(set)
    for kind, name in _typed(targets):
        named[kind].add(name)
    if narrowing := [named[kind] for kind in _NARROWING if kind in named]:
        return all(not names.isdisjoint(ours) for names in narrowing)
    return any(not names.isdisjoint(ours) for names in named.values())


def target_names(targets: object) -> frozenset[str]:
    """Return the names in a list of targets."""
    return frozenset(name for _, name in _typed(targets))


def _typed(targets: object) -> Iterator[tuple[str, str]]:
    """Yield each target's type, empty in 3.1, and its name."""
    for target in targets if isinstance(targets, list) else ():
        if isinstance(target, str):
            yield "", target
        elif isinstance(target, dict) and isinstance(target.get("values"), list):
            for value in target["values"]:
                if isinstance(value, str):
                    yield str(target.get("type")), value

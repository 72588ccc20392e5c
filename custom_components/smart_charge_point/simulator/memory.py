"""What a wallbox remembers without power."""

from dataclasses import dataclass, field

from .charging import ProfileStore
from .configuration import Configuration
from .configuration_quirks import configuration
from .former_life import old_profile
from .quirks import Quirks
from .whitelist import Whitelist


@dataclass(slots=True, kw_only=True)
class Memory:
    """Configuration, charging profiles, whom it knows, and the registers in Wh by connector."""

    configuration: Configuration
    profiles: ProfileStore
    whitelist: Whitelist
    registers: dict[int, float] = field(default_factory=dict)


def new_memory(
    quirks: Quirks,
    *,
    connectors: int,
    phases: int,
    maximum_current: float,
    free_vend: bool,
    register_wh: float,
) -> Memory:
    """Return the memory of a wallbox fresh from its box."""
    keys = configuration(
        quirks, connectors=connectors, phases=phases, free_vend=free_vend
    )
    profiles = ProfileStore(
        phases=phases,
        maximum_current=maximum_current,
        ignores_number_of_phases=quirks.ignores_number_of_phases,
    )
    numbers = range(1, connectors + 1)
    if quirks.old_profile:
        for number in numbers:
            profiles.add(old_profile(number, quirks.most_stack_level))
    return Memory(
        configuration=keys,
        profiles=profiles,
        whitelist=Whitelist(keys),
        registers=dict.fromkeys(numbers, register_wh),
    )

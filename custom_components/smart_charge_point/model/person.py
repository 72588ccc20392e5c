"""People: who lives in the home, and what each may override."""

from dataclasses import dataclass, field
from enum import StrEnum


class Right(StrEnum):
    """What an administrator may allow a person to do."""

    CHARGE_NOW = "charge_now"
    """Set hours and delay aside for a session."""
    HOURS = "hours"
    """Accept, change and remove the charging hours, and limit the current."""
    DSR = "dsr"
    """Opt out of demand-side response, and pass on what a provider asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person. `user_id` is Home Assistant's, None for someone who never signs in.

    `tags` are the cards that the person holds to a wallbox. They are credentials: they never reach state, attributes,
    logs or diagnostics, nor the text that this object is shown as.

    Source: requirements.md A2.1 and section 7, row 11.
    """

    name: str
    user_id: str | None = None
    rights: frozenset[Right] = frozenset()
    tags: frozenset[str] = field(default=frozenset(), repr=False)

    def holds(self, tag: str) -> bool:
        """Return whether `tag` is one of this person's cards."""
        return bool(wanted := plain(tag)) and wanted in map(plain, self.tags)


def plain(tag: str) -> str:
    """Return a tag without what is written differently on cards, in apps and on the wire: case, blanks, colons, hyphens."""
    return "".join(filter(str.isalnum, tag)).casefold()

"""What a wallbox does while its link to the central system is gone."""

from enum import StrEnum


class LinkLoss(StrEnum):
    """What the owner wants while the link is gone (requirements.md A7.4)."""

    KEEP_SCHEDULE = "keep_schedule"
    FIXED_CURRENT = "fixed_current"
    """Within the charging hours, but with no more than a given current."""
    STOP = "stop"

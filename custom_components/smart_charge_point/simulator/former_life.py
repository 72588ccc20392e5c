"""What a wallbox may still hold from a former owner's central system."""

from .profile import Kind, Period, Profile, Purpose, Unit


def old_profile(connector: int, stack_level: int) -> Profile:
    """Return a default profile of 16 A for every transaction, without end."""
    return Profile(
        identifier=999_000 + connector,
        connector=connector,
        stack_level=stack_level,
        purpose=Purpose.DEFAULT,
        kind=Kind.RELATIVE,
        unit=Unit.AMPERES,
        periods=(Period(start=0, limit=16.0),),
    )

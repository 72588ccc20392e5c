"""Who sees what in the panel (A2.1)."""

from typing import Final

import pytest

from custom_components.smart_charge_point.panel_api.access import (
    PanelRole,
    Viewer,
    viewer_of,
)

from ..family import add_person, change_person, person_id, user
from ..house import House

SOMEBODY_ELSE: Final = "01SOMEBODYELSE"


async def viewer(house: House, user_id: str) -> Viewer:
    """Return what a user may see."""
    found = await house.hass.auth.async_get_user(user_id)
    assert found is not None
    return viewer_of(found, house.entry)


async def test_a2_1_administrators_see_everybodys_sessions(
    house: House, owner: str
) -> None:
    """Those of nobody in particular too."""
    await house.set_up("WB1")
    sees = await viewer(house, owner)
    assert sees.role is PanelRole.ADMINISTRATOR
    assert sees.sees_sessions
    assert sees.sees_of(SOMEBODY_ELSE)
    assert sees.sees_of(None)


async def test_a2_1_a_person_sees_their_own_sessions_only(house: House) -> None:
    """From the moment on that an administrator makes a person of the user, until that is taken back."""
    await house.set_up("WB1")
    kim, lee = await user(house), await user(house, "Lee")
    before = await viewer(house, kim)
    assert (before.role, before.sees_sessions) == (PanelRole.USER, False)

    await add_person(house, name="Kim", user_id=kim, rights=[])
    sees = await viewer(house, kim)
    assert sees.role is PanelRole.PERSON
    assert sees.sees_sessions
    assert sees.sees_of(person_id(house, "Kim"))
    assert not sees.sees_of(SOMEBODY_ELSE)
    assert not sees.sees_of(None)
    other = await viewer(house, lee)
    assert not other.sees_of(person_id(house, "Kim"))

    await change_person(house, "Kim", name="Kim", user_id=lee, rights=[])
    after = await viewer(house, kim)
    assert (after.role, after.sees_of(person_id(house, "Kim"))) == (
        PanelRole.USER,
        False,
    )


@pytest.mark.parametrize("person", [None, SOMEBODY_ELSE])
async def test_a2_1_other_users_see_no_session(
    house: House, person: str | None
) -> None:
    """Neither another person's nor one of nobody in particular."""
    await house.set_up("WB1")
    sees = await viewer(house, await user(house))
    assert not sees.sees_of(person)

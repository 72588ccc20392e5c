"""Reg. 7: the owner is told when a wallbox is gone, and when it is back (A7.4)."""

from datetime import timedelta

from homeassistant.components import persistent_notification
from homeassistant.core import callback
import pytest

from ..house import House


class Desk:
    """What lies before the owner, and how often something was put there."""

    def __init__(self, house: House) -> None:
        self.lying: dict[str, persistent_notification.Notification] = {}
        self.put = 0
        persistent_notification.async_register_callback(house.hass, self._changed)

    @property
    def titles(self) -> list[str]:
        """The titles of what lies there."""
        return [str(notice["title"]) for notice in self.lying.values()]

    @callback
    def _changed(
        self,
        change: persistent_notification.UpdateType,
        notices: dict[str, persistent_notification.Notification],
    ) -> None:
        if change is persistent_notification.UpdateType.REMOVED:
            for key in notices:
                self.lying.pop(key, None)
            return
        if change is not persistent_notification.UpdateType.CURRENT:
            self.put += len(notices)
        self.lying |= notices


async def test_a7_4_the_owner_is_told_once_of_a_loss_and_once_of_the_return(
    house: House,
) -> None:
    """A minute after the link was lost, in words; the return takes the place of the loss."""
    wallbox = await house.wallbox()
    desk = Desk(house)
    await wallbox.go_offline()
    await house.advance(timedelta(seconds=55))
    assert desk.titles == []
    await house.advance(timedelta(seconds=10))
    assert desk.titles == ["WB1 is not connected"]
    (notice,) = desk.lying.values()
    assert "keeps to the charging hours by itself" in notice["message"]
    await house.advance(timedelta(hours=5))
    assert desk.put == 1

    await wallbox.go_online()
    await house.advance(timedelta(seconds=30))
    assert house.state("connected") == "on"
    assert desk.titles == ["WB1 is connected again"]
    assert desk.put == 2
    await house.advance(timedelta(hours=5))
    assert desk.put == 2


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "from 23/11/2026 21:00 to 23/11/2026 21:0"),
        ("de", "von 23.11.2026 21:00 bis 23.11.2026 21:0"),
    ],
)
async def test_a7_4_the_time_of_the_loss_is_the_owners(
    house: House, language: str, said: str
) -> None:
    """Both times are those on the owner's wall, in the home's language."""
    house.hass.config.language = language
    await house.hass.config.async_set_time_zone("Europe/Berlin")
    wallbox = await house.wallbox()
    desk = Desk(house)
    await wallbox.go_offline()
    await house.advance(timedelta(minutes=9))
    await wallbox.go_online()
    await house.advance(timedelta(seconds=30))
    (notice,) = desk.lying.values()
    assert said in notice["message"]


async def test_a7_4_flapping_is_not_told(house: House) -> None:
    """A link that is never gone for a minute is no matter for the owner, however often it is lost."""
    wallbox = await house.wallbox()
    desk = Desk(house)
    for _ in range(5):
        await wallbox.go_offline()
        await house.advance(timedelta(seconds=40))
        await wallbox.go_online()
        await house.advance(timedelta(seconds=40))
    assert desk.put == 0


async def test_a7_4_a_start_of_home_assistant_is_not_told(house: House) -> None:
    """A wallbox that takes a quarter of an hour to dial in again is not missed; one that never does is."""
    wallbox = await house.wallbox()
    desk = Desk(house)
    await house.restart(after=timedelta(minutes=10))
    await wallbox.go_offline()
    await house.advance(timedelta(minutes=15))
    await wallbox.go_online()
    await house.advance(timedelta(minutes=30))
    assert house.state("connected") == "on"
    assert desk.put == 0

    await house.stop()
    await wallbox.go_offline()
    await house.start()
    await house.advance(timedelta(minutes=25))
    assert desk.titles == ["WB1 is not connected"]


async def test_a7_4_a_wallbox_that_was_never_there_is_not_missed(house: House) -> None:
    """Added by hand before it was hung on the wall, it may take days."""
    await house.set_up("WB1")
    desk = Desk(house)
    await house.advance(timedelta(hours=2))
    assert desk.put == 0


async def test_a7_4_a_removed_wallbox_is_not_missed(house: House) -> None:
    """What was said of it is taken back with it, and nothing is said of it later."""
    wallbox = await house.wallbox()
    desk = Desk(house)
    await wallbox.go_offline()
    await house.advance(timedelta(minutes=2))
    assert desk.titles == ["WB1 is not connected"]
    house.hass.config_entries.async_remove_subentry(
        house.entry, house.subentry().subentry_id
    )
    await house.advance(timedelta(minutes=2))
    assert desk.titles == []

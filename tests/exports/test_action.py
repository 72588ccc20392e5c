"""The action that exports: files in the media folder and behind links, for those who may see them (reg. 9)."""

import csv
from datetime import UTC, datetime, timedelta
import errno
from http import HTTPStatus
import io
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from homeassistant.components.media_source import async_resolve_media
from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from pypdf import PdfReader
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
import voluptuous as vol

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.simulator import Car

from ..family import add_person, user
from ..house import House

CARD: Final = "04A1B2C3D4E5F6"
MONTH_END = pytest.mark.at(datetime(2026, 11, 30, 22, 30, tzinfo=UTC))


async def over_the_month_end(house: House, tmp_path: Path, **person: Any) -> None:
    """Let Ada charge from the last evening of November until after midnight."""
    house.hass.config.media_dirs = {"local": str(tmp_path / "media")}
    house.hass.config.currency = "GBP"
    await house.hass.config.async_set_time_zone("Europe/London")
    wallbox = await house.wallbox(
        settings={"MeterValueSampleInterval": "60"}, free_vend=False
    )
    await add_person(house, name="Ada", tags=[CARD], rights=[], **person)
    await wallbox.plug_in(Car(battery_kwh=10_000.0, start_delay=timedelta()))
    await wallbox.swipe(CARD)
    await house.advance(timedelta(minutes=2))
    await house.action("charge_now")
    await house.advance_to(datetime(2026, 12, 1, 1, 0, tzinfo=UTC))
    await wallbox.unplug()
    await house.advance(timedelta(minutes=2))


async def export(
    house: House, user_id: str | None = None, **data: Any
) -> dict[str, Any]:
    """Call the action; return its response."""
    response = await house.hass.services.async_call(
        DOMAIN,
        "export_sessions",
        data,
        blocking=True,
        return_response=True,
        context=Context(user_id=user_id),
    )
    assert response is not None
    return dict(response)


async def refusal(house: House, user_id: str | None = None, **data: Any) -> str | None:
    """Return the translation key of the error that the action ends with."""
    with pytest.raises(HomeAssistantError) as error:
        await export(house, user_id, **data)
    return error.value.translation_key


def content(made: dict[str, Any]) -> bytes:
    """Return what is in a file."""
    return Path(made["path"]).read_bytes()


def lines(made: dict[str, Any]) -> list[dict[str, str]]:
    """Return the lines of a CSV file."""
    text = content(made).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@MONTH_END
async def test_a9_3_months_split_a_session_that_the_list_shows_whole(
    house: House, tmp_path: Path
) -> None:
    """The list and the months come to the same energy, and it is the wallbox's own."""
    await over_the_month_end(house, tmp_path)
    [known] = await house.sessions()
    chosen = {"format": "csv", "period": "custom", "start": "2026-11-01"}

    whole = await export(house, kind="sessions", end="2026-12-31", **chosen)
    split = await export(house, kind="months", end="2026-12-31", **chosen)

    [session] = lines(whole)
    months = lines(split)
    energies = [float(line["Energy (kWh)"]) for line in months]
    assert float(session["Energy (kWh)"]) == pytest.approx(known["energy"], abs=1e-3)
    assert sum(energies) == pytest.approx(known["energy"], abs=1e-3)
    assert [line["Month"] for line in months] == ["2026-11", "2026-12"]
    assert min(energies) > 5
    assert whole["energy"] == split["energy"] == known["energy"]
    assert session["Person"] == "Ada"
    assert CARD not in content(whole).decode("utf-8-sig")


@MONTH_END
async def test_every_content_comes_in_every_format(
    house: House, tmp_path: Path
) -> None:
    """Each file opens with what is kept in it by its name."""
    await over_the_month_end(house, tmp_path)

    for kind in ("sessions", "days", "months", "period", "mileage_claim"):
        for form, begins in (
            ("csv", b"\xef\xbb\xbf"),
            ("xlsx", b"PK"),
            ("pdf", b"%PDF"),
        ):
            made = await export(
                house, kind=kind, format=form, period="last_12_months", person="ada"
            )
            assert content(made).startswith(begins), kind
            assert made["filename"].endswith(f".{form}")
            assert made["energy"] > 10
            assert made["rows"] == (2 if kind in {"days", "months"} else 1)


@MONTH_END
async def test_files_stand_beside_each_other(house: House, tmp_path: Path) -> None:
    """No file takes the place of another, nothing half written is left, and automations find them by the media source."""
    await over_the_month_end(house, tmp_path)
    assert await async_setup_component(house.hass, "media_source", {})
    made = [await export(house, period="last_month", format="pdf") for _ in range(2)]

    assert [one["filename"] for one in made] == [
        "charging-sessions-2026-11-01-2026-11-30.pdf"
    ] * 2
    folder = tmp_path / "media" / DOMAIN
    assert sorted(path.name for path in folder.iterdir()) == [
        "charging-sessions-2026-11-01-2026-11-30-2.pdf",
        "charging-sessions-2026-11-01-2026-11-30.pdf",
    ]
    found = await async_resolve_media(
        house.hass, made[1]["media_content_id"], "media_player.any"
    )
    assert found.mime_type == "application/pdf"


@MONTH_END
@pytest.mark.parametrize(
    ("error", "key"),
    [
        (PermissionError(errno.EACCES, "denied"), "export_not_permitted"),
        (OSError(errno.ENOSPC, "full"), "export_disk_full"),
        (OSError(errno.EIO, "broken"), "export_not_kept"),
    ],
)
async def test_a_file_that_cannot_be_kept_is_said_and_leaves_nothing(
    house: House, tmp_path: Path, error: OSError, key: str
) -> None:
    """A full disk or a folder of somebody else's ends in a sentence, not in half a file."""
    await over_the_month_end(house, tmp_path)

    with patch.object(Path, "write_bytes", side_effect=error):
        assert await refusal(house, period="last_month") == key

    assert list((tmp_path / "media" / DOMAIN).iterdir()) == []


async def test_what_cannot_be_meant_is_refused(house: House, tmp_path: Path) -> None:
    """Nothing is written where it is not clear what is wanted."""
    await house.wallbox()
    house.hass.config.media_dirs = {}

    assert await refusal(house, person="Nobody") == "unknown_person"
    assert await refusal(house, vehicle="None") == "unknown_vehicle"
    assert await refusal(house, kind="mileage_claim") == "export_needs_person"
    assert await refusal(house, period="custom") == "export_needs_dates"
    assert (
        await refusal(house, period="custom", start="2026-11-02", end="2026-11-01")
        == "export_ends_before_start"
    )
    assert (
        await refusal(house, period="custom", start="1980-01-01", end="2026-11-01")
        == "export_ends_before_start"
    )
    assert await refusal(house) == "export_no_media_folder"
    for unread in ({"start": "0001-01-01"}, {"language": "../en"}, {"rate": -1}):
        with pytest.raises(vol.Invalid):
            await export(house, **unread)


async def test_a_wallbox_may_be_chosen(house: House) -> None:
    """Of one that has charged nothing there is an empty list."""
    await house.wallbox()

    made = await export(
        house, device_id=house.device_id(), format="csv", destination="link"
    )

    assert made["rows"] == 0
    assert made["cost"] is None


@MONTH_END
async def test_a_link_gives_the_file_until_it_lapses(
    house: House, tmp_path: Path, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """It needs no password, cannot be changed to another, and is worth nothing after an hour."""
    await over_the_month_end(house, tmp_path)
    made = await export(house, period="last_month", destination="link", format="pdf")
    client = await hass_client_no_auth()

    response = await client.get(made["url"])
    assert response.status == HTTPStatus.OK
    assert response.headers["Content-Disposition"] == (
        'attachment; filename="charging-sessions-2026-11-01-2026-11-30.pdf"'
    )
    assert response.headers["Cache-Control"] == "no-store"
    page = PdfReader(io.BytesIO(await response.read())).pages[0].extract_text()
    assert "Charging sessions" in page

    unsigned = made["url"].split("?")[0]
    assert (await client.get(unsigned)).status == HTTPStatus.UNAUTHORIZED
    await house.clock.advance(timedelta(minutes=61))
    assert (await client.get(made["url"])).status == HTTPStatus.UNAUTHORIZED


@MONTH_END
async def test_a2_1_a_person_exports_nothing_but_its_own(
    house: House, tmp_path: Path, hass_admin_user: MockUser
) -> None:
    """Kim sees Kim's sessions, Ada's are refused, and nothing of anybody's lies where all can see it."""
    kim, stranger = await user(house), await user(house, "Lou")
    await over_the_month_end(house, tmp_path)
    await add_person(house, name="Kim", user_id=kim, tags=["0CAFE0"], rights=[])
    chosen = {"period": "last_month", "format": "csv", "destination": "link"}

    assert (await export(house, hass_admin_user.id, **chosen))["rows"] == 1
    assert (await export(house, kim, **chosen))["rows"] == 0
    assert (await export(house, kim, **chosen))["energy"] == 0
    assert await refusal(house, kim, person="Ada", **chosen) == "export_not_yours"
    assert await refusal(house, stranger, **chosen) == "export_not_yours"
    assert (
        await refusal(house, kim, **{**chosen, "destination": "media"})
        == "export_media_owner_only"
    )


@MONTH_END
async def test_a2_1_a_user_exports_the_sessions_of_its_person(
    house: House, tmp_path: Path
) -> None:
    """Ada's user needs no word of an administrator."""
    ada: str = await user(house, "Ada")
    await over_the_month_end(house, tmp_path, user_id=ada)

    made = await export(
        house, ada, period="last_month", format="csv", destination="link"
    )

    assert made["rows"] == 1
    assert made["filename"] == "charging-sessions-ada-2026-11-01-2026-11-30.csv"


@MONTH_END
async def test_a_file_is_in_the_language_that_is_asked_for(
    house: House, tmp_path: Path
) -> None:
    """One that there are no texts for is English."""
    await over_the_month_end(house, tmp_path)

    made = await export(house, period="last_month", format="csv", language="nb")

    assert "Charging time" in lines(made)[0]

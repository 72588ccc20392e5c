"""A database for each test, on the server that the run is given, and a house whose recorder writes into it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
import logging
import os
from pathlib import Path
import secrets
from typing import Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from hypothesis import HealthCheck, settings
import pymysql.converters
import pytest
from pytest_homeassistant_custom_component.patch_time import HAFakeDatetime
from pytest_homeassistant_custom_component.typing import RecorderInstanceGenerator
import sqlalchemy as sa

from ..fourteen_months import UNTIL
from ..house import House
from .kept import KeptHome
from .recorded import RecordedHouse

# The plugin logs every statement; where thousands are executed that takes longer than they do.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)

# The driver knows how to write a time by its exact type, and a frozen clock gives times of its own.
pymysql.converters.conversions[HAFakeDatetime] = pymysql.converters.escape_datetime


FEW_PLANS: Final = 12
MOST_PLANS: Final = int(os.environ.get("MOST_PLANS", FEW_PLANS))
"""How many plans a run goes through: always the same few, or more of them, which are others each time."""
ANY_PLAN: Final = settings(
    max_examples=MOST_PLANS,
    derandomize=MOST_PLANS <= FEW_PLANS,
    deadline=None,
    database=None,
    print_blob=False,
    suppress_health_check=[*HealthCheck],
)


@contextmanager
def empty_database(config: pytest.Config, folder: Path) -> Iterator[str]:
    """Make an empty database on the server that the run is given, or in `folder`, and return its address."""
    server = sa.make_url(config.getoption("dburl"))
    if server.get_backend_name() == "sqlite":
        yield f"sqlite:///{folder / 'recorder.db'}"
        return
    name = f"test_{secrets.token_hex(8)}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    charset = (
        "CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
        if server.get_backend_name() == "mysql"
        else "ENCODING 'UTF8'"
    )
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} {charset}"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name}"))
    engine.dispose()


@pytest.fixture
def recorder_db_url(
    pytestconfig: pytest.Config,
    tmp_path: Path,
    hass_fixture_setup: list[bool],
    socket_enabled: None,
) -> Iterator[str]:
    """Make an empty database for one test and return its address; it outlives the recorder, as a restart needs.

    It takes the place of the plugin's own fixture, which knows no driver for MariaDB that comes without a compiler.
    """
    assert not hass_fixture_setup
    with empty_database(pytestconfig, tmp_path) as address:
        yield address


@pytest.fixture
def enable_statistics() -> bool:
    """Let the recorder make its rows every five minutes, as it does at home."""
    return True


@pytest.fixture
def enable_missing_statistics() -> bool:
    """Let it make up for those that it missed, when it starts."""
    return True


@pytest.fixture
async def recorded(
    async_setup_recorder_instance: RecorderInstanceGenerator,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
) -> RecordedHouse:
    """Return a house whose recorder runs; it was begun at the time in the house. A car that is plugged in draws at once."""
    monkeypatch.setattr(
        "custom_components.smart_charge_point.control.planning.secrets.randbelow",
        lambda _: 0,
    )
    await async_setup_recorder_instance(house.hass)
    return RecordedHouse(house)


@pytest.fixture
async def unrecorded_home(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    tmp_path: Path,
    enable_custom_integrations: None,
) -> AsyncIterator[KeptHome]:
    """Return a home of two wallboxes, two persons and two cars; it keeps statistics, but has no recorder yet."""
    await hass.config.async_set_time_zone("Europe/London")
    hass.config.currency = "GBP"
    freezer.move_to(UNTIL)
    # Thousands of rows are handed over at once here; that it looks slow to a loop that traces is no finding.
    hass.loop.set_debug(False)
    home = KeptHome(hass, freezer, tmp_path / "sessions.db")
    for wallbox in ("garage", "drive"):
        home.add("charge_point", wallbox, wallbox.title())
    tags = {"ada": ["04A0", "04FF"], "ben": ["04A1"]}
    for person, cards in tags.items():
        home.add("person", person, person.title(), user_id=None, rights=[], tags=cards)
    await home.start()
    yield home
    await home.stop()


@pytest.fixture
async def home(
    async_setup_recorder_instance: RecorderInstanceGenerator, unrecorded_home: KeptHome
) -> KeptHome:
    """Return that home with a recorder."""
    await async_setup_recorder_instance(unrecorded_home.hass)
    return unrecorded_home

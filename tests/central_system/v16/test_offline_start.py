"""Starting offline: which way there is, and what is switched on where there is none (A7.3)."""

import pytest

from custom_components.smart_charge_point.central_system.link import (
    Answer,
    CallError,
    CallRefusedError,
    CallTimedOutError,
    Configuration,
    Payload,
    Priority,
)
from custom_components.smart_charge_point.central_system.v16.offline_start import (
    secure_offline_start,
)
from custom_components.smart_charge_point.model.capabilities import OfflineStart

from ..fake_link import FakeLink

NO_WAY: dict[str, str | None] = {
    "LocalAuthorizeOffline": "false",
    "AllowOfflineTxForUnknownId": "false",
    "AuthorizationCacheEnabled": "false",
    "LocalAuthListEnabled": "false",
}


class ListedLink(FakeLink):
    """A charge point with a local list."""

    version_of_list: int | CallRefusedError = 0

    async def call(
        self, action: str, payload: Payload, *, priority: Priority = Priority.OWNER
    ) -> Payload:
        """Tell the version of the list."""
        assert action == "GetLocalListVersion"
        if isinstance(self.version_of_list, CallRefusedError):
            raise self.version_of_list
        return {"listVersion": self.version_of_list}


@pytest.mark.parametrize(
    ("keys", "path"),
    [
        ({}, OfflineStart.NONE),
        ({"AllowOfflineTxForUnknownId": "TRUE"}, OfflineStart.NONE),
        (
            {"AllowOfflineTxForUnknownId": "True", "LocalAuthorizeOffline": "true"},
            OfflineStart.ANY_CARD,
        ),
        ({"AuthorizationCacheEnabled": "true"}, OfflineStart.NONE),
        (
            {"AuthorizationCacheEnabled": "true", "LocalAuthorizeOffline": "true"},
            OfflineStart.KNOWN_CARD,
        ),
        ({"FreeModeActive": "TRUE"}, OfflineStart.NO_CARD),
        ({"AuthorizationEnabled": "false"}, OfflineStart.NO_CARD),
        ({"AuthorizationEnabled": "true"}, OfflineStart.NONE),
        ({"AuthorizationEnabled": ""}, OfflineStart.NONE),
    ],
)
async def test_a7_3_what_the_keys_say(
    keys: dict[str, str | None], path: OfflineStart
) -> None:
    """Whatever a wallbox calls it; what is not there says nothing."""
    report = await secure_offline_start(
        ListedLink({**NO_WAY, **keys}), free_vend=True, read_only=True
    )
    assert report.path is path


@pytest.mark.parametrize(
    ("version", "path"),
    [
        (3, OfflineStart.KNOWN_CARD),
        (0, OfflineStart.NONE),
        (-1, OfflineStart.NONE),
        (
            CallRefusedError("GetLocalListVersion", "NotSupported", ""),
            OfflineStart.NONE,
        ),
    ],
)
async def test_a7_3_an_empty_list_lets_nobody_in(
    version: int | CallRefusedError, path: OfflineStart
) -> None:
    """A local list is a way for those who are on it."""
    link = ListedLink(
        {**NO_WAY, "LocalAuthListEnabled": "true", "LocalAuthorizeOffline": "true"}
    )
    link.version_of_list = version
    report = await secure_offline_start(link, free_vend=False, read_only=True)
    assert report.path is path
    assert link.written == []


async def test_a7_3_the_first_way_that_is_found_ends_the_search() -> None:
    """Strange cards go first; nothing of the vendor's own is touched for them."""
    link = FakeLink({**NO_WAY, "FreeModeActive": "FALSE"})
    report = await secure_offline_start(link, free_vend=True)
    assert report.path is OfflineStart.ANY_CARD
    assert link.written == [
        ("LocalAuthorizeOffline", "true"),
        ("AllowOfflineTxForUnknownId", "true"),
    ]
    assert report.asked == set(link.written)


async def test_a7_3_what_was_tried_is_not_tried_again() -> None:
    """A wallbox that reboots at each write is not asked twice for the same."""
    link = FakeLink({**NO_WAY, "FreeModeActive": "FALSE"})
    asked = {
        ("LocalAuthorizeOffline", "true"),
        ("AllowOfflineTxForUnknownId", "true"),
    }
    report = await secure_offline_start(link, free_vend=True, asked=asked)
    assert link.written == [("FreeModeActive", "true")]
    assert report.path is OfflineStart.NO_CARD


async def test_a7_3_silence_at_a_write_ends_the_writes() -> None:
    """It may be rebooting."""
    link = FakeLink(dict(NO_WAY))
    link.on_write = lambda _key, _value: CallTimedOutError("No answer")
    report = await secure_offline_start(link, free_vend=True)
    assert report.stopped
    assert report.path is OfflineStart.NONE
    assert len(link.written) == 1


async def test_a7_3_refusals_are_borne() -> None:
    """In so many words or as an error: the next way is tried."""
    link = FakeLink({**NO_WAY, "FreeVend": "false"})
    answers: dict[str, CallError | Answer] = {
        "AllowOfflineTxForUnknownId": Answer.REJECTED,
        "FreeVend": CallRefusedError("ChangeConfiguration", "NotSupported", ""),
    }
    link.on_write = lambda key, _value: answers.get(key)
    report = await secure_offline_start(link, free_vend=True)
    assert report.path is OfflineStart.KNOWN_CARD


async def test_c6_one_key_at_a_time_where_more_are_not_answered() -> None:
    """A wallbox that leaves out what is beyond its limit is asked for the rest by name."""
    link = FakeLink({**NO_WAY, "FreeVend": "true"})

    def only_one(keys: tuple[str, ...]) -> Configuration | None:
        return Configuration(keys={}, unknown=frozenset()) if len(keys) > 1 else None

    link.on_read = only_one
    report = await secure_offline_start(link, free_vend=True)
    assert report.path is OfflineStart.NO_CARD


async def test_silence_ends_the_questions() -> None:
    """A wallbox that answers nothing is left in peace."""
    link = FakeLink(dict(NO_WAY))
    link.on_read = lambda _keys: CallTimedOutError("No answer")
    report = await secure_offline_start(link, free_vend=True)
    assert report.path is OfflineStart.NONE
    assert len(link.read) == 3

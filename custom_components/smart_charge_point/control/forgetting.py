"""Forgetting cards: wallboxes are made to forget whom they know, those that cannot be reached as soon as they are back."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.storage import Store

from ..central_system.link import Answer, CallError, CallRefusedError
from ..const import DOMAIN
from .controller import Controller

_LOGGER = logging.getLogger(__name__)

VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CardsForgotten:
    """How many wallboxes have forgotten the cards they knew, refused to, or have yet to be reached.

    One that keeps no cards counts as having forgotten them.
    """

    done: int = 0
    refused: int = 0
    waiting: int = 0


class Forgetting:
    """The wallboxes of one home that are yet to forget the cards they know: the cache and the list of OCPP 1.6, 3.5.

    On the disk before the first is asked, so that a restart forgets none of them.

    Source: SI 2021/1467 schedule 1, 7(2); requirements.md S7b.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Name the file after the config entry."""
        self._hass = hass
        self._entry = entry
        self._store: Store[list[str]] = Store(
            hass,
            VERSION,
            f"{DOMAIN}.{entry.entry_id}.forgetting",
            private=True,
            atomic_writes=True,
        )
        self._waiting: set[str] = set()
        """By subentry."""
        self._asking: set[str] = set()
        self._unsubscribe: dict[str, CALLBACK_TYPE] = {}

    async def load(self) -> None:
        """Take up who was waiting before the restart."""
        self._waiting = set(await self._store.async_load() or ())

    async def remove(self) -> None:
        """Forget the file."""
        await self._store.async_remove()

    @callback
    def watch(self, controller: Controller) -> None:
        """Ask a wallbox as soon as it is connected, if it has yet to forget."""
        self._unsubscribe[controller.subentry_id] = controller.async_add_listener(
            self._back(controller)
        )

    async def drop(self, subentry_id: str) -> None:
        """Watch a wallbox no more: it is gone."""
        if (unsubscribe := self._unsubscribe.pop(subentry_id, None)) is not None:
            unsubscribe()
        await self._settle(subentry_id)

    async def ask(self, controllers: Iterable[Controller]) -> CardsForgotten:
        """Make wallboxes forget the cards they know."""
        asked = tuple(controllers)
        self._waiting |= {controller.subentry_id for controller in asked}
        await self._save()
        answers = await asyncio.gather(*map(self._ask, asked))
        return CardsForgotten(
            done=sum(answer is True for answer in answers),
            refused=sum(answer is False for answer in answers),
            waiting=sum(answer is None for answer in answers),
        )

    def _back(self, controller: Controller) -> Callable[[], None]:
        connected = controller.state.connected

        @callback
        def changed() -> None:
            nonlocal connected
            before, connected = connected, controller.state.connected
            if (
                connected
                and not before
                and controller.subentry_id in self._waiting - self._asking
            ):
                self._entry.async_create_background_task(
                    self._hass, self._ask(controller), "a wallbox forgets its cards"
                )

        return changed

    async def _ask(self, controller: Controller) -> bool | None:
        """Ask one wallbox: whether it has forgotten the cards; None while it cannot be reached."""
        self._asking.add(controller.subentry_id)
        try:
            answer = await controller.async_forget_cards()
        except CallRefusedError as error:
            _LOGGER.warning("%s does not forget its cards: %s", controller.name, error)
            answer = Answer.REJECTED
        except CallError:
            return None
        finally:
            self._asking.discard(controller.subentry_id)
        await self._settle(controller.subentry_id)
        return answer is not Answer.REJECTED

    async def _settle(self, subentry_id: str) -> None:
        if subentry_id in self._waiting:
            self._waiting.discard(subentry_id)
            await self._save()

    async def _save(self) -> None:
        await self._store.async_save(sorted(self._waiting))


def counted(cards: CardsForgotten) -> Mapping[str, int]:
    """Return what came of it, for a receipt."""
    return {
        "forgot_cards": cards.done,
        "refused": cards.refused,
        "waiting": cards.waiting,
    }

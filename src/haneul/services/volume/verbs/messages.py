"""Messages to users: why long work of theirs failed."""

from __future__ import annotations

from haneul.kit.policy import Caller
from haneul.services.volume.model import Message
from haneul.services.volume.verbs.base import EVERYTHING, Listed, ListWish, Verbs


class Messages(Verbs):
    def list(self, caller: Caller, wish: ListWish = EVERYTHING) -> Listed:
        return self._page(caller, self._store.messages, "message:get_all", wish)

    def get(self, caller: Caller, message_id: str) -> Message:
        return self._own(caller, self._store.messages, message_id, "message:get")

    def delete(self, caller: Caller, message_id: str) -> None:
        self._own(caller, self._store.messages, message_id, "message:delete")
        self._store.messages.remove(message_id)

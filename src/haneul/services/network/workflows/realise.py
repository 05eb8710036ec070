"""The world follows what is written: at once after every change, and again until it does."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from haneul.kit.errors import CloudError, Unavailable
from haneul.services.network.driver import Intent, Kind, Owned
from haneul.services.network.parts import Parts
from haneul.services.network.store.pending import Pending
from haneul.services.network.workflows.intents import Intents

log = logging.getLogger(__name__)

BATCH = 250
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_ORDER = tuple(Kind)


@dataclass(frozen=True)
class Realiser:
    """Tells the driver what has changed. Doing it twice, or in two threads at once, does no harm."""

    parts: Parts

    def drain(self) -> int:
        """Everything that is due is told; answers how much. Raises Unavailable when the world does not answer."""
        told = 0
        while due := self.parts.store.pending.due(self.parts.clock.now(), BATCH):
            told += self._tell(due)
        return told

    def require(self, wanted: Iterable[Owned]) -> None:
        """These things are so in the world now. Raises Unavailable where the world does not take them."""
        due = self.parts.store.pending.of(wanted)
        if due and self._tell(due) < len(due):
            raise Unavailable(
                "network.not_made_yet", "The network has not taken every change yet: the same request may succeed soon."
            )

    def _tell(self, due: list[Pending]) -> int:
        """Tell of these, the ones that others lean on first; answers of how many the world knows now."""
        chosen = sorted(due, key=lambda each: _ORDER.index(each.kind))
        with self.parts.telling:
            intents = self._intents(chosen)
            present = [each for each in chosen if each.owned in intents]
            absent = [each for each in reversed(chosen) if each.owned not in intents]
            told = self._try(present, intents) + self._try(absent, intents)
        self.parts.store.pending.done(told)
        return len(told)

    def _intents(self, chosen: Iterable[Pending]) -> dict[Owned, Intent]:
        ids: dict[Kind, list[str]] = {}
        for each in chosen:
            ids.setdefault(each.kind, []).append(each.id)
        found: dict[Owned, Intent] = {}
        with self.parts.db.read():
            for kind, wanted in ids.items():
                found |= Intents(self.parts).of(kind, wanted)
        return found

    def _try(self, some: list[Pending], intents: dict[Owned, Intent]) -> list[Pending]:
        """All at once, and where the world refuses one of them, each by itself."""
        if not some:
            return []
        try:
            self._apply(some, intents)
        except Unavailable:
            raise
        except CloudError as error:
            if len(some) == 1:
                self._put_off(some[0], error)
                return []
            return [each for one in some for each in self._try([one], intents)]
        return some

    def _apply(self, some: list[Pending], intents: dict[Owned, Intent]) -> None:
        wanted = [intents[each.owned] for each in some if each.owned in intents]
        if wanted:
            self.parts.driver.ensure(wanted)
        gone = [each.owned for each in some if each.owned not in intents]
        if gone:
            self.parts.driver.remove(gone)

    def _put_off(self, each: Pending, error: CloudError) -> None:
        pause_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0 ** min(each.tries, 10))
        log.warning("%s %s could not be made in the network: %s; tried again", each.kind, each.id, error.message)
        self.parts.store.pending.failed(each, error.message, self.parts.clock.now() + timedelta(seconds=pause_s))

"""What drifted in the world is made again as it is written: missing, changed, left over, up or down."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from haneul.kit.errors import CloudError, Unavailable
from haneul.services.network.driver import Intent, Kind, Owned
from haneul.services.network.model.ports import ACTIVE
from haneul.services.network.parts import Parts
from haneul.services.network.workflows.intents import Intents
from haneul.services.network.workflows.port_status import set_port_up
from haneul.services.network.workflows.realise import Realiser

log = logging.getLogger(__name__)

EVERY_S = 45.0
"""Less than a minute with all delays: what somebody broke works again by then."""
_BATCH = 250
"""OVN works everything out again after each transaction, so few large ones are cheaper than many small ones."""


@dataclass(frozen=True)
class Mend:
    """Compares everything. What nobody changed costs no write; what the cloud did not make is left alone."""

    parts: Parts

    def __call__(self) -> None:
        try:
            self.mend()
        except Unavailable as error:
            log.warning("%s It is compared with what should be once it is back.", error.message)

    def mend(self) -> int:
        """Answers how many things were not as they should be. Raises Unavailable."""
        Realiser(self.parts).drain()
        owned = self.parts.driver.list_owned()
        known: set[Owned] = set()
        mended = 0
        for kind in Kind:
            ids = Intents(self.parts).all_ids(kind)
            for start in range(0, len(ids), _BATCH):
                some, changed = self._ensure(kind, ids[start : start + _BATCH])
                known |= some
                mended += changed
        left_over = self._left_over(owned - known)
        self._look_at_ports()
        if mended or left_over:
            log.warning("The network had drifted: %d things made again, %d removed", mended, left_over)
        return mended + left_over

    def _ensure(self, kind: Kind, ids: list[str]) -> tuple[set[Owned], int]:
        """These are as they should be: what should be there of them, and how many were not so."""
        with self.parts.telling:
            with self.parts.db.read():
                intents = Intents(self.parts).of(kind, ids)
            try:
                return set(intents), self.parts.driver.ensure(list(intents.values()))
            except Unavailable:
                raise
            except CloudError:
                return set(intents), sum(self._ensure_one(intent) for intent in intents.values())

    def _ensure_one(self, intent: Intent) -> int:
        try:
            return self.parts.driver.ensure([intent])
        except Unavailable:
            raise
        except CloudError as error:
            log.warning("%s %s could not be mended: %s", intent.kind, intent.id, error.message)
            return 0

    def _left_over(self, strange: set[Owned] | frozenset[Owned]) -> int:
        """Remove what is tagged as the cloud's own and written nowhere; answers how much."""
        if not strange:
            return 0
        order = tuple(Kind)
        with self.parts.telling:
            written = {kind: set(Intents(self.parts).of(kind, _ids(kind, strange))) for kind in order}
            gone = [each for each in strange if each not in written[each.kind]]
            gone.sort(key=lambda each: order.index(each.kind), reverse=True)
            self.parts.driver.remove(gone)
        return len(gone)

    def _look_at_ports(self) -> None:
        """Ports that came up or went down while nobody listened."""
        statuses = self.parts.store.ports.statuses()
        up = self.parts.driver.list_up()
        for port_id, status in statuses.items():
            if (port_id in up) != (status == ACTIVE):
                set_port_up(self.parts, port_id, port_id in up)


def _ids(kind: Kind, some: set[Owned] | frozenset[Owned]) -> list[str]:
    return [each.id for each in some if each.kind is kind]

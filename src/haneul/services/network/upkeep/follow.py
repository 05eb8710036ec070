"""The world follows what has changed, at once and until it does."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from haneul.kit.errors import Unavailable
from haneul.services.network.parts import Parts
from haneul.services.network.workflows.realise import Realiser

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Follow:
    parts: Parts

    def __call__(self) -> None:
        try:
            Realiser(self.parts).drain()
        except Unavailable as error:
            waiting = self.parts.store.pending.count()
            log.warning("%s %d changes wait for it", error.message, waiting)

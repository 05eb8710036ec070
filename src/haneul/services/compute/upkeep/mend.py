"""What servers lack on hosts that were seen is made again: guests, ports, claims."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from haneul.kit.errors import CloudError
from haneul.services.compute.model import ServerId
from haneul.services.compute.parts import Parts
from haneul.services.compute.upkeep.drift import Lack, lacking, look
from haneul.services.compute.workflows.mend_guest import mend_guest
from haneul.services.compute.workflows.placing import resources_of
from haneul.services.placement import ConsumerId, ProviderId

log = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=10)


class Mender:
    """Mends what two looks in a row have missed. What cannot be mended is tried again less and less often."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._missed: frozenset[Lack] = frozenset()
        self._pauses: dict[ServerId, tuple[datetime, timedelta]] = {}
        """By server: not before then, and how long the pause after that is."""

    def look(self) -> None:
        """One round."""
        missed = frozenset(lack for lack in lacking(look(self._parts)) if lack.is_mendable)
        again, self._missed = missed & self._missed, missed
        servers = {lack.server_id for lack in missed}
        self._pauses = {server_id: pause for server_id, pause in self._pauses.items() if server_id in servers}
        for lack in sorted(again, key=lambda each: (each.server_id, each.what)):
            if self._is_due(lack.server_id):
                self._try(lack)

    def _is_due(self, server_id: ServerId) -> bool:
        now = self._parts.clock.now()
        due_at, pause = self._pauses.get(server_id, (now, _FIRST_PAUSE))
        if now < due_at:
            return False
        self._pauses[server_id] = now + pause, min(2 * pause, _LONGEST_PAUSE)
        return True

    def _try(self, lack: Lack) -> None:
        log.warning("server %s lacks its %s %s: it is made again", lack.server_id, lack.what, lack.id)
        try:
            if lack.what == "claim":
                self._hold(lack.server_id)
            else:
                self._parts.runs.submit(mend_guest, lack.server_id, lack.server_id)
        except CloudError as error:
            log.warning("server %s goes without for now: %s", lack.server_id, error.message)

    def _hold(self, server_id: ServerId) -> None:
        """Placement knows again what the server takes of its host."""
        with self._parts.db.write():
            server = self._parts.store.servers.find(server_id)
            if server is None or server.host_id is None or self._parts.runs.current(server_id) is not None:
                return
            room = resources_of(server.flavor, boots_from_volume=server.boots_from_volume)
            host = ProviderId(server.host_id)
            self._parts.placement.claims.claim(ConsumerId(server_id), host, room, server.project_id, server.user_id)

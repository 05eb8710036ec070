"""What waits for a time to pass: resizes to be confirmed, servers to be offloaded or reclaimed."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from haneul.kit.errors import CloudError
from haneul.services.compute.model import ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.asked import THE_CLOUD
from haneul.services.compute.workflows.confirm_resize import confirm_resize
from haneul.services.compute.workflows.delete_server import delete_server
from haneul.services.compute.workflows.shelve_server import offload_server

log = logging.getLogger(__name__)


def confirm_late(parts: Parts) -> None:
    """Confirm the resizes and migrations that stand for longer than the operator lets them."""
    if not parts.tuning.confirm_after_s:
        return
    for move in parts.store.moves.list_finished(_ago(parts, parts.tuning.confirm_after_s)):
        server_id = move.server_id
        try:
            parts.runs.submit(confirm_resize, server_id, server_id, THE_CLOUD, move.place, move.was_stopped)
        except CloudError as error:
            log.info("the resize of %s is confirmed later: %s", server_id, error.message)


def offload_shelved(parts: Parts) -> None:
    """Have the hosts forget the servers that were shelved long enough ago."""
    if parts.tuning.offload_after_s < 0:
        return
    before = _ago(parts, parts.tuning.offload_after_s)
    for server_id in parts.store.servers.list_set_aside(ServerState.SHELVED, before):
        try:
            parts.runs.submit(offload_server, server_id, ServerId(server_id), THE_CLOUD)
        except CloudError as error:
            log.info("server %s is offloaded later: %s", server_id, error.message)


def reclaim(parts: Parts) -> None:
    """Delete the servers for good that were deleted long enough ago."""
    before = _ago(parts, parts.tuning.reclaim_after_s)
    for server_id in parts.store.servers.list_set_aside(ServerState.SOFT_DELETED, before):
        with parts.db.write():
            parts.store.servers.move(server_id, ServerState.DELETING, parts.clock.now())
            parts.runs.supersede(delete_server, server_id, ServerId(server_id), THE_CLOUD)


def _ago(parts: Parts, seconds: int) -> datetime:
    return parts.clock.now() - timedelta(seconds=seconds)

"""A guest's metadata, and how its cards are guarded, follow what changes while it runs."""

from __future__ import annotations

from haneul.kit.errors import NotFound
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import ServerId
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.guests import is_away
from haneul.services.compute.workflows.metadata import guest_metadata
from haneul.services.compute.workflows.nics import in_order

DEADLINE_S = 86_400.0
"""A host that is away for longer is told when the guest is next started."""


def teller_of(server_id: str) -> str:
    """The subject of the run: beside the server's own, so that nobody who acts on the server waits for it."""
    return f"metadata of {server_id}"


@workflow
def tell_guest(run: Run, server_id: ServerId, change: str) -> None:
    """`change` tells one change from the next: the later one takes over from the earlier.

    No undo: the guest is told what is so.
    """
    run.wait(guest_knows, server_id, deadline_s=DEADLINE_S)


def guest_knows(parts: Parts, server_id: ServerId) -> bool:
    """Also true where there is no such guest. While somebody works on the server, its time has not come."""
    if parts.runs.current(server_id) is not None:
        return False
    server = parts.store.servers.find(server_id)
    if server is None or server.host_id is None:
        return True
    if is_away(parts, server.host_id):
        return False
    try:
        birth = parts.store.servers.birth(server_id)
        metadata = guest_metadata(parts, server, birth)
        parts.hosts.tell_guest(server.host_id, server_id, metadata, in_order(parts, server_id, birth))
    except NotFound:
        return True
    return True

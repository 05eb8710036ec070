"""What every verb on servers begins with: who may, is it locked, is it in the right state."""

from __future__ import annotations

from collections.abc import Collection

from haneul.kit.errors import Conflict, NotFound
from haneul.kit.policy import Caller
from haneul.services.compute.model import ALLOWED, Server, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.store import absent
from haneul.services.compute.workflows.asked import AskedBy


class ServerVerbs:
    """Verbs on servers lean on this."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._store = parts.store.servers

    def _get(self, caller: Caller, server_id: str, rule: str) -> Server:
        """The server, if `rule` lets the caller do it; somebody else's is NotFound("server.absent")."""
        server = self._store.get(server_id)
        self._allow(caller, server, rule)
        return server

    def _allow(self, caller: Caller, server: Server, rule: str) -> None:
        target = {"project_id": server.project_id, "user_id": server.user_id}
        if self._parts.policy.allows(caller, f"os_compute_api:{rule}", target):
            return
        if server.project_id != caller.project_id:
            raise absent(server.id)
        self._parts.policy.require(caller, f"os_compute_api:{rule}", target)

    def _get_unlocked(self, caller: Caller, server_id: str, rule: str) -> Server:
        """As `_get`; Conflict("server.locked") if a lock stands in the caller's way."""
        server = self._get(caller, server_id, rule)
        if server.lock is not None and not caller.is_admin:
            raise Conflict("server.locked", f"Instance {server_id} is locked. Unlock it first.")
        return server


def require_state(server: Server, action: str, allowed: Collection[ServerState]) -> None:
    """Raises Conflict("server.wrong_state") that says in which states the action is possible."""
    if server.state in allowed:
        return
    states = " or ".join(sorted(state.value for state in allowed))
    raise Conflict(
        "server.wrong_state",
        f"Cannot '{action}' instance {server.id} while it is in vm_state {server.state}: it has to be {states}.",
    )


def require_action(server: Server, action: str) -> None:
    """Raises Conflict("server.wrong_state") unless the action is possible in the server's state.

    In ERROR a server may be on no host, where its building failed: Conflict("server.no_host").
    """
    require_state(server, action, ALLOWED[action])
    if server.state is ServerState.ERROR and server.host_id is None:
        raise Conflict(
            "server.no_host", f"Cannot '{action}' instance {server.id}: it is on no host. Delete it and create another."
        )


def asked_by(caller: Caller) -> AskedBy:
    return AskedBy(caller.user_id, caller.project_id)


def no_metadata(key: str) -> NotFound:
    return NotFound("server.no_metadata", f"Metadata item {key} was not found.")

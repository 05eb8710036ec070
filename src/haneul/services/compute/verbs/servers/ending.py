"""Servers go, or are declared to be in a state by the administrator."""

from __future__ import annotations

from haneul.kit.errors import Conflict
from haneul.kit.policy import Caller
from haneul.services.compute.model import Fault, Server, ServerState
from haneul.services.compute.verbs.servers.base import ServerVerbs, asked_by, require_state
from haneul.services.compute.workflows.delete_server import delete_server


class EndingVerbs(ServerVerbs):
    def delete(self, caller: Caller, server_id: str) -> None:
        """In any state. Whatever is being done to it is cancelled and unwound first. Asked twice it is fine."""
        with self._parts.db.write():
            self._end(caller, self._get_unlocked(caller, server_id, "servers:delete"))

    def force_delete(self, caller: Caller, server_id: str) -> None:
        """The same: nothing is kept back by an ordinary deletion."""
        with self._parts.db.write():
            self._end(caller, self._get_unlocked(caller, server_id, "os-deferred-delete:force"))

    def restore(self, caller: Caller, server_id: str) -> None:
        """Raises Conflict("server.wrong_state") always: a deletion is final, so no server waits to be restored."""
        require_state(self._get(caller, server_id, "os-deferred-delete:restore"), "restore", {ServerState.DELETED})

    def resume(self, caller: Caller, server_id: str) -> None:
        """Raises Conflict("server.wrong_state") always: no server is ever suspended to disk."""
        server = self._get(caller, server_id, "os-suspend-server:resume")
        raise Conflict(
            "server.wrong_state",
            f"Cannot 'resume' instance {server_id} while it is in vm_state {server.state}: it was not suspended.",
        )

    def _end(self, caller: Caller, server: Server) -> None:
        if server.state is ServerState.DELETING:
            return
        self._store.move(server.id, ServerState.DELETING, self._parts.clock.now())
        self._parts.runs.supersede(delete_server, server.id, server.id, asked_by(caller))

    def reset_state(self, caller: Caller, server_id: str, *, is_error: bool) -> None:
        """Cancel what is being done and call the server active, or in error; the guest is left as it is."""
        with self._parts.db.write():
            server = self._get(caller, server_id, "os-admin-actions:reset_state")
            self._parts.runs.cancel(server.id)
            now = self._parts.clock.now()
            if is_error:
                fault = Fault("server.reset", "The administrator declared it so.", "reset state", now)
                self._store.move(server.id, ServerState.ERROR, now, fault)
            else:
                self._store.move(server.id, ServerState.ACTIVE, now)

"""Servers go, or are declared to be in a state by the administrator."""

from __future__ import annotations

from haneul.kit.errors import Conflict
from haneul.kit.policy import Caller
from haneul.services.compute.model import Fault, MoveStatus, Server, ServerState
from haneul.services.compute.verbs.servers.base import ServerVerbs, asked_by, require_action
from haneul.services.compute.workflows.delete_server import delete_server
from haneul.services.compute.workflows.moving import give_source_back
from haneul.services.compute.workflows.soft_delete_server import restore_server, soft_delete_server

_NOT_KEPT = frozenset({ServerState.ERROR, ServerState.SOFT_DELETED, ServerState.DELETING, ServerState.OFFLOADED})


class EndingVerbs(ServerVerbs):
    def delete(self, caller: Caller, server_id: str) -> None:
        """In any state. Whatever is being done to it is cancelled and unwound first. Asked twice it is fine.

        Where the operator has deleted servers kept for a while, one that ever ran waits to be restored.
        """
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "servers:delete")
            if self._parts.tuning.reclaim_after_s and server.launched_at and server.state not in _NOT_KEPT:
                self._put_aside(caller, server)
            elif server.state is not ServerState.SOFT_DELETED:
                self._end(caller, server)

    def force_delete(self, caller: Caller, server_id: str) -> None:
        """At once, even where deleted servers are kept for a while."""
        with self._parts.db.write():
            self._end(caller, self._get_unlocked(caller, server_id, "os-deferred-delete:force"))

    def restore(self, caller: Caller, server_id: str) -> None:
        """One that was deleted and is still kept runs again."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-deferred-delete:restore")
            require_action(server, "restore")
            if server.host_id is None:
                raise Conflict("server.no_host", f"Instance {server_id} is on no host: it can only be deleted.")
            self._parts.runs.submit(restore_server, server.id, server.id, asked_by(caller))

    def _put_aside(self, caller: Caller, server: Server) -> None:
        now = self._parts.clock.now()
        self._store.move(server.id, ServerState.SOFT_DELETED, now)
        self._store.change(server.id, now, set_aside_at=now)
        self._parts.runs.supersede(soft_delete_server, server.id, server.id, asked_by(caller))

    def _end(self, caller: Caller, server: Server) -> None:
        if server.state is ServerState.DELETING:
            return
        self._store.move(server.id, ServerState.DELETING, self._parts.clock.now())
        self._parts.runs.supersede(delete_server, server.id, server.id, asked_by(caller))

    def _give_move_up(self, server: Server) -> None:
        """What was kept for a way back belongs to nobody from now on."""
        move = self._parts.store.moves.open_of(server.id)
        if move is not None and move.status is MoveStatus.FINISHED:
            give_source_back(self._parts, move.place)
            self._parts.store.moves.change(move.id, self._parts.clock.now(), status=MoveStatus.ERROR)

    def reset_state(self, caller: Caller, server_id: str, *, is_error: bool) -> None:
        """Cancel what is being done and call the server active, or in error; the guest is left as it is."""
        with self._parts.db.write():
            server = self._get(caller, server_id, "os-admin-actions:reset_state")
            self._parts.runs.cancel(server.id)
            now = self._parts.clock.now()
            self._give_move_up(server)
            if is_error:
                fault = Fault("server.reset", "The administrator declared it so.", "reset state", now)
                self._store.move(server.id, ServerState.ERROR, now, fault)
            else:
                self._store.move(server.id, ServerState.ACTIVE, now)

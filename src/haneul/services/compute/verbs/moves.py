"""Moves of servers as they are told: lists for administrators, and what can be done about one that is going on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.paging import Page
from haneul.kit.policy import Caller
from haneul.services.compute.model import Host, Move, MoveKind, MoveStatus, Server
from haneul.services.compute.store import MoveFilter
from haneul.services.compute.verbs.servers.base import ServerVerbs

_GOING_ON = frozenset({MoveStatus.ACCEPTED, MoveStatus.RUNNING})


@dataclass(frozen=True)
class MoveView:
    """A move with the hosts that it is about."""

    move: Move
    source: Host | None
    target: Host | None


class Moves(ServerVerbs):
    def list(self, caller: Caller, wanted: MoveFilter, page: Page, host_names: Mapping[str, str]) -> Sequence[MoveView]:
        """Of all servers. `host_names`: of `source_id` and `host_id`, the hosts' names to look for."""
        self._parts.policy.require(caller, "os_compute_api:os-migrations:index", {})
        ids = {field: self._host_id(name) for field, name in host_names.items()}
        wanted = replace(wanted, source_id=ids.get("source_id"), host_id=ids.get("host_id"))
        marker = None if page.marker is None else self._parts.store.moves.find(page.marker)
        if page.marker is not None and marker is None:
            raise Invalid("page.marker", f"Marker {page.marker} could not be found.")
        return self._views(self._parts.store.moves.list(wanted, page, marker))

    def list_of(self, caller: Caller, server_id: str) -> Sequence[MoveView]:
        """The live migrations of a server that are going on."""
        server = self._get(caller, server_id, "servers:migrations:index")
        return self._views([move for move in self._live(server) if move.status in _GOING_ON])

    def get(self, caller: Caller, server_id: str, move_id: str) -> MoveView:
        """One of `list_of`. Raises NotFound("move.absent")."""
        server = self._get(caller, server_id, "servers:migrations:show")
        return self._views([self._going_on(server, move_id)])[0]

    def abort(self, caller: Caller, server_id: str, move_id: str) -> None:
        """Taken back. Raises NotFound("move.absent"), Conflict when it cannot be stopped any more."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "servers:migrations:delete")
            self._going_on(server, move_id)
            if not self._parts.runs.cancel(server.id):
                raise Conflict("move.over", f"Migration {move_id} is over: look at the server again.")

    def force_complete(self, caller: Caller, server_id: str, move_id: str) -> None:
        """Finished at once, even if the guest has to stand still for it. Raises NotFound("move.absent")."""
        server = self._get_unlocked(caller, server_id, "servers:migrations:force_complete")
        move = self._going_on(server, move_id)
        if move.status is not MoveStatus.RUNNING:
            raise Invalid("move.not_running", f"Migration {move_id} is {move.status}: it can be forced once it runs.")
        self._parts.hosts.hurry_guest(move.source_id, server.id)
        self._parts.runs.wake(server.id)

    def _host_id(self, name: str) -> str:
        host = self._parts.store.hosts.find_by_name(name)
        return host.id if host else ""

    def _live(self, server: Server) -> Sequence[Move]:
        wanted = MoveFilter(server_id=server.id, kind=MoveKind.LIVE.value)
        return self._parts.store.moves.list(wanted, Page())

    def _going_on(self, server: Server, move_id: str) -> Move:
        for move in self._live(server):
            if move_id in (str(move.number), move.id) and move.status in _GOING_ON:
                return move
        raise NotFound("move.absent", f"In-progress live migration {move_id} is not found for server {server.id}.")

    def _views(self, moves: Sequence[Move]) -> Sequence[MoveView]:
        hosts: dict[str, Host] = {host.id: host for host in self._parts.store.hosts.list()} if moves else {}
        return [MoveView(move, hosts.get(move.source_id), hosts.get(move.target_id or "")) for move in moves]

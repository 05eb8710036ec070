"""What was done to a server: its runs, told as Nova tells instance actions. Nothing is stored twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from haneul.kit.errors import NotFound
from haneul.kit.paging import Page, SortKey
from haneul.kit.policy import Caller
from haneul.kit.workflow import RunView
from haneul.services.compute.model import Host, Server
from haneul.services.compute.store import ServerFilter, absent
from haneul.services.compute.verbs.servers.base import ServerVerbs
from haneul.services.compute.workflows.asked import THE_CLOUD, AskedBy


@dataclass(frozen=True)
class ActionView:
    """A run with what is shown beside it."""

    run: RunView
    project_id: str
    host: Host | None
    sees_details: bool
    explanation: str = ""
    """Why its server went into ERROR by it, in full: for those who see details."""


@dataclass(frozen=True)
class RecentAction:
    """A run with the server that it is about."""

    server: Server
    run: RunView


_GROWTH = "extend_volume"
_CHANGED_LAST = 50
"""Of so many servers is told what was done to them lately."""


class Actions(ServerVerbs):
    """Also of servers that are gone, as long as their tombstones stand."""

    def recent(self, caller: Caller, limit: int) -> Sequence[RecentAction]:
        """The newest runs of those servers of the caller's project that changed last; in two queries."""
        target = {"project_id": caller.project_id, "user_id": caller.user_id}
        self._parts.policy.require(caller, "os_compute_api:os-instance-actions:list", target)
        page = Page(_CHANGED_LAST, sort=(SortKey("updated_at", is_descending=True),))
        with self._parts.db.read():
            changed = self._store.list(ServerFilter(project_id=caller.project_id), page)
            servers_by_id = {str(server.id): server for server in changed}
            newest = self._parts.runs.newest_of(list(servers_by_id), limit)
        return [RecentAction(servers_by_id[run.subject], run) for run in newest]

    def list(self, caller: Caller, server_id: str) -> Sequence[RunView]:
        """The newest first."""
        self._find(caller, server_id, "os-instance-actions:list")
        return self._runs(server_id)[::-1]

    def get(self, caller: Caller, server_id: str, request_id: str) -> ActionView:
        """Raises NotFound("server.no_action")."""
        server = self._find(caller, server_id, "os-instance-actions:show")
        for run in self._runs(server_id):
            if run.request_id == request_id:
                host = self._parts.store.hosts.find(server.host_id) if server.host_id else None
                rule = "os_compute_api:os-instance-actions:events:details"
                sees = self._parts.policy.allows(caller, rule, {})
                return ActionView(run, server.project_id, host, sees, _explanation(server, run) if sees else "")
        raise NotFound("server.no_action", f"Action for request_id {request_id} on instance {server_id} not found")

    def _runs(self, server_id: str) -> Sequence[RunView]:
        """Oldest first: its own, and of the volumes that it has the growths that its guest has seen."""
        attached = self._parts.volume.attachments.of_servers([server_id])
        since_by_volume = {each.volume_id: each.attached_at for each in attached if each.attached_at is not None}
        return [
            run
            for run in self._parts.runs.history(server_id, *since_by_volume)
            if run.subject == server_id or (run.kind == _GROWTH and run.created_at >= since_by_volume[run.subject])
        ]

    def _find(self, caller: Caller, server_id: str, rule: str) -> Server:
        server = self._store.find(server_id) or self._store.find_buried(server_id)
        if server is None:
            raise absent(server_id)
        self._allow(caller, server, rule)
        return server


def _explanation(server: Server, run: RunView) -> str:
    is_about_it = server.fault is not None and run.error is not None and server.fault.code == run.error.code
    return server.fault.details if server.fault is not None and is_about_it else ""


def asked_by_of(run: RunView) -> AskedBy:
    """On whose behalf the run works."""
    for value in run.input[1:]:
        if isinstance(value, dict) and value.keys() >= {"user_id", "project_id"}:
            return msgspec.convert(value, AskedBy)
    return THE_CLOUD

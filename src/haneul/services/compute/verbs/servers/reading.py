"""Servers as they are seen: one, a page of many, what changed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from haneul.kit.errors import Forbidden, Invalid
from haneul.kit.paging import Page
from haneul.kit.policy import Caller
from haneul.kit.records import record
from haneul.services.compute.model import HostGlance, Server, ServerVolume, Task
from haneul.services.compute.parts import Parts
from haneul.services.compute.store import ServerFilter
from haneul.services.compute.verbs.servers.base import ServerVerbs, no_metadata
from haneul.services.network import ServerAddress


@dataclass(frozen=True)
class Sight:
    """What of servers its caller may see beyond what every owner sees."""

    attributes: bool = False
    host_status: bool = False
    extra_specs: bool = False


NO_SIGHT = Sight()


@dataclass(frozen=True)
class ServerView:
    """A server with all that is shown beside it."""

    server: Server
    task: Task | None = None
    addresses: tuple[ServerAddress, ...] = ()
    security_groups: tuple[str, ...] = ()
    """By name."""
    host: HostGlance | None = None
    host_is_up: bool = False
    zone: str = ""
    """In which it is, or was asked to be."""
    user_data: str = ""
    """Only for those who may see the attributes that are for administrators."""
    volumes: tuple[ServerVolume, ...] = ()
    group_id: str | None = None
    """The server group that it is in."""
    sight: Sight = NO_SIGHT


@dataclass(frozen=True)
class ListWish:
    """A listing as asked for."""

    filter: ServerFilter = field(default_factory=ServerFilter)
    page: Page = field(default_factory=Page)
    is_all_projects: bool = False
    is_deleted: bool | None = False
    """True: those that are gone; None: both, as `changed_since` asks for."""
    ip_regex: str = ""
    """Only servers one of whose addresses fits."""
    host_name: str = ""
    """Only servers on this host."""


class ReadingVerbs(ServerVerbs):
    def get(self, caller: Caller, server_id: str) -> ServerView:
        """Raises NotFound("server.absent")."""
        with self._parts.db.read():
            return self.look(caller, [self._get(caller, server_id, "servers:show")])[0]

    def list(self, caller: Caller, wish: ListWish) -> Sequence[Server]:
        """The servers alone. Others than administrators see their project's."""
        rule = "os_compute_api:servers:index"
        target = {"project_id": caller.project_id, "user_id": caller.user_id}
        self._parts.policy.require(caller, rule, target)
        wanted = wish.filter
        if wish.is_all_projects:
            self._parts.policy.require(caller, f"{rule}:get_all_tenants", target)
        else:
            wanted = replace(wanted, project_id=caller.project_id)
        if wish.is_deleted and not caller.is_admin:
            raise Forbidden("server.deleted_hidden", "Only administrators may list deleted instances.")
        if wish.ip_regex:
            wanted = replace(wanted, ids=self._with_address(wanted, wish.ip_regex))
        if wish.host_name:
            host = self._parts.store.hosts.find_by_name(wish.host_name)
            wanted = replace(wanted, equals={**wanted.equals, "host_id": host.id if host else ""})
        return self._listed(wanted, wish)

    def list_detail(self, caller: Caller, wish: ListWish) -> Sequence[ServerView]:
        """As `list`, each with what is shown beside it, in a number of queries that does not grow."""
        with self._parts.db.read():
            return self.look(caller, self.list(caller, wish))

    def look(self, caller: Caller, servers: Sequence[Server]) -> Sequence[ServerView]:
        """These servers with all that is shown beside them, as it is at one moment."""
        with self._parts.db.read():
            return self._looked_at(caller, servers) if servers else []

    def _looked_at(self, caller: Caller, servers: Sequence[Server]) -> Sequence[ServerView]:
        ids = [server.id for server in servers]
        tasks = current_tasks(self._parts, ids)
        addresses = self._parts.network.ports.of_servers(ids)
        groups = self._parts.network.security_groups.names_of_devices(ids)
        volumes = self._volumes(ids)
        server_groups = self._parts.store.groups.of_servers(ids)
        sight = self._sight(caller)
        user_data = self._store.user_data(ids) if sight.attributes else {}
        host_ids = {server.host_id for server in servers if server.host_id}
        hosts = self._parts.store.hosts.glances(host_ids) if host_ids else {}
        zones, default = self._parts.store.aggregates.zones_of(hosts) if hosts else {}, self._parts.tuning.zone
        now, within_s = self._parts.clock.now(), self._parts.tuning.seen_within_s
        up = {host.id for host in hosts.values() if host.is_up(now, within_s)}
        return [
            record(
                ServerView,
                {
                    "server": server,
                    "task": tasks.get(server.id),
                    "addresses": addresses.get(server.id, ()),
                    "security_groups": groups.get(server.id, ()),
                    "host": (host := hosts.get(server.host_id or "")),
                    "host_is_up": server.host_id in up,
                    "zone": zones.get(host.id, default) if host is not None else server.pinned_zone or "",
                    "user_data": user_data.get(server.id, ""),
                    "volumes": volumes.get(server.id, ()),
                    "group_id": server_groups.get(server.id),
                    "sight": sight,
                },
            )
            for server in servers
        ]

    def _volumes(self, server_ids: Sequence[str]) -> Mapping[str, tuple[ServerVolume, ...]]:
        found: dict[str, tuple[ServerVolume, ...]] = {}
        for row in self._parts.store.volumes.of(server_ids) if server_ids else ():
            found[row.server_id] = (*found.get(row.server_id, ()), row)
        return found

    def _sight(self, caller: Caller) -> Sight:
        """What the caller may see of servers of its project, asked once for all of them."""
        target = {"project_id": caller.project_id, "user_id": caller.user_id}

        def sees(rule: str) -> bool:
            return self._parts.policy.allows(caller, f"os_compute_api:{rule}", target)

        return Sight(
            attributes=sees("os-extended-server-attributes"),
            host_status=sees("servers:show:host_status"),
            extra_specs=sees("servers:show:flavor-extra-specs"),
        )

    # What hangs on a server.

    def metadata(self, caller: Caller, server_id: str) -> Mapping[str, str]:
        return self._get(caller, server_id, "server-metadata:index").metadata

    def metadata_item(self, caller: Caller, server_id: str, key: str) -> str:
        """Raises NotFound("server.no_metadata")."""
        metadata = self._get(caller, server_id, "server-metadata:show").metadata
        if key not in metadata:
            raise no_metadata(key)
        return metadata[key]

    def tags(self, caller: Caller, server_id: str, action: str = "index") -> Sequence[str]:
        return self._get(caller, server_id, f"os-server-tags:{action}").tags

    def tell(self, caller: Caller, server_id: str) -> bool:
        """Something outside happened to the server: what waits for it looks again. False if there is none."""
        self._parts.policy.require(caller, "os_compute_api:os-server-external-events:create", {})
        if self._store.find(server_id) is None:
            return False
        self._parts.runs.wake(server_id)
        return True

    def _listed(self, wanted: ServerFilter, wish: ListWish) -> Sequence[Server]:
        marker = None if wish.page.marker is None else self._marker(wish.page.marker, wanted)
        if wish.is_deleted:
            return self._store.list_buried(wanted, wish.page.limit)
        living = self._store.list(wanted, wish.page, marker)
        if wish.is_deleted is False or (wanted.states is not None):
            return living
        both = [*living, *self._store.list_buried(wanted, wish.page.limit)]
        both.sort(key=lambda server: server.created_at, reverse=True)
        return both[: wish.page.limit]

    def _marker(self, server_id: str, wanted: ServerFilter) -> Server:
        found = self._store.find(server_id) or self._store.find_buried(server_id)
        if found is None or wanted.project_id not in (None, found.project_id):
            raise Invalid("page.marker", f"marker [{server_id}] not found")
        return found

    def _with_address(self, wanted: ServerFilter, ip_regex: str) -> frozenset[str]:
        try:
            pattern = re.compile(ip_regex)
        except re.error as error:
            raise Invalid("request.not_a_pattern", f"Invalid filter ip={ip_regex}: {error}.") from error
        ids = [server.id for server in self._store.list(wanted, Page())]
        found = self._parts.network.ports.of_servers(ids)
        return frozenset(
            server_id
            for server_id, addresses in found.items()
            if any(pattern.search(each.address) for each in addresses)
        )


def current_tasks(parts: Parts, server_ids: Sequence[str]) -> dict[str, Task]:
    """By server: the long work it is in the midst of."""
    runs = parts.runs.current_by_subject(server_ids)
    return {server_id: Task(run.kind, run.step or "") for server_id, run in runs.items()}

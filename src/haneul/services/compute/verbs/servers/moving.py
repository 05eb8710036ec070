"""Servers get another size, or another host."""

from __future__ import annotations

from collections.abc import Callable

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.compute.model import (
    FlavorSnapshot,
    Host,
    Move,
    MoveKind,
    MoveOrder,
    MoveStatus,
    Server,
    ServerState,
    ephemeral_mib,
)
from haneul.services.compute.verbs.limits import require_growth
from haneul.services.compute.verbs.servers.base import ServerVerbs, asked_by, require_action
from haneul.services.compute.verbs.servers.choices import chosen_flavor
from haneul.services.compute.workflows.confirm_resize import confirm_resize
from haneul.services.compute.workflows.evacuate_server import evacuate_server
from haneul.services.compute.workflows.live_migrate_server import live_migrate_server
from haneul.services.compute.workflows.resize_server import migrate_server, resize_server
from haneul.services.compute.workflows.revert_resize import revert_resize

NO_HOST = "No valid host was found."


class MovingVerbs(ServerVerbs):
    """Each begins a run and returns; Conflict if the state forbids it or other work is going on."""

    def resize(self, caller: Caller, server_id: str, flavor_id: str, disk_config: str | None = None) -> None:
        """To another flavor, on any host. Raises Invalid for a flavor that will not do, OverQuota."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "servers:resize")
            require_action(server, "resize")
            flavor = chosen_flavor(self._parts, caller, flavor_id)
            if flavor.is_disabled:
                raise Invalid("flavor.absent", f"Flavor {flavor_id} could not be found.")
            _require_other_size(server, flavor.snapshot())
            self._require_room_for_local_disks(server, flavor.snapshot())
            require_growth(self._parts.store, server.project_id, server.flavor, flavor.snapshot())
            order = self._order(server, flavor.snapshot(), may_stay=self._parts.tuning.resize_on_same_host)
            self._begin(caller, server, MoveKind.RESIZE, resize_server, order)
            if disk_config is not None:
                self._store.change(server.id, self._parts.clock.now(), disk_config=disk_config)

    def migrate(self, caller: Caller, server_id: str, host_name: str | None = None) -> None:
        """To another host, which it has to leave its guest's memory for. Raises Invalid("placement.no_host")."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-migrate-server:migrate")
            require_action(server, "migrate")
            host_id = self._target(server, host_name)
            order = self._order(server, server.flavor, host_id=host_id)
            self._begin(caller, server, MoveKind.COLD, migrate_server, order)

    def confirm_resize(self, caller: Caller, server_id: str) -> None:
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "servers:confirm_resize")
            require_action(server, "confirmResize")
            move = self._finished(server)
            self._parts.runs.submit(
                confirm_resize, server.id, server.id, asked_by(caller), move.place, move.was_stopped
            )

    def revert_resize(self, caller: Caller, server_id: str) -> None:
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "servers:revert_resize")
            require_action(server, "revertResize")
            move = self._finished(server)
            require_growth(self._parts.store, server.project_id, server.flavor, move.old_flavor)
            order = MoveOrder(move.id, move.old_flavor, was_stopped=move.was_stopped)
            self._parts.runs.submit(revert_resize, server.id, server.id, asked_by(caller), move.place, order)

    def live_migrate(self, caller: Caller, server_id: str, host_name: str | None = None) -> None:
        """To another host while it runs. Raises Invalid("placement.no_host"), Invalid("host.no_live_moves")."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-migrate-server:migrate_live")
            require_action(server, "live migrate")
            host_id = self._target(server, host_name)
            if not self._parts.hosts.can_move_running:
                raise Invalid(
                    "host.no_live_moves",
                    "The hosts of this cloud do not hand on running guests: stop the server and migrate it.",
                )
            order = self._order(server, server.flavor, host_id=host_id)
            self._begin(caller, server, MoveKind.LIVE, live_migrate_server, order)

    def evacuate(
        self, caller: Caller, server_id: str, host_name: str | None = None, *, stays_stopped: bool = False
    ) -> None:
        """Anew on another host, its own being down. Raises Invalid("host.in_use") while that is up."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-evacuate")
            require_action(server, "evacuate")
            home = self._parts.store.hosts.find(server.host_id or "")
            if home is None or home.is_up(self._parts.clock.now(), self._parts.tuning.seen_within_s):
                name = home.name if home else "of the instance"
                raise Invalid("host.in_use", f"Compute service {name} is still in use: it has to be down.")
            host_id = self._target(server, host_name)
            order = self._order(server, server.flavor, host_id=host_id, is_stopped=stays_stopped)
            self._begin(caller, server, MoveKind.EVACUATION, evacuate_server, order)

    def _order(
        self,
        server: Server,
        flavor: FlavorSnapshot,
        host_id: str = "",
        *,
        may_stay: bool = False,
        is_stopped: bool = False,
    ) -> MoveOrder:
        was_stopped = is_stopped or server.state is ServerState.STOPPED
        return MoveOrder(new_uuid(), flavor, host_id, may_stay, was_stopped)

    def _begin(
        self,
        caller: Caller,
        server: Server,
        kind: MoveKind,
        workflow: Callable[..., None],
        order: MoveOrder,
    ) -> None:
        now = self._parts.clock.now()
        submitted: tuple[object, ...] = (server.id, asked_by(caller), order)
        self._parts.runs.submit(workflow, server.id, *submitted)
        self._parts.store.moves.add(
            Move(
                id=order.id,
                number=0,
                server_id=server.id,
                kind=kind,
                status=MoveStatus.ACCEPTED,
                project_id=caller.project_id,
                user_id=caller.user_id,
                source_id=self._home(server),
                old_flavor=server.flavor,
                new_flavor=order.flavor,
                created_at=now,
                updated_at=now,
                was_stopped=order.was_stopped,
            )
        )

    def _require_room_for_local_disks(self, server: Server, flavor: FlavorSnapshot) -> None:
        needed = ephemeral_mib(self._store.birth(server.id).local_disks)
        if flavor.ephemeral_gib * 1024 < needed:
            message = f"Disks do not shrink: choose a flavor with at least {needed // 1024} GiB of ephemeral disk."
            raise Invalid("flavor.disk_too_small", message)

    def _target(self, server: Server, name: str | None) -> str:
        """The id of the host of that name, empty for any. Raises Invalid unless there is one to go to."""
        hosts = self._parts.store.hosts.list()
        usable = [host for host in hosts if self._is_usable(host) and host.id != server.host_id]
        if name is None and not usable:
            message = f"{NO_HOST} There is no other host that takes servers: add one, or enable one."
            raise Invalid("placement.no_host", message)
        if name is None:
            return ""
        for host in hosts:
            if host.name == name and host.id == server.host_id:
                raise Invalid("host.same", f"Instance {server.id} is on host {name} already: choose another.")
            if host.name == name:
                return host.id
        raise Invalid("host.absent", f"Compute host {name} could not be found.")

    def _is_usable(self, host: Host) -> bool:
        return not host.is_disabled and host.is_up(self._parts.clock.now(), self._parts.tuning.seen_within_s)

    def _home(self, server: Server) -> str:
        if server.host_id is None:
            raise Conflict("server.no_host", f"Instance {server.id} is on no host: delete it and create another.")
        return server.host_id

    def _finished(self, server: Server) -> Move:
        move = self._parts.store.moves.open_of(server.id)
        if move is None or move.status is not MoveStatus.FINISHED:
            raise NotFound("move.absent", f"Instance {server.id} has no resize or migration to confirm or revert.")
        return move


def _require_other_size(server: Server, flavor: FlavorSnapshot) -> None:
    if flavor.id == server.flavor.id:
        raise Invalid("flavor.same", "When resizing, instances must change flavor!")
    if flavor.disk_gib < server.flavor.disk_gib and not server.boots_from_volume:
        raise Invalid(
            "flavor.disk_too_small",
            f"Disks do not shrink: choose a flavor with at least {server.flavor.disk_gib} GiB of disk.",
        )

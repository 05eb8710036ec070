"""Servers come into being: the row and the run that builds it, in one transaction."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from haneul.kit.errors import Invalid
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.compute.model import (
    NO_LIMIT,
    Keypair,
    QuotaKey,
    Server,
    ServerBirth,
    ServerId,
    ServerState,
    WantedNic,
)
from haneul.services.compute.verbs.limits import effective_limits, how_many_fit, require_room
from haneul.services.compute.verbs.servers.base import ServerVerbs, asked_by
from haneul.services.compute.verbs.servers.changing import too_much_metadata
from haneul.services.compute.verbs.servers.choices import (
    chosen_flavor,
    chosen_groups,
    chosen_host,
    chosen_nics,
    chosen_server_group,
    require_place_in_group,
    require_room_for_files,
)
from haneul.services.compute.verbs.servers.disks import chosen_disks, renewed, reserve
from haneul.services.compute.verbs.servers.names import host_name, numbered
from haneul.services.compute.verbs.servers.planning import plan_nic
from haneul.services.compute.verbs.servers.wishes import ServerWish
from haneul.services.compute.workflows.bounds import check_hints
from haneul.services.compute.workflows.create_server import create_server
from haneul.services.compute.workflows.placing import explain, why_nowhere

_USER_DATA_LIMIT = 65535
_SEED_BYTES = 512
_PASSWORD_BYTES = 9


@dataclass(frozen=True)
class MadeServers:
    """What a wish led to."""

    servers: Sequence[Server]
    admin_password: str
    """Told once; its guests find it on their config drive, if they have one."""


@dataclass(frozen=True)
class Forecast:
    """How it would go if a server were asked for now."""

    has_room: bool
    message: str = ""
    """Why there is no room, for its owner; empty if there is."""
    details: str = ""
    """What each condition takes away, for those who may know the hosts."""


@dataclass(frozen=True)
class _Plan:
    """A wish whose every word was found to mean something."""

    server: Server
    birth: ServerBirth


class CreatingVerbs(ServerVerbs):
    def create(self, caller: Caller, wish: ServerWish) -> MadeServers:
        """One server, or up to `max_count` of them as the quota allows, all being built when this returns.

        Raises Invalid for what makes no sense or is not there, OverQuota if not even `min_count` fit in.
        """
        plan = self._allowed_plan(caller, wish)
        with self._parts.db.write():
            count = self._count_that_fit(caller, wish, plan.server)
            require_place_in_group(self._parts, wish, count)
            made = [self._add(caller, plan, index, count) for index in range(count)]
        return MadeServers(made, plan.birth.admin_password)

    def forecast(self, caller: Caller, wish: ServerWish) -> Forecast:
        """Whether the first of the wished servers would find room now; nothing is made or kept free by asking.

        Server groups are left out of account. Raises what `create` raises for the same wish.
        """
        plan = self._allowed_plan(caller, wish)
        with self._parts.db.read():
            self._count_that_fit(caller, wish, plan.server)
            why_not = why_nowhere(self._parts, plan.server, plan.birth)
            if not why_not:
                return Forecast(has_room=True)
            sees = self._parts.policy.allows(caller, "haneul:servers:explain", {})
            details = explain(self._parts, plan.server, plan.birth).message if sees else ""
        return Forecast(has_room=False, message=why_not, details=details)

    def _allowed_plan(self, caller: Caller, wish: ServerWish) -> _Plan:
        project = {"project_id": caller.project_id, "user_id": caller.user_id}
        self._parts.policy.require(caller, "os_compute_api:servers:create", project)
        if wish.host or ":" in wish.zone:
            self._parts.policy.require(caller, "os_compute_api:servers:create:forced_host", project)
        _require_sense(wish)
        return self._plan(caller, wish)

    def _plan(self, caller: Caller, wish: ServerWish) -> _Plan:
        flavor = chosen_flavor(self._parts, caller, wish.flavor_id)
        chosen = chosen_disks(self._parts, caller, wish, flavor)
        zone, host_id = chosen_host(self._parts, wish)
        keypair = self._keypair(caller, wish.key_name)
        nics = chosen_nics(self._parts, caller, wish)
        chosen_server_group(self._parts, caller, wish)
        now = self._parts.clock.now()
        server = Server(
            id=ServerId(""),
            name=wish.name,
            project_id=caller.project_id,
            user_id=caller.user_id,
            state=ServerState.BUILDING,
            flavor=flavor.snapshot(),
            hostname=wish.hostname or "",
            created_at=now,
            updated_at=now,
            description=wish.description,
            image_id=chosen.image_id,
            key_name=wish.key_name,
            pinned_zone=zone,
            reservation_id=f"r-{secrets.token_hex(4)}",
            has_config_drive=wish.has_config_drive,
            disk_config=wish.disk_config,
            access_ipv4=wish.access_ipv4,
            access_ipv6=wish.access_ipv6,
            metadata=wish.metadata,
            tags=wish.tags,
        )
        birth = self._birth(caller, wish, nics, keypair, host_id)
        return _Plan(server, replace(birth, disks=chosen.disks, local_disks=chosen.local_disks))

    def _birth(
        self, caller: Caller, wish: ServerWish, nics: tuple[WantedNic, ...], keypair: Keypair | None, host_id: str
    ) -> ServerBirth:
        groups = chosen_groups(self._parts, caller, wish.security_groups)
        return ServerBirth(
            nics=tuple(plan_nic(nic, groups) for nic in nics),
            user_data=wish.user_data,
            files=wish.files,
            public_key=keypair.public_key if keypair else "",
            key_type=keypair.type.value if keypair else "",
            host_id=host_id,
            scheduler_hints=wish.scheduler_hints,
            admin_password=wish.admin_password or secrets.token_urlsafe(_PASSWORD_BYTES),
        )

    def _keypair(self, caller: Caller, name: str | None) -> Keypair | None:
        if name is None:
            return None
        found = self._parts.store.keypairs.find(caller.user_id, name)
        if found is None:
            raise Invalid("keypair.absent", f"Invalid key_name provided: you have no keypair {name}.")
        return found

    def _count_that_fit(self, caller: Caller, wish: ServerWish, server: Server) -> int:
        """Checks the quota of the project and of the user in it; run inside the transaction that adds."""
        store, fits = self._parts.store, wish.max_count
        for user_id in ("", caller.user_id):
            limits = effective_limits(store, caller.project_id, user_id)
            usage = store.quotas.usage(caller.project_id, user_id or None)
            require_room(limits, usage, server.flavor, wish.min_count)
            room = how_many_fit(limits, usage, server.flavor)
            fits = fits if room is None else min(fits, room)
            require_room_for_files(limits, wish.files)
            allowed = limits.of(QuotaKey.METADATA_ITEMS)
            if allowed != NO_LIMIT and len(wish.metadata) > allowed:
                raise too_much_metadata(allowed)
        return fits

    def _add(self, caller: Caller, plan: _Plan, index: int, count: int) -> Server:
        server_id = ServerId(new_uuid())
        name = numbered(plan.server.name, index, count)
        server = replace(
            plan.server,
            id=server_id,
            name=name,
            hostname=numbered(plan.server.hostname, index, count)
            if plan.server.hostname
            else host_name(name, f"server-{server_id}"),
            launch_index=index,
        )
        nics = tuple(replace(nic, port_id=new_uuid()) if nic.is_ours else nic for nic in plan.birth.nics)
        seed = base64.b64encode(secrets.token_bytes(_SEED_BYTES)).decode()
        disks = tuple(renewed(disk) for disk in plan.birth.disks)
        self._store.add(server, replace(plan.birth, random_seed=seed, nics=nics, disks=disks))
        reserve(self._parts, caller, server, disks)
        if group_id := plan.birth.scheduler_hints.get("group"):
            self._parts.store.groups.join(str(group_id), server_id)
        self._parts.runs.submit(create_server, server_id, server_id, asked_by(caller))
        return server


def _require_sense(wish: ServerWish) -> None:
    if wish.min_count > wish.max_count:
        raise Invalid("server.counts", "min_count must be <= max_count: swap them.")
    if (
        wish.max_count > 1
        and isinstance(wish.networks, tuple)
        and any(nic.port_id or nic.fixed_ip for nic in wish.networks)
    ):
        raise Invalid(
            "server.shared_address", "A port or a fixed IP can belong to one server only: ask for one server at a time."
        )
    check_user_data(wish.user_data)
    check_hints(wish.scheduler_hints)


def check_user_data(text: str) -> None:
    """Raises Invalid("server.user_data") unless it is base64, in lines or not, of at most 64 KiB."""
    try:
        user_data = base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as error:
        raise Invalid("server.user_data", "User data needs to be valid base 64.") from error
    if len(user_data) > _USER_DATA_LIMIT:
        raise Invalid("server.user_data", f"User data is too long: {_USER_DATA_LIMIT} bytes are the most.")

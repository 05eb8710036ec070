"""Hosts: how they join, what they have, whether they take new servers."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from haneul.kit.errors import Conflict, Forbidden, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.compute.model import Host, Hypervisor, JoinGrant
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.sightings import host_is_up, tell_placement
from haneul.services.placement import ProviderId

_SECRET_BYTES = 32


class HostVerbs:
    """The machines on which guests live."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._store = parts.store.hosts

    # Joining: also the `Enroller` that the listener for agents asks.

    def allow_join(self, caller: Caller, token_of: Callable[[str], str] = str) -> JoinGrant:
        """A permission for one machine to join, good once and for a short time.

        `token_of` makes of its secret what is carried to the machine; what it refuses is not permitted.
        """
        self._parts.policy.require(caller, "haneul:hosts:join", {})
        expires_at = self._parts.clock.now() + timedelta(seconds=self._parts.tuning.join_within_s)
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        with self._parts.db.write():
            self._store.add_grant(new_uuid(), _hash(secret), expires_at)
            return JoinGrant(token_of(secret), expires_at)

    def redeem(self, secret: str, hostname: str) -> str:
        """See `Enroller.redeem`."""
        with self._parts.db.write():
            if not self._store.use_grant(_hash(secret), self._parts.clock.now()):
                raise Forbidden(
                    "host.token_refused",
                    "The join token is unknown, used or too old: ask an administrator for another.",
                )
            known = self._store.find_by_name(hostname)
            if known is not None:
                if known.id in {inventory.host_id for inventory in self._parts.hosts.connected()}:
                    raise name_taken(hostname)
                return known.id
            host_id = new_uuid()
            self._store.add(host_id, hostname, self._parts.clock.now())
            return host_id

    def check_name(self, host_id: str, hostname: str) -> None:
        """See `Enroller.check_name`."""
        namesake = self._store.find_by_name(hostname)
        if namesake is not None and namesake.id != host_id:
            raise name_taken(hostname)

    def is_member(self, host_id: str) -> bool:
        """See `Enroller.is_member`."""
        return self._store.find(host_id) is not None

    def is_up(self, host: Host) -> bool:
        return host_is_up(self._parts, host)

    # What administrators ask.

    def list(self, caller: Caller, rule: str = "haneul:hosts:list") -> Sequence[Host]:
        self._parts.policy.require(caller, rule, {})
        return self._store.list()

    def get(self, caller: Caller, host_id: str, rule: str = "haneul:hosts:list") -> Host:
        """By id or, as older clients have it, by number. Raises NotFound("host.absent")."""
        self._parts.policy.require(caller, rule, {})
        found = self._store.find(host_id)
        if found is None and host_id.isascii() and host_id.isdigit():
            found = self._store.find_by_number(int(host_id))
        if found is None:
            raise NotFound("host.absent", f"Host {host_id} could not be found.")
        return found

    def hypervisors(self, caller: Caller, rule: str) -> Sequence[Hypervisor]:
        """Every host that ever connected, with what its servers take of it."""
        hosts = [host for host in self.list(caller, f"os_compute_api:os-hypervisors:{rule}") if host.inventory]
        used = self._store.count_servers()
        busy = self._parts.store.servers.count_building()
        return [
            Hypervisor(host, self.is_up(host), *used.get(host.id, (0, 0, 0, 0)), busy.get(host.id, 0)) for host in hosts
        ]

    def servers_by_host(self, caller: Caller) -> Mapping[str, Sequence[tuple[str, str]]]:
        """By host: id and name of each of its servers, of all projects."""
        self._parts.policy.require(caller, "os_compute_api:os-hypervisors:servers", {})
        return self._parts.store.servers.names_by_host()

    def disable(self, caller: Caller, host_id: str, reason: str | None = None) -> Host:
        """No new servers go there; those that are there stay."""
        return self._set(caller, host_id, is_disabled=True, disabled_reason=reason)

    def enable(self, caller: Caller, host_id: str) -> Host:
        return self._set(caller, host_id, is_disabled=False, disabled_reason=None)

    def force_down(self, caller: Caller, host_id: str, *, is_down: bool) -> Host:
        """Declare it down, whatever it says itself."""
        return self._set(caller, host_id, is_forced_down=is_down)

    def _set(self, caller: Caller, host_id: str, **values: object) -> Host:
        with self._parts.db.write():
            host = self.get(caller, host_id, "os_compute_api:os-services:update")
            self._store.change(host.id, self._parts.clock.now(), **values)
            changed = self.get(caller, host_id, "os_compute_api:os-services:update")
            tell_placement(self._parts, changed)
            return changed

    def remove(self, caller: Caller, host_id: str, rule: str = "haneul:hosts:remove") -> None:
        """It is no member any more. Raises Conflict("host.has_servers")."""
        with self._parts.db.write():
            host = self.get(caller, host_id, rule)
            if self._parts.store.servers.find_by_host(host.id) is not None:
                raise Conflict(
                    "host.has_servers",
                    f"Unable to delete compute service that is hosting instances: {host.name} "
                    "has servers. Delete or move them first.",
                )
            self._store.remove(host.id)
            self._parts.placement.hosts.remove(ProviderId(host.id))
        self._parts.hosts.forget(host.id)


def name_taken(hostname: str) -> Conflict:
    return Conflict(
        "host.name_taken",
        f"Give this machine another hostname: {hostname} is another host of this cloud. If that one is this very "
        "machine, stop its agent first; if it is gone for good, remove it from the cloud.",
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

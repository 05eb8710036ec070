"""Aggregates: make them, say what their hosts have in common, put hosts in. Placement is told of each change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from haneul.kit.errors import CloudError, Conflict, Invalid, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.compute.model import ZONE_KEY, Aggregate, Host
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.cache_image import cache_image, waiter_of
from haneul.services.placement import ProviderId


@dataclass(frozen=True)
class AggregateChanges:
    """What shall be different; None: as it is."""

    name: str | None = None
    zone: str | None = None


class Aggregates:
    """For administrators. Where servers may go follows at once; those that are somewhere stay."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._store = parts.store.aggregates

    def create(self, caller: Caller, name: str, zone: str | None = None) -> Aggregate:
        """Raises Conflict("aggregate.exists")."""
        self._require(caller, "create")
        with self._parts.db.write():
            self._require_new_name(name)
            metadata = {ZONE_KEY: zone} if zone else {}
            return self._get(self._store.add(new_uuid(), name, metadata, self._parts.clock.now()))

    def get(self, caller: Caller, number: int) -> Aggregate:
        """Raises NotFound("aggregate.absent")."""
        self._require(caller, "show")
        return self._get(number)

    def list(self, caller: Caller) -> Sequence[Aggregate]:
        self._require(caller, "index")
        return self._store.list()

    def update(self, caller: Caller, number: int, wanted: AggregateChanges) -> Aggregate:
        """Raises Conflict("aggregate.exists"), and Invalid("aggregate.zone_conflict"), ("aggregate.has_servers")."""
        self._require(caller, "update")
        with self._parts.db.write():
            aggregate, now = self._get(number), self._parts.clock.now()
            if wanted.name is not None and wanted.name != aggregate.name:
                self._require_new_name(wanted.name)
            self._store.rename(number, wanted.name or aggregate.name, now)
            if wanted.zone is not None:
                self._write_metadata(aggregate, {ZONE_KEY: wanted.zone})
            return self._get(number)

    def set_metadata(self, caller: Caller, number: int, changes: Mapping[str, str | None]) -> Aggregate:
        """Add these or replace those of the same keys; None removes one. Raises as `update` does."""
        self._require(caller, "set_metadata")
        with self._parts.db.write():
            self._write_metadata(self._get(number), changes)
            return self._get(number)

    def remove(self, caller: Caller, number: int) -> None:
        """Raises Invalid("aggregate.has_hosts")."""
        self._require(caller, "delete")
        with self._parts.db.write():
            aggregate = self._get(number)
            if aggregate.host_names_by_id:
                raise Invalid(
                    "aggregate.has_hosts",
                    f"Cannot perform action 'delete' on aggregate {number}: Host aggregate is not empty. "
                    "Take its hosts out first.",
                )
            self._store.remove(number)

    def add_host(self, caller: Caller, number: int, name: str) -> Aggregate:
        """Raises NotFound("host.absent"), and Conflict("aggregate.has_host"), ("aggregate.zone_conflict"),
        ("aggregate.has_servers").
        """
        self._require(caller, "add_host")
        with self._parts.db.write():
            aggregate, host = self._get(number), self._host(name)
            if host.id in aggregate.host_names_by_id:
                raise Conflict("aggregate.has_host", f"Aggregate {number} already has host {name}.")
            self._require_zones_fit(aggregate, aggregate.zone, {host.id: host.name}, Conflict)
            self._store.add_host(number, host.id, self._parts.clock.now())
            if host.inventory is not None:
                self._parts.placement.hosts.change_aggregates(ProviderId(host.id), joined=(aggregate.id,))
            return self._get(number)

    def remove_host(self, caller: Caller, number: int, name: str) -> Aggregate:
        """Raises NotFound("aggregate.no_host") and Conflict("aggregate.has_servers")."""
        self._require(caller, "remove_host")
        with self._parts.db.write():
            aggregate, host = self._get(number), self._host(name)
            if host.id not in aggregate.host_names_by_id:
                raise NotFound("aggregate.no_host", f"Aggregate {number} has no host {name}.")
            self._require_zones_fit(aggregate, None, {host.id: host.name}, Conflict)
            self._store.remove_host(number, host.id, self._parts.clock.now())
            if host.inventory is not None:
                self._parts.placement.hosts.change_aggregates(ProviderId(host.id), left=(aggregate.id,))
            return self._get(number)

    def cache_images(self, caller: Caller, number: int, image_ids: Sequence[str]) -> None:
        """Have its hosts fetch the images; those that are away or fetch one already are left out.

        Raises NotFound("aggregate.absent") and Invalid("image.absent").
        """
        self._parts.policy.require(caller, "compute:aggregates:images", {})
        aggregate = self._get(number)
        for image_id in image_ids:
            self._require_image(caller, image_id)
        connected = {inventory.host_id for inventory in self._parts.hosts.connected()}
        with self._parts.db.write():
            for host_id in aggregate.host_names_by_id:
                for image_id in image_ids if host_id in connected else ():
                    waiter = waiter_of(host_id, image_id)
                    if self._parts.runs.current(waiter) is None:
                        self._parts.runs.submit(cache_image, waiter, host_id, image_id)

    def _require_image(self, caller: Caller, image_id: str) -> None:
        try:
            image = self._parts.image.images.get(caller, image_id)
        except NotFound as error:
            raise Invalid(error.code, error.message) from error
        if image.status != "active":
            raise Invalid("image.not_active", f"Image {image_id} is not active: wait until it is.")

    def _write_metadata(self, aggregate: Aggregate, changes: Mapping[str, str | None]) -> None:
        merged = {**aggregate.metadata, **changes}
        kept = {key: value for key, value in merged.items() if value is not None}
        if ZONE_KEY in changes and not kept.get(ZONE_KEY, "zone"):
            raise Invalid("aggregate.zone_empty", "An availability zone needs a name: give one, or null for none.")
        self._require_zones_fit(aggregate, kept.get(ZONE_KEY), aggregate.host_names_by_id, Invalid)
        self._store.set_metadata(aggregate.number, kept, self._parts.clock.now())

    def _require_zones_fit(
        self, aggregate: Aggregate, zone: str | None, hosts: Mapping[str, str], refusal: type[CloudError]
    ) -> None:
        """With the aggregate being `zone`, its `hosts` are in no other, and none with servers changes its zone."""
        others = {
            host_id: each.zone
            for each in self._store.list()
            if each.zone and each.number != aggregate.number
            for host_id in each.host_names_by_id
        }
        default, zones_now = self._parts.tuning.zone, self._store.zones_by_host()
        for host_id, name in hosts.items():
            if zone and others.get(host_id, zone) != zone:
                raise refusal(
                    "aggregate.zone_conflict",
                    f"Host {name} is already in availability zone {others[host_id]}: take it out of that one first.",
                )
            changes = (zone or others.get(host_id) or default) != zones_now.get(host_id, default)
            if changes and self._parts.store.servers.find_by_host(host_id) is not None:
                raise refusal(
                    "aggregate.has_servers",
                    f"Host {name} contains instances, whose availability zone would change: move or delete them first.",
                )

    def _require_new_name(self, name: str) -> None:
        if self._store.find_by_name(name) is not None:
            raise Conflict("aggregate.exists", f"Aggregate {name} already exists: choose another name.")

    def _get(self, number: int) -> Aggregate:
        found = self._store.find(number)
        if found is None:
            raise NotFound("aggregate.absent", f"Aggregate {number} could not be found.")
        return found

    def _host(self, name: str) -> Host:
        found = self._parts.store.hosts.find_by_name(name)
        if found is None:
            raise NotFound("host.absent", f"Compute host {name} could not be found.")
        return found

    def _require(self, caller: Caller, action: str) -> None:
        self._parts.policy.require(caller, f"os_compute_api:os-aggregates:{action}", {})

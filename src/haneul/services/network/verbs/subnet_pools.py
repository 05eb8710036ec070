"""Subnet pools: ranges that subnets are cut from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from haneul.kit.errors import Invalid
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.network.model.addressing import parse_cidr
from haneul.services.network.model.grants import Shareable, is_shared_with
from haneul.services.network.model.listing import EVERYTHING, Listing, given
from haneul.services.network.model.networks import Subnet
from haneul.services.network.model.pools import (
    NewSubnetPool,
    SubnetPool,
    SubnetPoolChanges,
    SubnetPoolId,
    compact,
    covers,
    without,
)
from haneul.services.network.parts import Parts
from haneul.services.network.verbs import pool_checks as checks
from haneul.services.network.verbs.access import Access, Target, changed, check_tags, check_text
from haneul.services.network.verbs.sharing import Sharing


@dataclass(frozen=True)
class SubnetPools:
    parts: Parts

    @property
    def _access(self) -> Access:
        return Access(self.parts)

    def get(self, caller: Caller, pool_id: str) -> SubnetPool:
        """Raises NotFound `subnet_pool.not_found`."""
        pool, target = self._seen(caller, pool_id)
        if not self.parts.policy.allows(caller, "get_subnetpool", target):
            raise checks.not_found(pool_id)
        return pool

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[SubnetPool]:
        rows = self.parts.store.subnet_pools
        found: list[SubnetPool] = self._access.list(caller, rows, "get_subnetpool", listing)
        return found

    def create(self, caller: Caller, new: NewSubnetPool) -> SubnetPool:
        """Raises Forbidden, Invalid `subnet_pool.*`, OverQuota, NotFound, Conflict `address_scope.overlap`."""
        project_id = self._access.owner(caller, new.project_id)
        weighty = [name for name in ("is_shared", "is_default") if getattr(new, name) is True]
        self._access.require(caller, "create_subnetpool", {"project_id": project_id}, weighty)
        check_text(name=new.name, description=new.description)
        pool = self._described(new, project_id)
        with self.parts.db.write():
            self._access.require_room(project_id, "subnetpool")
            checks.PoolChecks(self.parts).check(caller, pool, {"is_default", "scope_id"})
            self.parts.store.subnet_pools.add(pool)
            if new.is_shared is True:
                pool = Sharing(self.parts, Shareable.SUBNET_POOL).open(pool)
        return pool

    def update(self, caller: Caller, pool_id: str, changes: SubnetPoolChanges) -> SubnetPool:
        """Raises as `create`, and Invalid `subnet_pool.shrinks`."""
        said = given(changes)
        with self.parts.db.write():
            pool, target = self._seen(caller, pool_id)
            self._access.require(caller, "update_subnetpool", target, said)
            check_text(name=said.get("name"), description=said.get("description"))
            if "prefixes" in said:
                said["prefixes"] = self._extended(pool, said["prefixes"])
            return self._save(caller, pool, said)

    def add_prefixes(self, caller: Caller, pool_id: str, prefixes: Iterable[str]) -> tuple[str, ...]:
        """The pool has these beside its own; answers all of them. Raises as `update`."""
        with self.parts.db.write():
            pool, target = self._seen(caller, pool_id)
            self.parts.policy.require(caller, "add_prefixes", target)
            chosen = checks.one_version([*pool.prefixes, *prefixes])
            return self._save(caller, pool, {"prefixes": compact(chosen)}).prefixes

    def remove_prefixes(self, caller: Caller, pool_id: str, prefixes: Iterable[str]) -> tuple[str, ...]:
        """The pool has none of these. Raises Invalid `subnet_pool.prefix_in_use` where subnets are cut from them."""
        with self.parts.db.write():
            pool, target = self._seen(caller, pool_id)
            self.parts.policy.require(caller, "remove_prefixes", target)
            left = without(pool.prefixes, checks.one_version(prefixes))
            for _, cidr in self.parts.store.subnet_pools.taken(pool_id):
                if not covers(left, parse_cidr(cidr)):
                    raise Invalid(
                        "subnet_pool.prefix_in_use",
                        f"Illegal subnetpool update: prefixes of pool {pool_id} are in use by subnet {cidr}: "
                        "delete it first.",
                    )
            return self._save(caller, pool, {"prefixes": left}).prefixes

    def onboard(self, caller: Caller, pool_id: str, network_id: str) -> tuple[Subnet, ...]:
        """The network's subnets of the pool's IP version are the pool's from now on, which grows by their ranges.

        Raises NotFound, Forbidden, Conflict `address_scope.overlap`, Invalid `subnet_pool.nothing_to_onboard`.
        """
        with self.parts.db.write():
            pool, target = self._seen(caller, pool_id)
            self.parts.policy.require(caller, "onboard_network_subnets", target)
            network = self._access.network(caller, network_id)
            self.parts.policy.require(caller, "onboard_network_subnets", {"project_id": network.project_id})
            present = self.parts.store.subnets.of_network(network_id)
            subnets = [subnet for subnet in present if subnet.ip_version == pool.ip_version]
            if not subnets or any(subnet.pool_id for subnet in subnets):
                raise Invalid(
                    "subnet_pool.nothing_to_onboard",
                    f"Cannot onboard network {network_id}: it has no IPv{pool.ip_version} subnets, or they are of a "
                    "subnet pool already. Choose another network.",
                )
            self._save(caller, pool, {"prefixes": compact([*pool.prefixes, *(subnet.cidr for subnet in subnets)])})
            now = self.parts.clock.now()
            return tuple(self.parts.store.subnets.save(changed(each, pool_id=pool_id), now) for each in subnets)

    def delete(self, caller: Caller, pool_id: str) -> None:
        """Raises NotFound, Forbidden, Invalid `subnet_pool.in_use`, as Neutron does."""
        with self.parts.db.write():
            _, target = self._seen(caller, pool_id)
            self.parts.policy.require(caller, "delete_subnetpool", target)
            if self.parts.store.subnet_pools.taken(pool_id):
                raise Invalid(
                    "subnet_pool.in_use",
                    f"Unable to delete subnet pool: Subnet pool {pool_id} has existing allocations. "
                    "Delete their subnets first.",
                )
            self.parts.store.subnet_pools.remove(pool_id)

    def _extended(self, pool: SubnetPool, prefixes: Iterable[str]) -> tuple[str, ...]:
        """Raises Invalid where something of the pool is not among them."""
        wanted = compact(checks.one_version(prefixes))
        if not all(covers(wanted, parse_cidr(prefix)) for prefix in pool.prefixes):
            raise Invalid(
                "subnet_pool.shrinks",
                "Illegal update to prefixes: New prefixes must be a superset of the old ones: "
                f"keep {', '.join(pool.prefixes)}.",
            )
        return wanted

    def _save(self, caller: Caller, pool: SubnetPool, said: dict[str, Any]) -> SubnetPool:
        wanted: SubnetPool = changed(pool, **said)
        differing = {name for name in said if getattr(pool, name) != getattr(wanted, name)}
        checks.PoolChecks(self.parts).check(caller, wanted, differing)
        saved = self.parts.store.subnet_pools.save(wanted, self.parts.clock.now())
        if "scope_id" in differing:
            checks.PoolChecks(self.parts).tell_routers(pool.id)
        return saved

    def _seen(self, caller: Caller, pool_id: str) -> tuple[SubnetPool, Target]:
        pool: SubnetPool | None = self._access.find(caller, self.parts.store.subnet_pools, pool_id)
        if pool is None:
            raise checks.not_found(pool_id)
        return pool, {"project_id": pool.project_id, "shared": is_shared_with(pool, caller.project_id)}

    def _described(self, new: NewSubnetPool, project_id: str) -> SubnetPool:
        now = self.parts.clock.now()
        prefixes = compact(checks.one_version(new.prefixes))
        version = parse_cidr(prefixes[0]).version
        said = given(new)
        bounds = checks.bounds(version, said)
        return SubnetPool(
            id=SubnetPoolId(new_uuid()),
            project_id=project_id,
            name=new.name,
            created_at=now,
            updated_at=now,
            ip_version=version,
            prefixes=prefixes,
            min_prefixlen=bounds.shortest,
            max_prefixlen=bounds.longest,
            default_prefixlen=bounds.usual,
            default_quota=said.get("default_quota"),
            is_default=said.get("is_default", False),
            scope_id=new.scope_id,
            description=new.description,
            tags=check_tags(new.tags),
        )

"""Which range a new subnet gets: the one asked for, or one cut from a pool; inside a write transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from msgspec import UnsetType

from haneul.kit.errors import Conflict, Invalid, OverQuota
from haneul.kit.policy import Caller
from haneul.services.network.model.addressing import overlaps, parse_cidr
from haneul.services.network.model.networks import NewSubnet, Subnet
from haneul.services.network.model.pools import SubnetPool, covers, first_free, units
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access
from haneul.services.network.verbs.pool_checks import not_found


@dataclass(frozen=True)
class PoolCuts:
    parts: Parts

    def complete(self, caller: Caller, new: NewSubnet, project_id: str, present: Sequence[Subnet]) -> NewSubnet:
        """The same with its range and pool; `present` are the network's subnets.

        Raises NotFound `subnet_pool.not_found`, Invalid `subnet.no_range`, `subnet_pool.mixed`,
        `subnet_pool.bad_prefixlen`, Conflict `subnet_pool.exhausted`, OverQuota `subnet_pool.quota_exceeded`.
        """
        pool = self._pool(caller, new)
        pool_id = None if pool is None else pool.id
        if any(other.ip_version == new.ip_version and other.pool_id != pool_id for other in present):
            raise Invalid(
                "subnet_pool.mixed",
                "Subnets hosted on the same network must be allocated from the same subnet pool: "
                f"name the pool that the IPv{new.ip_version} subnets of network {new.network_id} are from, if any.",
            )
        if pool is None:
            return new
        cidr = self._cut(pool, new, project_id)
        return replace(new, cidr=cidr, pool_id=pool.id)

    def _pool(self, caller: Caller, new: NewSubnet) -> SubnetPool | None:
        pool: SubnetPool | None
        if new.pool_id:
            pool = Access(self.parts).find(caller, self.parts.store.subnet_pools, new.pool_id)
            if pool is None:
                raise not_found(new.pool_id)
        elif new.uses_default_pool:
            pool = self.parts.store.subnet_pools.find_default(new.ip_version)
            if pool is None:
                raise Invalid(
                    "subnet_pool.no_default", f"No default subnet pool found for IPv{new.ip_version}: name one."
                )
        elif new.cidr:
            return None
        else:
            raise Invalid(
                "subnet.no_range",
                "Bad subnets request: a subnetpool must be specified in the absence of a cidr: give one of both.",
            )
        if pool.ip_version != new.ip_version:
            raise Invalid(
                "subnet_pool.wrong_version",
                f"Cannot allocate IPv{new.ip_version} subnet from IPv{pool.ip_version} pool: choose another.",
            )
        return pool

    def _cut(self, pool: SubnetPool, new: NewSubnet, project_id: str) -> str:
        taken = self.parts.store.subnet_pools.taken(pool.id)
        ranges = [cidr for _, cidr in taken]
        if new.cidr and isinstance(new.prefixlen, UnsetType):
            chosen = str(parse_cidr(new.cidr, new.ip_version))
            _check_size(pool, parse_cidr(chosen).prefixlen)
            if not covers(pool.prefixes, parse_cidr(chosen)) or any(overlaps(chosen, other) for other in ranges):
                raise _exhausted(f"Cannot allocate requested subnet {chosen} from the available set of prefixes")
        elif new.cidr:
            raise Invalid(
                "subnet_pool.two_ranges", "cidr and prefixlen must not be supplied together: give one of both."
            )
        else:
            size = pool.default_prefixlen if isinstance(new.prefixlen, UnsetType) else new.prefixlen
            _check_size(pool, size)
            found = first_free(pool.prefixes, ranges, size)
            if found is None:
                raise _exhausted(f"Insufficient prefix space to allocate subnet size /{size}")
            chosen = found
        self._require_room(pool, chosen, [cidr for owner, cidr in taken if owner == project_id])
        return chosen

    def _require_room(self, pool: SubnetPool, chosen: str, own: Sequence[str]) -> None:
        """Raises OverQuota where the project would have more of the pool than its quota."""
        used = sum(units(parse_cidr(cidr)) for cidr in own)
        if pool.default_quota is not None and used + units(parse_cidr(chosen)) > pool.default_quota:
            raise OverQuota(
                "subnet_pool.quota_exceeded",
                f"Per-project subnet pool prefix quota exceeded: {used} of {pool.default_quota} of pool {pool.id} are "
                "in use. Delete subnets from it, or ask for a smaller one.",
            )


def _check_size(pool: SubnetPool, prefixlen: int) -> None:
    """Raises Invalid `subnet_pool.bad_prefixlen`."""
    if not pool.min_prefixlen <= prefixlen <= pool.max_prefixlen:
        raise Invalid(
            "subnet_pool.bad_prefixlen",
            f"Unable to allocate subnet with prefix length {prefixlen}, allowed is /{pool.min_prefixlen} to "
            f"/{pool.max_prefixlen}: ask for one of these.",
        )


def _exhausted(why: str) -> Conflict:
    return Conflict("subnet_pool.exhausted", f"Failed to allocate subnet: {why}: ask for less, or of another pool.")

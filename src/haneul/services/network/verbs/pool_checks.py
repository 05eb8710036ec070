"""What makes a subnet pool sensible."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.policy import Caller
from haneul.services.network.driver import Kind
from haneul.services.network.model.addressing import overlaps, parse_cidr
from haneul.services.network.model.pools import LONGEST, SHORTEST, AddressScope, SubnetPool
from haneul.services.network.model.ports import ROUTER_OWNERS
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access

_MAX_QUOTA = 2**31 - 1


@dataclass(frozen=True)
class Bounds:
    """Prefix lengths: of the largest subnet, the smallest one, and of one of which nothing is said."""

    shortest: int
    longest: int
    usual: int


def one_version(prefixes: Iterable[str]) -> list[str]:
    """Raises Invalid `subnet_pool.bad_prefixes` where there is none, or they are of both IP versions."""
    wanted = list(prefixes)
    if not wanted or len({parse_cidr(prefix).version for prefix in wanted}) > 1:
        raise Invalid(
            "subnet_pool.bad_prefixes",
            "Invalid input for prefixes. Reason: give one range at least, and all of one IP version.",
        )
    return wanted


def bounds(version: int, said: Mapping[str, Any]) -> Bounds:
    """The prefix lengths said, and where nothing is said the usual ones."""
    shortest = said.get("min_prefixlen", SHORTEST[version])
    longest = said.get("max_prefixlen", LONGEST[version])
    return Bounds(shortest, longest, said.get("default_prefixlen", shortest))


@dataclass(frozen=True)
class PoolChecks:
    parts: Parts

    def check(self, caller: Caller, pool: SubnetPool, differing: Collection[str]) -> None:
        """The pool may be so, of which this is new. Raises Invalid, NotFound, Conflict `address_scope.overlap`."""
        _check_bounds(pool)
        if pool.default_quota is not None and not 0 <= pool.default_quota <= _MAX_QUOTA:
            raise Invalid("subnet_pool.bad_quota", f"Invalid input for default_quota: give 0 to {_MAX_QUOTA}.")
        if "is_default" in differing and pool.is_default:
            self._require_only_default(pool)
        if pool.scope_id is not None and {"scope_id", "prefixes"} & set(differing):
            scope = self._scope(caller, pool)
            self._require_apart(pool, scope)
            self._require_shared_as_widely(pool, scope)

    def tell_routers(self, pool_id: str) -> None:
        """What leaves by a router as it is depends on scopes."""
        subnet_ids = self.parts.store.subnets.of_pool(pool_id)
        found = {
            each for subnet_id in subnet_ids for each in self.parts.store.routers.of_subnet(subnet_id, ROUTER_OWNERS)
        }
        self.parts.changed(Kind.ROUTER, sorted(found))

    def _require_only_default(self, pool: SubnetPool) -> None:
        present = self.parts.store.subnet_pools.find_default(pool.ip_version)
        if present is not None and present.id != pool.id:
            raise Invalid(
                "subnet_pool.default_exists",
                f"Invalid input for operation: A default subnetpool for this IP family has already been set: "
                f"{present.id}. Only one default may exist per IP family.",
            )

    def _scope(self, caller: Caller, pool: SubnetPool) -> AddressScope:
        """The pool's scope, if the caller may put pools there; sharing it by grant lets them."""
        access = Access(self.parts)
        scope: AddressScope | None = access.find(caller, self.parts.store.address_scopes, pool.scope_id or "")
        if scope is None:
            raise NotFound("address_scope.not_found", f"Address scope {pool.scope_id} could not be found.")
        is_foreign = scope.project_id != caller.project_id and not access.sees_all(caller)
        present = self.parts.store.subnet_pools.find(pool.id)
        if is_foreign and present is not None and present.scope_id == scope.id:
            raise Invalid(
                "subnet_pool.foreign_scope",
                f"Illegal subnetpool association: subnetpool {pool.id} cannot be changed in address scope {scope.id}, "
                "which is another project's: ask its owner.",
            )
        if scope.ip_version != pool.ip_version:
            raise Invalid(
                "subnet_pool.wrong_scope_version",
                f"Illegal subnetpool association: subnetpool {pool.id} cannot associate with address scope "
                f"{scope.id} because subnetpool ip_version is not {scope.ip_version}: choose another scope.",
            )
        return scope

    def _require_apart(self, pool: SubnetPool, scope: AddressScope) -> None:
        for other in self.parts.store.subnet_pools.in_scope(scope.id):
            if other.id == pool.id:
                continue
            if any(overlaps(one, another) for one in pool.prefixes for another in other.prefixes):
                raise Conflict(
                    "address_scope.overlap",
                    f"Failed to associate address scope: subnetpools within an address scope must have unique "
                    f"prefixes, and pool {other.id} has some of these: choose others.",
                )

    def _require_shared_as_widely(self, pool: SubnetPool, scope: AddressScope) -> None:
        """Raises Invalid where the pool is shared with a project that may not use the scope."""
        allowed = {scope.project_id, *scope.shared_with}
        if "*" not in allowed and set(pool.shared_with) - allowed:
            raise Invalid(
                "subnet_pool.scope_not_shared",
                f"Illegal subnetpool association: pool {pool.id} is shared with projects that may not use address "
                f"scope {scope.id}: share that with them first.",
            )


def _check_bounds(pool: SubnetPool) -> None:
    """Raises Invalid `subnet_pool.bad_bounds`."""
    shortest, usual, longest = pool.min_prefixlen, pool.default_prefixlen, pool.max_prefixlen
    if not 0 <= shortest <= longest <= LONGEST[pool.ip_version] or not shortest <= usual <= longest:
        raise Invalid(
            "subnet_pool.bad_bounds",
            f"Illegal prefix bounds: min_prefixlen={shortest}, default_prefixlen={usual}, max_prefixlen={longest}. "
            f"Give them in this order, up to {LONGEST[pool.ip_version]}.",
        )


def not_found(pool_id: str) -> NotFound:
    return NotFound("subnet_pool.not_found", f"Subnet pool {pool_id} could not be found.")

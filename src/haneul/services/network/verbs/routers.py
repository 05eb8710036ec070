"""Routers: created, given a way out and routes, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import UnsetType

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.network.driver import Kind
from haneul.services.network.model.addressing import parse_address, parse_cidr
from haneul.services.network.model.listing import EVERYTHING, Listing, given
from haneul.services.network.model.networks import HostRoute
from haneul.services.network.model.ports import GATEWAY_OWNER, ROUTER_OWNERS, Port
from haneul.services.network.model.routers import NewRouter, Router, RouterChanges, RouterId, WantedGateway
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access, Target, changed, check_tags, check_text
from haneul.services.network.verbs.gateways import Gateways
from haneul.services.network.verbs.interfaces import Interfaces
from haneul.services.network.verbs.networks import check_zones

MAX_ROUTES = 30


@dataclass(frozen=True)
class Routers(Interfaces):
    parts: Parts

    @property
    def _access(self) -> Access:
        return Access(self.parts)

    def get(self, caller: Caller, router_id: str) -> Router:
        """Raises NotFound `router.not_found`."""
        router, target = self._seen(caller, router_id)
        if not self.parts.policy.allows(caller, "get_router", target):
            raise not_found(router_id)
        return router

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[Router]:
        found: list[Router] = self._access.list(caller, self.parts.store.routers, "get_router", listing)
        return found

    def create(self, caller: Caller, new: NewRouter) -> Router:
        """Raises Forbidden, Invalid, OverQuota, and as `Gateways.set` does."""
        project_id = self._access.owner(caller, new.project_id)
        target = {"project_id": project_id}
        self._access.require(caller, "create_router", target)
        self._require_gateway(caller, "create_router", target, new.gateway)
        check_text(name=new.name, description=new.description)
        check_zones(self.parts, new.zone_hints)
        with self.parts.db.write():
            self._access.require_room(project_id, "router")
            router = self._described(new, project_id)
            self.parts.store.routers.add(router)
            if new.gateway is not None:
                router = Gateways(self.parts).set(caller, router, new.gateway)
            self.parts.changed(Kind.ROUTER, [router.id])
        return router

    def update(self, caller: Caller, router_id: str, changes: RouterChanges) -> Router:
        """Raises NotFound, Forbidden, Invalid `router.bad_routes`, Conflict `router.gateway_in_use`."""
        said = given(changes)
        with self.parts.db.write():
            router, target = self._seen(caller, router_id)
            self._access.require(caller, "update_router", target)
            check_text(name=said.get("name"), description=said.get("description"))
            if "gateway" in said:
                self._require_gateway(caller, "update_router", target, said["gateway"])
                router = self._change_gateway(caller, router, said.pop("gateway"))
            if "routes" in said:
                self._check_routes(router, said["routes"])
            saved = self.parts.store.routers.save(changed(router, **said), self.parts.clock.now())
            self.parts.changed(Kind.ROUTER, [router_id])
        return saved

    def add_routes(self, caller: Caller, router_id: str, routes: Sequence[HostRoute]) -> Router:
        """The router has these routes beside its others. Raises as `update`."""
        with self.parts.db.write():
            present = self.get(caller, router_id).routes
            new = tuple(route for route in routes if route not in present)
            return self.update(caller, router_id, RouterChanges(routes=(*present, *new)))

    def remove_routes(self, caller: Caller, router_id: str, routes: Sequence[HostRoute]) -> Router:
        """The router has none of these routes. Raises as `update`."""
        with self.parts.db.write():
            present = self.get(caller, router_id).routes
            return self.update(
                caller, router_id, RouterChanges(routes=tuple(route for route in present if route not in routes))
            )

    def delete(self, caller: Caller, router_id: str) -> None:
        """Raises NotFound, Forbidden, Conflict `router.in_use`."""
        with self.parts.db.write():
            router, target = self._seen(caller, router_id)
            self.parts.policy.require(caller, "delete_router", target)
            ports = self._ports(router_id)
            if any(port.device_owner != GATEWAY_OWNER for port in ports):
                raise Conflict(
                    "router.in_use", f"Router {router_id} still has ports: remove its subnets from it first."
                )
            Gateways(self.parts).clear(router)
            self.parts.store.routers.remove(router_id)
            self.parts.changed(Kind.ROUTER, [router_id])

    def _seen(self, caller: Caller, router_id: str) -> tuple[Router, Target]:
        router: Router | None = self._access.find(caller, self.parts.store.routers, router_id)
        if router is None:
            raise not_found(router_id)
        return router, {"project_id": router.project_id}

    def _ports(self, router_id: str) -> Sequence[Port]:
        ports = self.parts.store.ports.of_device(router_id)
        return [port for port in ports if port.device_owner in ROUTER_OWNERS]

    def _require_gateway(
        self, caller: Caller, rule: str, target: Target, wanted: WantedGateway | UnsetType | None
    ) -> None:
        """Forbidden unless the caller may say of the gateway what is said."""
        self.parts.policy.require(caller, f"{rule}:external_gateway_info", target)
        if isinstance(wanted, WantedGateway):
            said = given(wanted)
            for name, part in (("has_snat", "enable_snat"), ("fixed_ips", "external_fixed_ips")):
                if name in said:
                    self.parts.policy.require(caller, f"{rule}:external_gateway_info:{part}", target)

    def _change_gateway(self, caller: Caller, router: Router, wanted: WantedGateway | None) -> Router:
        if wanted is None:
            return Gateways(self.parts).clear(router)
        return Gateways(self.parts).set(caller, router, wanted)

    def _described(self, new: NewRouter, project_id: str) -> Router:
        now = self.parts.clock.now()
        return Router(
            id=RouterId(new_uuid()),
            project_id=project_id,
            name=new.name,
            created_at=now,
            updated_at=now,
            description=new.description,
            is_admin_up=new.is_admin_up,
            zone_hints=new.zone_hints,
            tags=check_tags(new.tags),
            revision_number=1,
        )

    def _check_routes(self, router: Router, routes: tuple[HostRoute, ...]) -> None:
        """Raises Invalid `router.bad_routes`, `router.too_many_routes`."""
        if len(routes) > MAX_ROUTES:
            raise Invalid(
                "router.too_many_routes",
                f"Unable to add route: the maximum number of routes of router {router.id} is {MAX_ROUTES}.",
            )
        ports = self._ports(router.id)
        subnets = self.parts.store.subnets.by_ids(fixed.subnet_id for port in ports for fixed in port.fixed_ips)
        ranges = [parse_cidr(subnet.cidr) for subnet in subnets.values()]
        own = {address for port in ports for address in port.addresses}
        for route in routes:
            parse_cidr(route.destination)
            nexthop = parse_address(route.nexthop)
            if not any(nexthop in cidr for cidr in ranges):
                raise bad_routes(route, "the nexthop is not connected with router")
            if str(nexthop) in own:
                raise bad_routes(route, "the nexthop is used by router")
        if len(set(routes)) < len(routes):
            raise Invalid("router.bad_routes", "Invalid input for routes. Reason: Duplicate route.")


def bad_routes(route: HostRoute, why: str) -> Invalid:
    return Invalid(
        "router.bad_routes",
        f"Invalid format for routes: [{route.destination} via {route.nexthop}], {why}: choose another nexthop.",
    )


def not_found(router_id: str) -> NotFound:
    return NotFound("router.not_found", f"Router {router_id} could not be found.")

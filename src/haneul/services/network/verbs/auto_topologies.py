"""A network for who has none: with a subnet from every default pool, behind a router to the default outside."""

from __future__ import annotations

from dataclasses import dataclass

from haneul.kit.errors import Conflict, NotFound
from haneul.kit.policy import Caller
from haneul.services.network.model.auto_topologies import AutoTopology
from haneul.services.network.model.listing import Filter, Listing
from haneul.services.network.model.networks import NewNetwork, NewSubnet, VirtualNetwork
from haneul.services.network.model.pools import SubnetPool
from haneul.services.network.model.routers import NewRouter, WantedGateway
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access
from haneul.services.network.verbs.networks import Networks
from haneul.services.network.verbs.routers import Routers
from haneul.services.network.verbs.subnets import Subnets

_NAME = "auto_allocated"


@dataclass(frozen=True)
class AutoTopologies:
    """One for each project at most."""

    parts: Parts

    def check(self, caller: Caller, project_id: str) -> str:
        """The project for which one could be made. Raises Forbidden, Invalid, Conflict `topology.no_*`."""
        owner = self._owner(caller, project_id, "get_auto_allocated_topology")
        self._outside()
        self._pools()
        return owner

    def ensure(self, caller: Caller, project_id: str = "") -> AutoTopology:
        """The project's, made now if there is none. Raises as `check`, and OverQuota."""
        owner = self._owner(caller, project_id, "get_auto_allocated_topology")
        with self.parts.db.write():
            found = self.parts.store.auto_topologies.find_alone(owner)
            if found is None:
                found = self._made(caller, owner)
                self.parts.store.auto_topologies.add(found)
        return found

    def delete(self, caller: Caller, project_id: str) -> None:
        """All of it, or none. Raises NotFound `topology.not_found`, Conflict where somebody uses it."""
        owner = self._owner(caller, project_id, "delete_auto_allocated_topology")
        with self.parts.db.write():
            found = self.parts.store.auto_topologies.find_alone(owner)
            if found is None:
                raise NotFound("topology.not_found", f"Project {owner} has no auto-allocated topology.")
            network = self.parts.store.networks.find(found.network_id)
            if self.parts.store.routers.find(found.router_id) is not None:
                for port in Routers(self.parts).interfaces(found.router_id):
                    if port.network_id == found.network_id:
                        Routers(self.parts).remove_interface(caller, found.router_id, port_id=port.id)
                Routers(self.parts).delete(caller, found.router_id)
            self.parts.store.auto_topologies.remove(owner)
            if network is not None:
                Networks(self.parts).delete(caller, network.id)

    def _made(self, caller: Caller, owner: str) -> AutoTopology:
        outside, pools = self._outside(), self._pools()
        network = Networks(self.parts).create(caller, NewNetwork(f"{_NAME}_network", owner))
        new = NewRouter(f"{_NAME}_router", owner, gateway=WantedGateway(outside.id))
        router = Routers(self.parts).create(caller, new)
        for pool in pools:
            mode = "slaac" if pool.ip_version == 6 else None
            subnet = Subnets(self.parts).create(
                caller,
                NewSubnet(
                    network.id,
                    pool.ip_version,
                    pool_id=pool.id,
                    name=f"{_NAME}_subnet_v{pool.ip_version}",
                    project_id=owner,
                    ra_mode=mode,
                    address_mode=mode,
                ),
            )
            Routers(self.parts).add_interface(caller, router.id, subnet_id=subnet.id)
        return AutoTopology(owner, network.id, router.id)

    def _outside(self) -> VirtualNetwork:
        wanted = Listing(Filter({"is_default": (True,), "is_external": (True,)}))
        found = self.parts.store.networks.page(wanted)
        if not found:
            raise Conflict(
                "topology.no_outside",
                "No default router:external network: an administrator makes one external network the default.",
            )
        return found[0]

    def _pools(self) -> list[SubnetPool]:
        """The default pools, IPv4 first."""
        pools = [self.parts.store.subnet_pools.find_default(version) for version in (4, 6)]
        found = [pool for pool in pools if pool is not None]
        if not found:
            raise Conflict(
                "topology.no_pool", "No default subnetpools defined: an administrator makes one the default."
            )
        return found

    def _owner(self, caller: Caller, project_id: str, rule: str) -> str:
        owner = Access(self.parts).owner(caller, project_id)
        self.parts.policy.require(caller, rule, {"project_id": owner})
        return owner

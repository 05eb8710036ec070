"""A network service of its own, on a database in memory, with networks that are faked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from haneul.drivers.network.fake import FakeNetworks
from haneul.kit.clock import SteppedClock
from haneul.kit.db import Database
from haneul.kit.events import Bus
from haneul.kit.policy import Caller, Policy
from haneul.services.network import (
    METADATA,
    RULES,
    FloatingIp,
    Network,
    NetworkStore,
    NewFloatingIp,
    NewNetwork,
    NewPort,
    NewRouter,
    NewSubnet,
    Options,
    Parts,
    Port,
    PortStatusChanged,
    Router,
    Subnet,
    VirtualNetwork,
    WantedGateway,
)
from haneul.services.network.upkeep.follow import Follow
from haneul.services.network.upkeep.mend import Mend
from tests.databases import fresh


def member_of(project_id: str, *roles: str) -> Caller:
    roles = roles or ("member", "reader")
    return Caller(user_id=f"user-of-{project_id}", project_id=project_id, roles=frozenset(roles))


ADMIN = member_of("admin-project", "admin", "member", "reader", "manager")
DEMO = member_of("demo")
OTHER = member_of("other")
READER = member_of("demo", "reader")


@dataclass
class Bench:
    """A network service, and the ends by which a test may pull at it."""

    db: Database
    world: FakeNetworks = field(default_factory=FakeNetworks)
    clock: SteppedClock = field(default_factory=SteppedClock)
    bus: Bus = field(default_factory=Bus)
    seen: list[PortStatusChanged] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.parts = Parts(
            db=self.db,
            store=NetworkStore(self.db),
            clock=self.clock,
            bus=self.bus,
            policy=Policy(RULES),
            driver=self.world,
            options=Options(physical_networks=("physnet1",), dns_servers=("10.0.0.53",)),
        )
        self.face = Network(self.parts)
        self.face.when_changed(Follow(self.parts))
        self.face.start(lambda: None)
        self.bus.subscribe(PortStatusChanged, self.seen.append)

    def follow(self) -> None:
        Follow(self.parts)()

    def mend(self) -> int:
        return Mend(self.parts).mend()

    def network(self, name: str = "net", caller: Caller = DEMO, **said: object) -> VirtualNetwork:
        return self.face.networks.create(caller, NewNetwork(name=name, **said))  # type: ignore[arg-type]

    def subnet(
        self, network: VirtualNetwork, cidr: str = "10.1.0.0/24", caller: Caller = DEMO, **said: object
    ) -> Subnet:
        version = 6 if ":" in cidr else 4
        new = NewSubnet(network.id, version, cidr, **said)  # type: ignore[arg-type]
        return self.face.subnets.create(caller, new)

    def port(self, network: VirtualNetwork, caller: Caller = DEMO, **said: object) -> Port:
        return self.face.ports.create(caller, NewPort(network.id, **said))  # type: ignore[arg-type]

    def outside(self, cidr: str = "172.24.4.0/24") -> VirtualNetwork:
        """An external network with a pool of addresses."""
        said = {"is_external": True, "network_type": "flat", "physical_network": "physnet1"}
        network = self.network("public", ADMIN, **said)
        self.subnet(network, cidr, ADMIN, has_dhcp=False)
        return network

    def router(self, outside: VirtualNetwork | None = None, *subnets: Subnet, caller: Caller = DEMO) -> Router:
        gateway = None if outside is None else WantedGateway(outside.id)
        router = self.face.routers.create(caller, NewRouter("r", gateway=gateway))
        for subnet in subnets:
            self.face.routers.add_interface(caller, router.id, subnet_id=subnet.id)
        return self.face.routers.get(caller, router.id)

    def floating_ip(self, outside: VirtualNetwork, port: Port | None = None, caller: Caller = DEMO) -> FloatingIp:
        new = NewFloatingIp(outside.id, port_id=None if port is None else port.id)
        return self.face.floating_ips.create(caller, new)


@pytest.fixture
def bench() -> Iterator[Bench]:
    db = fresh(METADATA)
    yield Bench(db)
    db.close()

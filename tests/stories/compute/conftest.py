"""Compute over the real services below it, with fake hosts and networks and a database in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from haneul.drivers.compute.fake import FakeHosts, FakeWorld
from haneul.drivers.image.fake import FakeFetcher, FakeStore
from haneul.drivers.image.inspection import FormatInspector
from haneul.drivers.network.fake import FakeNetworks
from haneul.drivers.volume.fake import FakeVolumes
from haneul.drivers.volume.fake_backups import FakeBackups
from haneul.kit.clock import SteppedClock
from haneul.kit.events import Bus
from haneul.kit.keyring import Keyring
from haneul.kit.paging import Page
from haneul.kit.policy import INTERNAL, Caller, Policy
from haneul.kit.workflow import METADATA as RUNS
from haneul.kit.workflow import Engine, Runs
from haneul.services import compute, image, network, placement, volume
from haneul.services.compute import Compute, Flavor, ListWish, Server, ServerView, ServerWish
from tests.databases import fresh
from tests.faults.drill import settle
from tests.stories.image.conftest import FixedLimits


def member_of(project_id: str, *roles: str) -> Caller:
    return Caller(
        user_id=f"user-of-{project_id}", project_id=project_id, roles=frozenset(roles or ("member", "reader"))
    )


ADMIN = member_of("admin", "admin", "member", "reader")
DEMO = member_of("demo")
OTHER = member_of("other")
READER = member_of("demo", "reader")

SMALL = Flavor("small", "m1.small", 1, 512, 1)
HUGE = Flavor("huge", "m1.huge", 64, 512, 1)


class Bench:
    """A compute service, and the ends by which a test may pull at it."""

    def __init__(self, hosts: int = 2) -> None:
        self.clock = SteppedClock()
        self._keys = TemporaryDirectory(prefix="haneul-tests-")
        self.db = fresh(RUNS, image.METADATA, network.METADATA, placement.METADATA, volume.METADATA, compute.METADATA)
        self.bus = Bus()
        self.runs = Runs(self.db, self.clock)
        self.world = FakeWorld(hosts, self.clock)
        self.networks = FakeNetworks(hosts)
        self.blobs = FakeStore()
        self.network.start(lambda: None)
        self.look()
        self.net = self.network.networks.create(DEMO, network.NewNetwork(name="net"))
        self.network.subnets.create(DEMO, network.NewSubnet(self.net.id, 4, "10.7.0.0/24"))
        for flavor in (SMALL, HUGE):
            self.face.flavors.create(ADMIN, flavor)
        self.image_id = self._image()

    def _image(self) -> str:
        new = image.NewImage(
            name="tiny", disk_format="raw", container_format="bare", visibility=image.Visibility.PUBLIC
        )
        made = self.images.images.create(ADMIN, new)
        return self.images.images.upload(ADMIN, made.id, iter([b"an image" * 100])).id

    @cached_property
    def images(self) -> image.Images:
        policy = Policy(image.RULES, {}, image.SCOPES)
        return image.Images(
            image.Parts(
                db=self.db,
                store=image.ImageStore(self.db),
                clock=self.clock,
                bus=self.bus,
                policy=policy,
                runs=self.runs,
                stores=image.Stores([image.NamedStore("local", self.blobs)], "local"),
                inspector=FormatInspector(),
                fetcher=FakeFetcher(),
                limits=FixedLimits(),
                options=image.Options(),
                started_at=self.clock.now(),
            )
        )

    @cached_property
    def network(self) -> network.Network:
        store, policy = network.NetworkStore(self.db), Policy(network.RULES)
        return network.Network(network.Parts(self.db, store, self.clock, self.bus, policy, self.networks))

    @cached_property
    def placement(self) -> placement.Placement:
        store = placement.PlacementStore(self.db)
        return placement.Placement(placement.Parts(self.db, store, self.clock, Policy(placement.RULES)))

    @cached_property
    def volume(self) -> volume.BlockStorage:
        disks = volume.BlockStorage(
            volume.Parts(
                db=self.db,
                store=volume.VolumeStore(self.db),
                clock=self.clock,
                bus=self.bus,
                policy=Policy(volume.RULES),
                runs=self.runs,
                hosts=FakeVolumes(self.world),
                backups=FakeBackups(),
                image=self.images,
            )
        )
        disks.start()
        return disks

    @cached_property
    def face(self) -> Compute:
        return Compute(
            compute.Parts(
                db=self.db,
                store=compute.ComputeStore(self.db, Keyring(Path(self._keys.name))),
                clock=self.clock,
                bus=self.bus,
                policy=Policy(compute.RULES),
                runs=self.runs,
                hosts=FakeHosts(self.world),
                image=self.images,
                network=self.network,
                placement=self.placement,
                volume=self.volume,
            )
        )

    @cached_property
    def engine(self) -> Engine:
        engine = Engine(self.runs)
        for fn in self.face.workflows:
            engine.register(fn, self.face.parts)
        for fn in self.volume.workflows:
            engine.register(fn, self.volume.parts)
        return engine

    # What tests do.

    def loop(self, name: str) -> None:
        """One round of the loop of this name."""
        next(loop for loop in self.face.upkeep if loop.name == name).fn()

    def look(self) -> None:
        """Note which hosts are connected."""
        self.loop("compute.hosts")

    def work(self) -> None:
        """Let time pass until no run is unfinished."""
        settle(self, self.engine)

    def wish(self, name: str = "web", **wanted: object) -> ServerWish:
        given = {"name": name, "flavor_id": "small", "image_id": self.image_id} | wanted
        return ServerWish(**given)  # type: ignore[arg-type]

    def ask(self, name: str = "web", caller: Caller = DEMO, **wanted: object) -> Server:
        """A server asked for, not built yet."""
        return self.face.servers.create(caller, self.wish(name, **wanted)).servers[0]

    def make(self, name: str = "web", **wanted: object) -> ServerView:
        """A server as it is once all is quiet."""
        server = self.ask(name, **wanted)
        self.work()
        return self.see(server.id)

    def see(self, server_id: str) -> ServerView:
        return self.face.servers.get(ADMIN, server_id)

    @property
    def everything(self) -> ListWish:
        return ListWish()

    def views(self) -> Sequence[ServerView]:
        """Demo's servers, as an administrator sees them."""
        return self.face.servers.look(ADMIN, self.face.servers.list(DEMO, ListWish()))

    def names(self, **wish: object) -> list[str]:
        """The names of demo's servers in a listing."""
        return [server.name for server in self.face.servers.list(DEMO, ListWish(**wish))]  # type: ignore[arg-type]

    def leftovers(self) -> list[str]:
        """What belongs to nothing, once the world was told everything; also what is half done."""
        for loop in self.network.upkeep:
            loop.fn()
        halfway = [
            f"server {server.id} is {server.state}"
            for server in self.face.parts.store.servers.list(compute.ServerFilter(), Page())
            if server.state in (compute.ServerState.BUILDING, compute.ServerState.DELETING)
        ]
        return halfway + [str(orphan) for orphan in self.face.leftovers()] + self.networks.leftovers()

    def ports(self) -> list[network.Port]:
        """Those of servers, of all projects."""
        ports = self.network.ports.list(INTERNAL)
        return [port for port in ports if not port.device_owner.startswith("network:")]


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.db.close()

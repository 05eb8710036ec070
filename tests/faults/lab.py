"""A cloud as the drills need it, and what can be done in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from haneul.drivers.compute.fake import fake_host_id
from haneul.kit.clock import SteppedClock
from haneul.kit.workflow import Engine, Observer, Runs, silent
from haneul.services.compute.workflows.cache_image import waiter_of
from haneul.services.compute.workflows.tell_guest import teller_of
from haneul.services.network import FOLLOW
from tests.clouds import OpenCloud
from tests.faults.drill import another_engine, settle

RESTING = {
    "ACTIVE",
    "SHUTOFF",
    "PAUSED",
    "ERROR",
    "SUSPENDED",
    "RESCUE",
    "VERIFY_RESIZE",
    "SHELVED",
    "SHELVED_OFFLOADED",
    "SOFT_DELETED",
}


@dataclass
class Lab:
    """A cloud as the drill needs it; one for all trials of a scenario."""

    cloud: OpenCloud
    server: str = ""
    """Or what else the scenario's run is about."""
    network: str = ""
    cuts: int = 0

    @property
    def runs(self) -> Runs:
        return self.cloud.plane.ground.runs

    @property
    def engine(self) -> Engine:
        return self.cloud.plane.engine

    @property
    def clock(self) -> SteppedClock:
        return self.cloud.clock

    def restart(self, observer: Observer) -> Engine:
        """Every fourth time another control plane, over a world that has lost sight of the old one."""
        self.cuts += 1
        if self.cuts % 4:
            engine = another_engine(self, observer)
            engine.recover()
            return engine
        self._reopen(observer, self.cloud.tuned)
        return self.engine

    def tune(self, **settings: Any) -> None:
        """From now on the cloud has these settings, and the defaults for the others."""
        if self.cloud.tuned != settings:
            self._reopen(silent, settings)

    def _reopen(self, observer: Observer, tuned: Mapping[str, Any]) -> None:
        world = self.cloud.reality.hosts
        for hearers in (world.events, world.inventories, world.departures):
            hearers.clear()
        self.cloud.end()
        self.cloud = self.cloud.restarted(observer, tuned)
        self.cloud.http.__enter__()

    def leftovers(self) -> Sequence[object]:
        self.turn()
        return [*self.cloud.leftovers(), *self._in_between()]

    def _in_between(self) -> Iterator[str]:
        for server in self.ask("GET", "/servers/detail")["servers"]:
            if server["status"] not in RESTING or server["OS-EXT-STS:task_state"] is not None:
                yield f"server {server['name']} is {server['status']}, {server['OS-EXT-STS:task_state']}"

    def turn(self) -> None:
        self.cloud.plane.upkeep.run_once(FOLLOW)
        self.cloud.plane.upkeep.run_once("compute.guests.told")
        self.cloud.reality.hosts.settle()

    def ask(self, method: str, path: str, body: Any = None, user: str = "demo") -> Any:
        return self.cloud.ask(method, "/compute/v2.1" + path, body, user=user)

    def clear(self) -> None:
        for host_id, host in self.cloud.reality.hosts.hosts.items():
            if host.is_away:
                self.cloud.reality.hosts.bring_back(host_id)
        for server in self.ask("GET", "/servers")["servers"]:
            self.act_on(server["id"], forceDelete=None)
        settle(self, self.engine, self.turn)
        self.cloud.plane.upkeep.run_once("compute.hosts")
        self.sweep()
        assert self.ask("GET", "/servers")["servers"] == []

    def sweep(self) -> None:
        """What a host that was away still has is cleared away."""
        while self.cloud.plane.cloud.compute.leftovers():
            self.cloud.plane.upkeep.run_once("compute.leftovers")
            self.clock.move(120)

    def act_on(self, server: str, **action: Any) -> None:
        self.ask("POST", f"/servers/{server}/action", action)

    def create(self) -> None:
        names = self.cloud.names
        body = {
            "name": "web",
            "flavorRef": names["roomy"],
            "imageRef": names["tiny"],
            "networks": [{"uuid": self.network}],
        }
        self.server = self.ask("POST", "/servers", {"server": body})["server"]["id"]

    def act(self, **action: Any) -> None:
        self.ask("POST", f"/servers/{self.server}/action", action)

    def act_as_admin(self, **action: Any) -> None:
        self.ask("POST", f"/servers/{self.server}/action", action, user="admin")


def furnish(cloud: OpenCloud) -> Lab:
    """A lab with a tenant network."""
    network = cloud.ask("POST", "/network/v2.0/networks", {"network": {"name": "net"}})["network"]["id"]
    subnet = {"network_id": network, "cidr": "10.0.0.0/24", "ip_version": 4}
    cloud.ask("POST", "/network/v2.0/subnets", {"subnet": subnet})
    for name, size, swap in (("roomy", 1, 64), ("large", 2, 32)):
        flavor = {"name": name, "vcpus": size, "ram": 512, "disk": size, "swap": swap}
        flavor["OS-FLV-EXT-DATA:ephemeral"] = size
        made = cloud.ask("POST", "/compute/v2.1/flavors", {"flavor": flavor}, user="admin")
        cloud.names[name] = made["flavor"]["id"]
    return Lab(cloud, network=network)


def delete(lab: Lab) -> None:
    lab.ask("DELETE", f"/servers/{lab.server}")


def delete_while_building(lab: Lab) -> None:
    lab.create()
    delete(lab)


def attach(lab: Lab) -> None:
    lab.ask("POST", f"/servers/{lab.server}/os-interface", {"interfaceAttachment": {"net_id": lab.network}})


def detach(lab: Lab) -> None:
    port = lab.ask("GET", f"/servers/{lab.server}/os-interface")["interfaceAttachments"][0]["port_id"]
    lab.ask("DELETE", f"/servers/{lab.server}/os-interface/{port}")


def rebuild(lab: Lab) -> None:
    lab.act(rebuild={"imageRef": lab.cloud.names["tiny"]})


def group(lab: Lab) -> None:
    """An aggregate with one host: the same one in every trial."""
    cloud, path = lab.cloud, "/compute/v2.1/os-aggregates"
    if not cloud.ask("GET", path, user="admin")["aggregates"]:
        made = cloud.ask("POST", path, {"aggregate": {"name": "all"}}, user="admin")["aggregate"]
        cloud.ask("POST", f"{path}/{made['id']}/action", {"add_host": {"host": "fake-1"}}, user="admin")


def cache(lab: Lab) -> None:
    number = lab.cloud.ask("GET", "/compute/v2.1/os-aggregates", user="admin")["aggregates"][0]["id"]
    images = {"cache": [{"id": lab.cloud.names["tiny"]}]}
    lab.cloud.ask("POST", f"/compute/v2.1/os-aggregates/{number}/images", images, user="admin")
    lab.server = waiter_of(fake_host_id(1), lab.cloud.names["tiny"])


def reach(lab: Lab) -> None:
    """A way to the world for the server's network: the same one in every trial."""
    cloud = lab.cloud
    if cloud.ask("GET", "/network/v2.0/routers", user="admin")["routers"]:
        return
    outside = cloud.ask(
        "POST", "/network/v2.0/networks", {"network": {"name": "o", "router:external": True}}, user="admin"
    )["network"]["id"]
    wanted = {"network_id": outside, "ip_version": 4, "cidr": "203.0.113.0/24", "enable_dhcp": False}
    cloud.ask("POST", "/network/v2.0/subnets", {"subnet": wanted}, user="admin")
    gateway = {"name": "r", "external_gateway_info": {"network_id": outside}}
    router = cloud.ask("POST", "/network/v2.0/routers", {"router": gateway})["router"]["id"]
    subnet = cloud.ask("GET", f"/network/v2.0/subnets?network_id={lab.network}")["subnets"][0]["id"]
    cloud.ask("PUT", f"/network/v2.0/routers/{router}/add_router_interface", {"subnet_id": subnet})


def lead(lab: Lab) -> None:
    """A floating IP leads to the server; the run is about what its guest is told of that."""
    cloud = lab.cloud
    port = cloud.ask("GET", f"/network/v2.0/ports?device_id={lab.server}")["ports"][0]["id"]
    outside = cloud.ask("GET", "/network/v2.0/networks?router:external=true&name=o")["networks"][0]["id"]
    floating = {"floating_network_id": outside, "port_id": port}
    cloud.ask("POST", "/network/v2.0/floatingips", {"floatingip": floating})
    lab.server = teller_of(lab.server)


def do(**action: Any) -> Callable[[Lab], None]:
    return lambda lab: lab.act(**action)


def do_as_admin(**action: Any) -> Callable[[Lab], None]:
    return lambda lab: lab.act_as_admin(**action)


def resize(lab: Lab) -> None:
    lab.act(resize={"flavorRef": lab.cloud.names["large"]})


def keep_deleted(lab: Lab) -> None:
    """From now on deleted servers are kept for an hour."""
    lab.tune(reclaim_s=3600)


def keep_shelved(lab: Lab) -> None:
    """From now on shelved servers stay on their hosts."""
    lab.tune(shelve_offload_s=-1)


def lose_host(lab: Lab) -> None:
    """The server's host goes down for good."""
    world = lab.cloud.reality.hosts
    world.take_away(world.find_guest(lab.server)[0].host_id)
    lab.clock.move(120)
    lab.cloud.plane.upkeep.run_once("compute.hosts")


def lose_guest(lab: Lab) -> None:
    """Somebody takes the server's guest away from its host."""
    host, _ = lab.cloud.reality.hosts.find_guest(lab.server)
    del host.guests[lab.server]


def mend(lab: Lab) -> None:
    """As upkeep does when it has missed the guest twice."""
    for _ in range(2):
        lab.cloud.plane.upkeep.run_once("compute.mend")


STOP, PAUSE, SUSPEND = do(**{"os-stop": None}), do(pause=None), do(suspend=None)
SHELVE, RESCUE = do(shelve=None), do(rescue=None)
MIGRATE = do_as_admin(migrate=None)

SCENARIOS: dict[str, tuple[tuple[Callable[[Lab], None], ...], Callable[[Lab], None]]] = {
    "create_server": ((), Lab.create),
    "delete_server": ((Lab.create,), delete),
    "delete_server while it is built": ((), delete_while_building),
    "stop_server": ((Lab.create,), STOP),
    "start_server": ((Lab.create, STOP), do(**{"os-start": None})),
    "reboot_server": ((Lab.create,), do(reboot={"type": "SOFT"})),
    "hard_reboot_server": ((Lab.create,), do(reboot={"type": "HARD"})),
    "pause_server": ((Lab.create,), PAUSE),
    "unpause_server": ((Lab.create, PAUSE), do(unpause=None)),
    "rebuild_server": ((Lab.create,), rebuild),
    "suspend_server": ((Lab.create,), SUSPEND),
    "resume_server": ((Lab.create, SUSPEND), do(resume=None)),
    "rescue_server": ((Lab.create,), RESCUE),
    "unrescue_server": ((Lab.create, RESCUE), do(unrescue=None)),
    "create_image": ((Lab.create,), do(createImage={"name": "picture"})),
    "create_image of a stopped server": ((Lab.create, STOP), do(createImage={"name": "picture"})),
    "create_backup": ((Lab.create,), do(createBackup={"name": "b", "backup_type": "daily", "rotation": 1})),
    "shelve_server": ((Lab.create,), SHELVE),
    "shelve_server without offloading": ((keep_shelved, Lab.create), SHELVE),
    "offload_server": ((keep_shelved, Lab.create, SHELVE), do_as_admin(shelveOffload=None)),
    "unshelve_server": ((Lab.create, SHELVE), do(unshelve=None)),
    "unshelve_server on its host": ((keep_shelved, Lab.create, SHELVE), do(unshelve=None)),
    "resize_server": ((Lab.create,), resize),
    "migrate_server": ((Lab.create,), MIGRATE),
    "confirm_resize": ((Lab.create, resize), do(confirmResize=None)),
    "confirm_resize of a migration": ((Lab.create, MIGRATE), do(confirmResize=None)),
    "revert_resize": ((Lab.create, resize), do(revertResize=None)),
    "revert_resize of a migration": ((Lab.create, MIGRATE), do(revertResize=None)),
    "live_migrate_server": (
        (Lab.create,),
        do_as_admin(**{"os-migrateLive": {"host": None, "block_migration": "auto"}}),
    ),
    "evacuate_server": ((Lab.create, lose_host), do_as_admin(evacuate={})),
    "soft_delete_server": ((keep_deleted, Lab.create), delete),
    "restore_server": ((keep_deleted, Lab.create, delete), do(restore=None)),
    "delete_server that is resized": ((Lab.create, resize), delete),
    "delete_server that is migrated": ((Lab.create, MIGRATE), delete),
    "delete_server that is rescued": ((Lab.create, RESCUE), delete),
    "delete_server that is shelved": ((Lab.create, SHELVE), delete),
    "inject_network_info": ((Lab.create,), do_as_admin(injectNetworkInfo=None)),
    "attach_interface": ((Lab.create,), attach),
    "detach_interface": ((Lab.create,), detach),
    "mend_guest": ((Lab.create, lose_guest), mend),
    "cache_image": ((group,), cache),
    "tell_guest": ((reach, Lab.create), lead),
}
"""What has to be there, each thing finished before the next, and what is disturbed."""


def prepare(lab: Lab, name: str) -> None:
    """Clear the lab and bring about what the scenario needs."""
    lab.clear()
    if keep_deleted not in SCENARIOS[name][0] and keep_shelved not in SCENARIOS[name][0]:
        lab.tune()
    for step in SCENARIOS[name][0]:
        step(lab)
        settle(lab, lab.engine, lab.turn)

"""Puts the cloud together: the only module that knows every part."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import yaml

from haneul import migrations
from haneul.console import consoles
from haneul.dialects.openstack import app
from haneul.dialects.openstack.catalog import APIS
from haneul.dialects.openstack.cloud import Cloud, Work
from haneul.drivers.image.inspection import FormatInspector
from haneul.drivers.image.web import WebFetcher
from haneul.drivers.registry import driver
from haneul.kit import x509
from haneul.kit.clock import Clock, SystemClock
from haneul.kit.db import Database, Leadership, Notices
from haneul.kit.errors import Conflict, Forbidden
from haneul.kit.events import Bus
from haneul.kit.keyring import Keyring
from haneul.kit.policy import Caller, Policy
from haneul.kit.upkeep import Loop, Scheduler
from haneul.kit.workflow import Engine, Observer, Runs, silent
from haneul.services import compute, identity, image, network, placement, volume
from haneul.settings import OidcIssuer, Settings

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.routing import BaseRoute

log = logging.getLogger(__name__)

GIB = 1024**3
ADMIN_PASSWORD = "admin-password"
"""The file in `<state>/keys` with the password that the user admin has at first."""
KEPT_RUNS = timedelta(days=30)
_LEASE_AMONG_SEVERAL_S = 8.0
"""So long a control plane that has died keeps its runs from the others."""


def _refuse_to_join(_secret: str) -> str:
    raise Conflict("host.fake", "The hosts of this cloud are fake: none can join it. Use `haneul up` without --fake.")


@dataclass(frozen=True)
class World:
    """How the cloud reaches the world: its drivers."""

    hosts: compute.Hosts
    networks: network.NetworkDriver
    blobs: image.BlobStore
    inspector: image.Inspector
    fetcher: image.Fetcher
    issuers: identity.Issuers
    volumes: volume.VolumeHosts
    backups: volume.BackupStore
    join_token: Callable[[str], str] = _refuse_to_join
    """Makes of a one-time secret the token that an operator carries to a new host."""


@dataclass(frozen=True)
class Ground:
    """What every service stands on."""

    settings: Settings
    db: Database
    clock: Clock
    bus: Bus
    runs: Runs
    notices: Notices
    leadership: Leadership

    def policy(
        self, service: str, rules: Mapping[str, Any], scopes: Mapping[str, frozenset[str]] | None = None
    ) -> Policy:
        """The service's rules, with what the operator wrote into `<state>/policy/<service>.yaml` over them."""
        file = self.settings.state / "policy" / f"{service}.yaml"
        overrides = yaml.safe_load(file.read_text()) if file.exists() else {}
        return Policy(rules, overrides or {}, scopes)


@dataclass
class ControlPlane:
    """The whole control plane, put together but not yet at work."""

    ground: Ground
    world: World
    cloud: Cloud
    engine: Engine
    upkeep: Scheduler

    def application(self) -> Starlette:
        return app.build(self.cloud, APIS, self.pages(), started=self.start, stopping=self.stop)

    def pages(self) -> list[BaseRoute]:
        """What browsers are shown."""
        return consoles.routes(self.cloud.compute.consoles)

    def bootstrap(self) -> None:
        """Somebody can sign in and find the APIs; may be repeated."""
        file = self.ground.settings.state / "keys" / ADMIN_PASSWORD
        if file.exists():
            written_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            password = file.read_text().strip()
            self.cloud.identity.bootstrap(password, self.cloud.public_url, self.cloud.region, written_at)

    def listen(self) -> None:
        """Hear of what changes: in the database and in the world."""
        post = self.ground.notices.post
        for loop in (network.FOLLOW, network.MEND):
            self.ground.notices.on(loop, partial(self.upkeep.hurry, loop))
        self.cloud.network.when_changed(partial(post, network.FOLLOW))
        self.cloud.network.start(partial(post, network.MEND))
        self.cloud.volume.start()
        self.world.hosts.start(self.cloud.compute.hosts, self.cloud.compute.read_data)

    def start(self) -> None:
        """Begin to work: on runs, on drift, with the world."""
        self.bootstrap()
        self.ground.notices.start()
        self.ground.leadership.start()
        self.cloud.image.start()
        self.engine.start()
        self.upkeep.start()
        self.listen()

    def stop(self) -> None:
        """End in order; what is unfinished goes on at the next start."""
        self.upkeep.stop()
        self.ground.leadership.stop()
        self.ground.notices.stop()
        self.engine.stop()
        self.world.hosts.stop()
        self.cloud.network.stop()
        self.ground.db.close()


def lay_ground(settings: Settings, clock: Clock) -> Ground:
    """The database, at the newest revision, and what stands on it."""
    db = Database(settings.database)
    migrations.ensure_newest(db)
    notices = Notices(db)
    return Ground(settings, db, clock, Bus(), Runs(db, clock, notices), notices, Leadership(db))


def reach_world(settings: Settings, clock: Clock) -> World:
    """The drivers that the settings name."""
    reached = _fake_hosts(settings, clock) if settings.compute_driver == "fake" else _hosts(settings, clock)
    return World(
        hosts=reached.hosts,
        volumes=reached.volumes,
        backups=driver("volume", "backups")(settings.backups),
        networks=_networks(settings),
        blobs=driver("image", "directory")(settings.state / "images", settings.image_reserve_gib * GIB),
        inspector=FormatInspector(settings.image_format_check),
        fetcher=WebFetcher(settings.image_sources),
        issuers=driver("identity", "web")([_issuer(each) for each in settings.oidc_issuers], clock),
        join_token=reached.join_token,
    )


@dataclass(frozen=True)
class Reached:
    """How hosts are reached: their guests, their volumes, and how they join."""

    hosts: compute.Hosts
    volumes: volume.VolumeHosts
    join_token: Callable[[str], str] = _refuse_to_join


def _fake_hosts(settings: Settings, clock: Clock) -> Reached:
    from haneul.drivers.compute.fake import FakeWorld

    world = FakeWorld(settings.fake_hosts, clock)
    places = tuple(settings.volume_folders)
    return Reached(driver("compute", "fake")(world), driver("volume", "fake")(world, places))


def _hosts(settings: Settings, clock: Clock) -> Reached:
    from haneul.drivers.compute.agents import ListenerSettings

    authority = x509.ensure_authority(settings.state / "keys" / "ca", "Haneul", clock.now())
    listener = ListenerSettings(settings.agent_listen_host, settings.agent_port, authority)
    hosts = driver("compute", "agents")(listener, clock)
    volumes = driver("volume", "agents")(hosts, clock)
    return Reached(hosts, volumes, lambda secret: hosts.join_token(settings.agents_url, secret).text())


def _networks(settings: Settings) -> Any:
    if settings.network_driver == "fake":
        return driver("network", "fake")()
    return driver("network", "ovn")(settings.northbound, settings.southbound)


def assemble(ground: Ground, world: World, *, threads: int = 4, observer: Observer = silent) -> ControlPlane:
    """Every service on the ground, over the world; `threads` work on runs."""
    lease_s = 30.0 if ground.db.is_sqlite else _LEASE_AMONG_SEVERAL_S
    engine = Engine(ground.runs, threads=threads, observer=observer, owner=ground.settings.replica, lease_s=lease_s)
    people = identity.Identity(_identity(ground, world))
    room = placement.Placement(_placement(ground))
    images = image.Images(_image(ground, world, people))
    networks = network.Network(_network(ground, world))
    disks = volume.BlockStorage(_volume(ground, world, images))
    computing = compute.Compute(_compute(ground, world, Below(images, networks, room, disks)))
    for service in (images, disks, computing):
        for workflow in service.workflows:
            engine.register(workflow, service.parts)
    settings = ground.settings
    loops = (*people.upkeep, *images.upkeep, *networks.upkeep, *disks.upkeep, *computing.upkeep)
    forget = Loop("runs.forget", 3600, lambda: ground.runs.forget(KEPT_RUNS))
    upkeep = Scheduler((*loops, forget), ground.clock, ground.leadership.leads)
    cloud = Cloud(
        identity=people,
        image=images,
        placement=room,
        network=networks,
        compute=computing,
        volume=disks,
        public_url=settings.url,
        region=settings.region,
        join_token=world.join_token,
        runs=ground.runs,
        work=lambda caller: _work(ground.runs, upkeep, caller),
    )
    return ControlPlane(ground, world, cloud, engine, upkeep)


def _work(runs: Runs, upkeep: Scheduler, caller: Caller) -> Work:
    if not caller.is_admin:
        raise Forbidden("work.admin_only", "How the cloud gets on is told to administrators only.")
    return Work(tuple(runs.unfinished()), tuple(runs.troubled()), tuple(upkeep.reports()))


@dataclass(frozen=True)
class Below:
    """What compute stands on."""

    images: image.Images
    networks: network.Network
    room: placement.Placement
    disks: volume.BlockStorage


def _issuer(told: OidcIssuer) -> identity.TrustedIssuer:
    return identity.TrustedIssuer(told.url, told.audiences, told.jwks_file, told.ca_file)


def _identity(ground: Ground, world: World) -> identity.Parts:
    policy = ground.policy("identity", identity.RULES, identity.SCOPES)
    settings = ground.settings
    strictness = identity.IdentitySettings(
        state=settings.state,
        token_lifetime_s=settings.token_lifetime_s,
        token_key_days=settings.token_key_days,
        lockout_attempts=settings.lockout_attempts,
        lockout_s=settings.lockout_s,
        remembered_passwords=settings.remembered_passwords,
        password_pattern=settings.password_pattern,
        password_pattern_description=settings.password_pattern_description,
        password_lifetime_days=settings.password_lifetime_days,
        password_minimum_days=settings.password_minimum_days,
        password_change_at_first_use=settings.password_change_at_first_use,
        federated_membership_minutes=settings.federated_membership_minutes,
    )
    return identity.open_parts(ground.db, ground.clock, ground.bus, policy, strictness, world.issuers)


def _placement(ground: Ground) -> placement.Parts:
    store = placement.PlacementStore(ground.db)
    ratios = {"VCPU": ground.settings.cpu_overcommit, "MEMORY_MB": ground.settings.memory_overcommit}
    return placement.Parts(ground.db, store, ground.clock, ground.policy("placement", placement.RULES), ratios)


def _image(ground: Ground, world: World, people: identity.Identity) -> image.Parts:
    settings = ground.settings
    options = image.Options(
        max_image_bytes=settings.image_max_gib * GIB,
        max_project_bytes=settings.image_project_gib * GIB,
        max_project_images=settings.image_project_count,
    )
    return image.Parts(
        db=ground.db,
        store=image.ImageStore(ground.db),
        clock=ground.clock,
        bus=ground.bus,
        policy=ground.policy("image", image.RULES, image.SCOPES),
        runs=ground.runs,
        blobs=world.blobs,
        inspector=world.inspector,
        fetcher=world.fetcher,
        limits=image.UnifiedLimits(people, settings.region, options),
        options=options,
        started_at=ground.clock.now(),
    )


def _network(ground: Ground, world: World) -> network.Parts:
    settings = ground.settings
    options = network.Options(
        physical_networks=(settings.external_physical_network,),
        dns_servers=settings.dns_servers,
        dns_domain=settings.dns_domain,
    )
    return network.Parts(
        db=ground.db,
        store=network.NetworkStore(ground.db, settings.dns_domain),
        clock=ground.clock,
        bus=ground.bus,
        policy=ground.policy("network", network.RULES),
        driver=world.networks,
        options=options,
    )


def _volume(ground: Ground, world: World, images: image.Images) -> volume.Parts:
    return volume.Parts(
        db=ground.db,
        store=volume.VolumeStore(ground.db),
        clock=ground.clock,
        bus=ground.bus,
        policy=ground.policy("volume", volume.RULES),
        runs=ground.runs,
        hosts=world.volumes,
        backups=world.backups,
        image=images,
        tuning=volume.Tuning(overcommit=ground.settings.volume_overcommit),
    )


def _compute(ground: Ground, world: World, below: Below) -> compute.Parts:
    return compute.Parts(
        db=ground.db,
        store=compute.ComputeStore(ground.db, Keyring(ground.settings.state / "keys" / "compute")),
        clock=ground.clock,
        bus=ground.bus,
        policy=ground.policy("compute", compute.RULES),
        runs=ground.runs,
        hosts=world.hosts,
        image=below.images,
        network=below.networks,
        placement=below.room,
        volume=below.disks,
        tuning=_tuning(ground.settings),
    )


def _tuning(settings: Settings) -> compute.Tuning:
    return compute.Tuning(
        stop_timeout_s=settings.stop_timeout_s,
        resize_on_same_host=settings.resize_on_same_host,
        confirm_after_s=settings.resize_confirm_s,
        offload_after_s=settings.shelve_offload_s,
        reclaim_after_s=settings.reclaim_s,
    )


def serve(settings: Settings) -> None:
    """Serve the cloud until the process is told to end."""
    import uvicorn

    clock = SystemClock()
    plane = assemble(lay_ground(settings, clock), reach_world(settings, clock))
    uvicorn.run(
        plane.application(),
        host=settings.listen_host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )

"""The control plane, put together from its services."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from starlette.routing import Mount

from haneul import console
from haneul.console import consoles
from haneul.dialects.openstack import app
from haneul.dialects.openstack.catalog import APIS
from haneul.dialects.openstack.cloud import Cloud, Work
from haneul.kit.audit import AuditReading
from haneul.kit.drift import Drift
from haneul.kit.http import Watcher
from haneul.kit.metrics import Metrics
from haneul.kit.policy import Caller
from haneul.kit.upkeep import Loop, Scheduler
from haneul.kit.workflow import Engine, Moment, Observer, Oversight, Point, Runs, require_admin, silent
from haneul.main.ground import Ground, World
from haneul.main.parts import (
    Below,
    compute_parts,
    identity_parts,
    image_parts,
    network_parts,
    placement_parts,
    volume_parts,
)
from haneul.main.watching import record, watched, why_not_ready
from haneul.services import compute, identity, image, network, placement, volume
from haneul.settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp

ADMIN_PASSWORD = "admin-password"
"""The file in `<state>/keys` with the password that the user admin has at first."""
KEPT_RUNS = timedelta(days=30)
_LEASE_AMONG_SEVERAL_S = 8.0
"""So long a control plane that has died keeps its runs from the others."""


@dataclass
class ControlPlane:
    """The whole control plane, put together but not yet at work."""

    ground: Ground
    world: World
    cloud: Cloud
    engine: Engine
    upkeep: Scheduler
    metrics: Metrics
    pulse: console.Pulse
    """Beats whenever long work gets on."""

    def application(self) -> ASGIApp:
        house = replace(self.house(), started=self.start, stopping=self.stop)
        return app.build(self.cloud, APIS, house)

    def house(self) -> app.House:
        """What the application lives in, before anything has begun to work."""
        site = console.build(self._rooms(), self.ground.settings.state / "keys" / "console", self.pulse, self.watchers)
        besides = (*consoles.routes(self.cloud.compute.consoles), Mount(console.PREFIX, site))
        return app.House(besides, self.watchers, self.trouble, home=console.HOME, streamers=(site,))

    def _rooms(self) -> console.Rooms:
        """The cloud as the console's pages see it."""
        return console.Rooms(
            identity=self.cloud.identity,
            compute=self.cloud.compute,
            image=self.cloud.image,
            network=self.cloud.network,
            volume=self.cloud.volume,
            placement=self.cloud.placement,
            clock=self.ground.clock,
            public_url=self.cloud.public_url,
            work=self.cloud.work,
            trouble=self.trouble,
            runs=self.cloud.runs,
            audit=self.cloud.audit,
        )

    @property
    def watchers(self) -> tuple[Watcher, ...]:
        return self.metrics.count, partial(record, self.ground.audit)

    def trouble(self) -> Mapping[str, str]:
        """What keeps this process from serving, in words, by part; empty when it is ready."""
        return why_not_ready(self.ground, self.engine)

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
        self.ground.audit.close()
        self.ground.db.close()


def assemble(ground: Ground, world: World, *, threads: int = 4, observer: Observer = silent) -> ControlPlane:
    """Every service on the ground, over the world; `threads` work on runs."""
    lease_s = 30.0 if ground.db.is_sqlite else _LEASE_AMONG_SEVERAL_S
    pulse = console.Pulse()
    ground.runs.listen(pulse.beat)
    heard = partial(_heard, pulse, observer)
    engine = Engine(ground.runs, threads=threads, observer=heard, owner=ground.settings.replica, lease_s=lease_s)
    people = identity.Identity(identity_parts(ground, world))
    room = placement.Placement(placement_parts(ground))
    images = image.Images(image_parts(ground, world, people))
    networks = network.Network(network_parts(ground, world))
    disks = volume.BlockStorage(volume_parts(ground, world, images))
    computing = compute.Compute(compute_parts(ground, world, Below(images, networks, room, disks)))
    for service in (images, disks, computing):
        for workflow in service.workflows:
            engine.register(workflow, service.parts)
    settings = ground.settings
    loops = (*people.upkeep, *images.upkeep, *networks.upkeep, *disks.upkeep, *computing.upkeep)
    forget = Loop("runs.forget", 3600, lambda: ground.runs.forget(KEPT_RUNS))
    audit = ground.audit
    keep = Loop("audit.keep", 2.0, audit.keep, is_local=True)
    grow_old = Loop("audit.forget", 3600, lambda: audit.forget(ground.clock.now() - _kept_records(ground.settings)))
    upkeep = Scheduler((*loops, forget, keep, grow_old), ground.clock, ground.leadership.leads)
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
        runs=Oversight(ground.runs),
        audit=AuditReading(ground.audit),
        work=lambda caller: _work(ground.runs, upkeep, caller),
        drift=partial(_drift, (computing.drift, networks.differences, disks.drift, images.drift)),
    )
    return ControlPlane(ground, world, cloud, engine, upkeep, watched(ground, cloud, upkeep), pulse)


def _heard(pulse: console.Pulse, observer: Observer, moment: Moment) -> None:
    observer(moment)
    if moment.point is Point.AFTER_COMMIT:
        pulse.beat()


def _kept_records(settings: Settings) -> timedelta:
    return timedelta(days=settings.audit_days)


def _work(runs: Runs, upkeep: Scheduler, caller: Caller) -> Work:
    require_admin(caller)
    unfinished, troubled, interrupted = tuple(runs.unfinished()), tuple(runs.troubled()), tuple(runs.interrupted())
    return Work(unfinished, troubled, interrupted, tuple(upkeep.reports()))


def _drift(views: Sequence[Callable[[], Drift]], caller: Caller) -> Drift:
    require_admin(caller)
    return Drift.of(view() for view in views)

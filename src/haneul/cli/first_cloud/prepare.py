"""From an empty cloud to one with a virtual machine in it.

Every step looks first and creates what is missing, so that a preparation that was interrupted goes on where it
stopped. Once it is complete that is noted, and what the operator changes afterwards is left alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from haneul.cli import credentials
from haneul.cli.first_cloud import flavors, images, networks, people, servers
from haneul.cli.first_cloud.keys import ensure_password, ensure_ssh_key
from haneul.cli.progress import Progress
from haneul.cli.rest import Rest
from haneul.settings import Settings


@dataclass(frozen=True)
class Prepared:
    """What a prepared cloud was given."""

    server: str
    """Id of the first server; empty where none was wanted."""
    address: str
    """Its floating IP."""


@dataclass(frozen=True)
class Plan:
    """What the preparation needs from its caller."""

    image: Callable[[], Path]
    """Answers with the image's file, building it if need be."""
    disk_format: str
    with_server: bool
    logs_in: bool
    """Whether there is a real guest to log in to."""


def prepared(state: Path) -> Prepared | None:
    """What the cloud was given, if its preparation is complete."""
    path = _note(state)
    return Prepared(**json.loads(path.read_text())) if path.exists() else None


def prepare(settings: Settings, access: credentials.Access, plan: Plan, progress: Progress) -> Prepared:
    """Give the cloud what is missing; raises TroubleError with what stands in the way."""
    admin = Rest(access.url, access.clouds["haneul-admin"])
    demo = Rest(access.url, access.clouds["haneul-demo"])
    with progress.step("creating the demo project, its user and the flavors"):
        project = people.ensure_project(admin)
        people.ensure_user(admin, project, access.clouds["haneul-demo"].password)
        flavors.ensure_flavors(admin)
    with progress.step("creating the networks public and private, and a router between them"):
        external = networks.ensure_external(admin, settings)
        networks.ensure_pool(admin)
        private = networks.ensure_private(demo, external, settings.dns_servers or networks.host_dns_servers())
        group = networks.ensure_group(demo)
    image = images.find_image(admin)
    if image is None:
        with progress.step(f"giving the cloud the image {images.NAME}"):
            image = images.upload(admin, plan.image(), plan.disk_format)
    key = settings.state / "keys" / "first"
    keypair = servers.ensure_keypair(demo, ensure_ssh_key(key))
    done = Prepared("", "")
    if plan.with_server:
        wanted = servers.Wanted(image, servers.find_flavor(demo, "m1.tiny"), private, group, keypair)
        done = _boot(demo, wanted, external, progress)
        if plan.logs_in:
            with progress.step(f"waiting for a login at {done.address}"):
                servers.wait_for_login(key, done.address)
    _note(settings.state).write_text(json.dumps(asdict(done)) + "\n")
    return done


def passwords(state: Path) -> tuple[str, str]:
    """The generated passwords of the users admin and demo."""
    keys = state / "keys"
    return ensure_password(keys / "admin-password"), ensure_password(keys / "demo-password")


def _boot(demo: Rest, wanted: servers.Wanted, external: str, progress: Progress) -> Prepared:
    with progress.step(f"booting the server {servers.NAME}"):
        server = servers.ensure_server(demo, wanted)
        return Prepared(server, networks.ensure_floating_ip(demo, external, server))


def _note(state: Path) -> Path:
    return state / "first-cloud.json"

"""What the cloud stands on, and how it reaches the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from haneul import migrations
from haneul.drivers.image.inspection import FormatInspector
from haneul.drivers.image.web import WebFetcher
from haneul.drivers.registry import driver
from haneul.kit import x509
from haneul.kit.audit import AuditLog
from haneul.kit.clock import Clock
from haneul.kit.db import Database, Leadership, Notices
from haneul.kit.errors import Conflict
from haneul.kit.events import Bus
from haneul.kit.policy import Policy
from haneul.kit.workflow import Runs
from haneul.services import compute, identity, image, network, volume
from haneul.settings import ImageStoreAt, OidcIssuer, Settings, SettingsError

GIB = 1024**3


def _refuse_to_join(_secret: str) -> str:
    raise Conflict("host.fake", "The hosts of this cloud are fake: none can join it. Use `haneul up` without --fake.")


@dataclass(frozen=True)
class World:
    """How the cloud reaches the world: its drivers."""

    hosts: compute.Hosts
    networks: network.NetworkDriver
    stores: image.Stores
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
    audit: AuditLog

    def policy(
        self, service: str, rules: Mapping[str, Any], scopes: Mapping[str, frozenset[str]] | None = None
    ) -> Policy:
        """The service's rules, with what the operator wrote into `<state>/policy/<service>.yaml` over them."""
        file = self.settings.state / "policy" / f"{service}.yaml"
        overrides = yaml.safe_load(file.read_text()) if file.exists() else {}
        return Policy(rules, overrides or {}, scopes)


def lay_ground(settings: Settings, clock: Clock) -> Ground:
    """The database, at the newest revision, and what stands on it."""
    db = Database(settings.database)
    migrations.ensure_newest(db)
    notices = Notices(db)
    audit = AuditLog(db, clock, settings.replica, settings.state)
    return Ground(settings, db, clock, Bus(), Runs(db, clock, notices), notices, Leadership(db), audit)


def reach_world(settings: Settings, clock: Clock) -> World:
    """The drivers that the settings name."""
    reached = _fake_hosts(settings, clock) if settings.compute_driver == "fake" else _hosts(settings, clock)
    return World(
        hosts=reached.hosts,
        volumes=reached.volumes,
        backups=driver("volume", "backups")(settings.backups),
        networks=_networks(settings),
        stores=image_stores(settings),
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


def image_stores(settings: Settings) -> image.Stores:
    """Raises SettingsError for stores that would be in each other's way."""
    told = {each.name: each for each in (ImageStoreAt("local"), *settings.image_stores)}
    folders = {
        name: Path(each.directory) if name != "local" else settings.state / "images" for name, each in told.items()
    }
    _check_apart(settings, folders)
    make = driver("image", "directory")
    stores = [
        image.NamedStore(name, make(folder, settings.image_reserve_gib * GIB), told[name].weight,
                         told[name].description, str(folder))
        for name, folder in folders.items()
    ]  # fmt: skip
    return image.Stores(stores, settings.image_default_store)


def _check_apart(settings: Settings, folders: Mapping[str, Path]) -> None:
    if len(settings.image_stores) != len({each.name for each in settings.image_stores}):
        raise SettingsError("Two of image_stores have one name: give each its own.")
    if settings.image_default_store not in folders:
        raise SettingsError(f"image_default_store is none of the stores: choose from {', '.join(folders)}.")
    if any(each.name == "local" and each.directory for each in settings.image_stores):
        raise SettingsError("The image store `local` lies in `<state>/images`: leave its directory out.")
    for name, folder in folders.items():
        if not folder.is_absolute():
            raise SettingsError(f"The image store {name} needs a `directory`, as an absolute path.")
        for other, elsewhere in folders.items():
            if name != other and folder.resolve().is_relative_to(elsewhere.resolve()):
                raise SettingsError(f"The image stores {name} and {other} lie in one directory: keep them apart.")


def _networks(settings: Settings) -> Any:
    if settings.network_driver == "fake":
        return driver("network", "fake")()
    return driver("network", "ovn")(settings.northbound, settings.southbound)


def _issuer(told: OidcIssuer) -> identity.TrustedIssuer:
    return identity.TrustedIssuer(told.url, told.audiences, told.jwks_file, told.ca_file)

"""What each service may lean on."""

from __future__ import annotations

from dataclasses import dataclass

from haneul.kit.keyring import Keyring
from haneul.main.ground import GIB, Ground, World
from haneul.services import compute, identity, image, network, placement, volume
from haneul.settings import Settings


@dataclass(frozen=True)
class Below:
    """What compute stands on."""

    images: image.Images
    networks: network.Network
    room: placement.Placement
    disks: volume.BlockStorage


def identity_parts(ground: Ground, world: World) -> identity.Parts:
    policy = ground.policy("identity", identity.RULES, identity.SCOPES)
    settings = ground.settings
    strictness = identity.IdentitySettings(
        state=settings.state,
        token_lifetime_s=settings.token_lifetime_s,
        token_key_days=settings.token_key_days,
        lockout_attempts=settings.lockout_attempts,
        lockout_s=settings.lockout_s,
        sign_in_failures=settings.sign_in_failures,
        remembered_passwords=settings.remembered_passwords,
        password_pattern=settings.password_pattern,
        password_pattern_description=settings.password_pattern_description,
        password_lifetime_days=settings.password_lifetime_days,
        password_minimum_days=settings.password_minimum_days,
        password_change_at_first_use=settings.password_change_at_first_use,
        federated_membership_minutes=settings.federated_membership_minutes,
    )
    return identity.open_parts(ground.db, ground.clock, ground.bus, policy, strictness, world.issuers)


def placement_parts(ground: Ground) -> placement.Parts:
    store = placement.PlacementStore(ground.db)
    ratios = {"VCPU": ground.settings.cpu_overcommit, "MEMORY_MB": ground.settings.memory_overcommit}
    return placement.Parts(ground.db, store, ground.clock, ground.policy("placement", placement.RULES), ratios)


def image_parts(ground: Ground, world: World, people: identity.Identity) -> image.Parts:
    settings = ground.settings
    options = image.Options(
        max_image_bytes=settings.image_max_gib * GIB,
        max_project_bytes=settings.image_project_gib * GIB,
        max_project_images=settings.image_project_count,
        hash_algorithm=settings.image_hash,
    )
    return image.Parts(
        db=ground.db,
        store=image.ImageStore(ground.db),
        clock=ground.clock,
        bus=ground.bus,
        policy=ground.policy("image", image.RULES, image.SCOPES),
        runs=ground.runs,
        stores=world.stores,
        inspector=world.inspector,
        fetcher=world.fetcher,
        limits=image.UnifiedLimits(people, settings.region, options),
        options=options,
        started_at=ground.clock.now(),
    )


def network_parts(ground: Ground, world: World) -> network.Parts:
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


def volume_parts(ground: Ground, world: World, images: image.Images) -> volume.Parts:
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


def compute_parts(ground: Ground, world: World, below: Below) -> compute.Parts:
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

"""What the words of a wish stand for: flavor, image, host, networks, security groups."""

from __future__ import annotations

import base64
import binascii

from haneul.kit.errors import Conflict, Forbidden, Invalid, NotFound, OverQuota
from haneul.kit.policy import INTERNAL, Caller
from haneul.services.compute.model import NO_LIMIT, Flavor, InjectedFile, Limits, QuotaKey, ServerGroup, WantedNic
from haneul.services.compute.parts import Parts
from haneul.services.compute.verbs.flavors import Flavors
from haneul.services.compute.verbs.limits import effective_limits
from haneul.services.compute.verbs.servers.wishes import Networks, ServerWish
from haneul.services.compute.verbs.zones import Zones
from haneul.services.image import Image, require_bootable
from haneul.services.network import Filter, Listing, Port, VirtualNetwork, is_shared_with

_GIB = 1024**3


def chosen_flavor(parts: Parts, caller: Caller, flavor_id: str) -> Flavor:
    """Raises Invalid("flavor.absent"): in a wish, what is not there is a mistake of the wish."""
    try:
        return Flavors(parts).get(caller, flavor_id)
    except NotFound as error:
        raise Invalid(error.code, error.message) from error


def chosen_image(parts: Parts, caller: Caller, image_id: str | None, flavor: Flavor) -> str:
    """The id of an image that is ready and fits the flavor."""
    if not image_id:
        raise Invalid(
            "server.no_image", "Invalid imageRef provided: a server needs an image to begin with, so name one."
        )
    image = named_image(parts, caller, image_id)
    if image.status != "active":
        raise Invalid("image.not_active", f"Image {image_id} is not active: wait until it is, or choose another.")
    require_bootable(image)
    if flavor.memory_mib < image.min_ram_mib:
        raise Invalid(
            "flavor.memory_too_small",
            f"Flavor's memory is too small for requested image: it has {flavor.memory_mib} MiB, "
            f"the image needs {image.min_ram_mib} MiB.",
        )
    needed_gib = max(image.min_disk_gib, -(-(image.virtual_size_bytes or 0) // _GIB))
    if flavor.disk_gib and flavor.disk_gib < needed_gib:
        raise Invalid(
            "flavor.disk_too_small",
            f"Flavor's disk is too small for requested image: it has {flavor.disk_gib} GiB, "
            f"the image needs {needed_gib} GiB.",
        )
    return image.id


def named_image(parts: Parts, caller: Caller, image_id: str) -> Image:
    """Invalid for one that the caller does not see."""
    try:
        return parts.image.images.get(caller, image_id)
    except NotFound as error:
        raise Invalid(error.code, f"Can not find requested image: {error.message}") from error


def chosen_host(parts: Parts, wish: ServerWish) -> tuple[str | None, str]:
    """The zone asked for, if any, and the id of the host it must be, empty for any.

    Raises Invalid("zone.absent") and Invalid("host.absent").
    """
    zone, _, rest = wish.zone.partition(":")
    if zone and zone not in {each.name for each in Zones(parts).list(INTERNAL) if each.is_available}:
        names = ", ".join(each.name for each in Zones(parts).list(INTERNAL) if each.is_available)
        raise Invalid("zone.absent", f"The requested availability zone is not available: {zone}. There is: {names}.")
    name = rest.partition(":")[0] or rest.rpartition(":")[2] or wish.host
    if not name:
        return zone or None, ""
    host = parts.store.hosts.find_by_name(name)
    if host is None:
        raise Invalid("host.absent", f"Compute host {name} could not be found.")
    return zone or None, host.id


def chosen_nics(parts: Parts, caller: Caller, wish: ServerWish) -> tuple[WantedNic, ...]:
    """The network cards, each on a port or network that is there and that the caller may use."""
    if isinstance(wish.networks, tuple):
        for nic in wish.networks:
            check_nic(parts, caller, nic)
        ports = [nic.port_id for nic in wish.networks if nic.port_id]
        if len(set(ports)) != len(ports):
            raise Invalid("network.port_twice", "A port can be used for one network card only: name each once.")
        return wish.networks
    if wish.networks is Networks.NONE:
        return ()
    network_id = only_network(parts, caller, may_be_none=wish.networks is Networks.ANY)
    return (WantedNic(network_id),) if network_id else ()


def only_network(parts: Parts, caller: Caller, *, may_be_none: bool = False) -> str:
    """The id of the one network that the project can plug into, made now where it has none and needs one.

    Raises Conflict if there are several, Invalid if none can be made.
    """
    found = parts.network.networks.for_servers(caller, None)
    if found or may_be_none:
        return found[0].id if found else ""
    try:
        return parts.network.auto_topologies.ensure(caller).network_id
    except Conflict as error:
        message = f"The project has no network, and none can be made for it: {error.message}"
        raise Invalid("network.none_to_use", message) from error


def check_nic(parts: Parts, caller: Caller, nic: WantedNic) -> None:
    """Raises Invalid, Forbidden or Conflict for what cannot be plugged."""
    try:
        if nic.port_id:
            _check_port(parts.network.ports.get(caller, nic.port_id))
        else:
            _check_network(parts, caller, parts.network.networks.get(caller, nic.network_id), nic)
    except NotFound as error:
        raise Invalid(error.code, error.message) from error


def _check_port(port: Port) -> None:
    if port.device_id:
        raise Conflict("port.in_use", f"Port {port.id} is still in use: choose another or detach it first.")
    if not port.fixed_ips:
        raise Invalid("port.no_address", f"Port {port.id} requires a FixedIP in order to be used: give it one first.")


def _check_network(parts: Parts, caller: Caller, network: VirtualNetwork, nic: WantedNic) -> None:
    if network.is_external and not is_shared_with(network, caller.project_id):
        rule = "network:attach_external_network"
        if not parts.policy.allows(caller, rule, {"project_id": caller.project_id}):
            raise Forbidden(
                "network.external", f"It is not allowed to create an interface on external network {network.id}."
            )
    if not network.subnet_ids:
        raise Invalid(
            "network.no_subnet", f"Network {network.id} requires a subnet in order to boot instances on: make one."
        )
    if nic.fixed_ip:
        holders = Listing(Filter({"network_id": (network.id,)}))
        taken = {ip for port in parts.network.ports.list(INTERNAL, holders) for ip in port.addresses}
        if nic.fixed_ip in taken:
            raise Invalid(
                "network.address_taken", f"Fixed IP address {nic.fixed_ip} is already in use: choose another."
            )


def chosen_groups(parts: Parts, caller: Caller, names: tuple[str, ...]) -> tuple[str, ...]:
    """The ids of security groups by name or id; none stands for the project's default."""
    if not names:
        return ()
    try:
        return parts.network.security_groups.resolve(caller, names)
    except NotFound as error:
        raise Invalid(error.code, error.message) from error


def chosen_server_group(parts: Parts, caller: Caller, wish: ServerWish) -> ServerGroup | None:
    """The group that the hints name. Raises Invalid("server_group.absent")."""
    group_id = wish.scheduler_hints.get("group")
    if group_id is None:
        return None
    group = parts.store.groups.find(str(group_id))
    if group is None or group.project_id != caller.project_id:
        raise Invalid("server_group.absent", f"Instance group {group_id} could not be found.")
    return group


def require_room_for_files(limits: Limits, files: tuple[InjectedFile, ...]) -> None:
    """Raises Invalid("server.personality") and OverQuota("quota.injected_files")."""
    found = {QuotaKey.INJECTED_FILES: len(files)}
    for file in files:
        try:
            size = len(base64.b64decode("".join(file.contents.split()), validate=True))
        except binascii.Error as error:
            raise Invalid(
                "server.personality", f"Personality content for {file.path} cannot be decoded: give it as base64."
            ) from error
        for key, amount in (
            (QuotaKey.INJECTED_FILE_PATH_BYTES, len(file.path.encode())),
            (QuotaKey.INJECTED_FILE_CONTENT_BYTES, size),
        ):
            found[key] = max(found.get(key, 0), amount)
    for key, amount in found.items():
        if limits.of(key) != NO_LIMIT and amount > limits.of(key):
            what = key.value.replace("_", " ")
            raise OverQuota("quota.injected_files", f"Quota exceeded: {limits.of(key)} {what} are the most.")


def require_place_in_group(parts: Parts, wish: ServerWish, count: int) -> None:
    """Raises OverQuota if the group may not have so many more members."""
    group = parts.store.groups.find(str(wish.scheduler_hints.get("group", "")))
    if group is None:
        return
    limit = effective_limits(parts.store, group.project_id).of(QuotaKey.SERVER_GROUP_MEMBERS)
    if limit != NO_LIMIT and len(group.members) + count > limit:
        raise OverQuota(
            "quota.server_group_members", f"Quota exceeded, too many servers in group: {limit} are the most."
        )

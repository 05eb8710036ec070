"""What a request to create servers asks for."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from haneul.dialects.openstack.compute.block_devices import wanted_disks
from haneul.kit.errors import Invalid
from haneul.kit.ids import is_uuid
from haneul.services.compute import InjectedFile, Networks, ServerWish, WantedNic

_TRUE = frozenset({True, "true", "True", "TRUE", "1", "on", "ON", "On", "yes", "YES", "Yes", "t", "y"})


def server_wish(body: Mapping[str, Any]) -> ServerWish:
    """The body of POST /servers in the newest version."""
    asked = body["server"]
    hints = body.get("os:scheduler_hints") or body.get("OS-SCH-HNT:scheduler_hints") or {}
    min_count = int(asked.get("min_count") or 1)
    return ServerWish(
        name=asked["name"].strip(),
        flavor_id=_flavor_id(asked["flavorRef"]),
        image_id=_image_id(asked),
        disks=wanted_disks(asked),
        networks=_networks(asked.get("networks", "any")),
        security_groups=tuple(group["name"] for group in asked.get("security_groups", ()) if "name" in group),
        key_name=asked.get("key_name"),
        user_data=asked.get("user_data") or "",
        files=files_of(asked),
        metadata=asked.get("metadata", {}),
        tags=tuple(dict.fromkeys(asked.get("tags") or ())),
        description=asked.get("description"),
        hostname=asked.get("hostname"),
        zone=asked.get("availability_zone") or "",
        host=asked.get("host") or asked.get("hypervisor_hostname") or "",
        min_count=min_count,
        max_count=int(asked.get("max_count") or min_count),
        has_config_drive=asked.get("config_drive") in _TRUE,
        disk_config=asked.get("OS-DCF:diskConfig", "MANUAL"),
        access_ipv4=asked.get("accessIPv4") or "",
        access_ipv6=shortest(asked.get("accessIPv6")),
        admin_password=asked.get("adminPass") or "",
        scheduler_hints=hints,
    )


def files_of(asked: Mapping[str, Any]) -> tuple[InjectedFile, ...]:
    """The files that the guest shall write, which versions before 2.57 ask for."""
    return tuple(InjectedFile(file["path"], file["contents"]) for file in asked.get("personality") or ())


def shortest(address: str | None) -> str:
    """An address in its canonical form; nothing for none."""
    return str(ipaddress.ip_address(address)) if address else ""


def _flavor_id(reference: str | int) -> str:
    """An id, or an address that ends in one."""
    return str(reference).rstrip("/").rpartition("/")[2]


def _image_id(asked: Mapping[str, Any]) -> str | None:
    if asked.get("trusted_image_certificates"):
        raise Invalid("server.trusted_certificates", "Image signatures are not verified: leave out the certificates.")
    reference = asked.get("imageRef") or ""
    image_id = str(reference).rstrip("/").rpartition("/")[2]
    if not image_id:
        return None
    if not is_uuid(image_id):
        raise Invalid("image.malformed", "Invalid imageRef provided: it has to be the id of an image.")
    return image_id


def _networks(asked: Any) -> tuple[WantedNic, ...] | Networks:
    if isinstance(asked, str):
        return Networks(asked)
    if not asked:
        return Networks.ANY
    return tuple(_nic(nic) for nic in asked)


def _nic(asked: Mapping[str, Any]) -> WantedNic:
    network_id, port_id, fixed_ip = asked.get("uuid") or "", asked.get("port") or "", asked.get("fixed_ip") or ""
    for value, name in ((network_id, "uuid"), (port_id, "port")):
        if value and not is_uuid(value):
            raise Invalid("network.malformed", f"Bad networks format: {name} is not in proper format ({value}).")
    if not (network_id or port_id):
        raise Invalid("network.malformed", "Bad network format: missing 'uuid': name a network or a port.")
    if port_id and fixed_ip:
        raise Invalid(
            "network.malformed", "Specified Fixed IP cannot be used with port: a port has its address already."
        )
    if fixed_ip:
        try:
            ipaddress.ip_address(fixed_ip)
        except ValueError as error:
            raise Invalid("network.malformed", f"Invalid fixed IP address ({fixed_ip}).") from error
    return WantedNic("" if port_id else network_id, port_id, fixed_ip, asked.get("tag") or "")

"""What older versions showed otherwise: small functions from a newer answer to an older one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from haneul.kit.http import Change

Transform = Callable[[Any], Any]

SHOWN_SERVERS = ("get_server", "list_servers_detail", "update_server", "rebuild_server")


def each(one: str, many: str, change: Callable[[dict[str, Any]], None]) -> Transform:
    """Apply `change` to the thing under `one`, or to each of those under `many`."""

    def lower(body: Any) -> Any:
        for thing in [body[one]] if one in body else body.get(many, []):
            change(thing)
        return body

    return lower


def dropping(*names: str) -> Callable[[dict[str, Any]], None]:
    def drop(thing: dict[str, Any]) -> None:
        for name in names:
            thing.pop(name, None)

    return drop


def servers(change: Callable[[dict[str, Any]], None]) -> dict[str, Change]:
    return {name: Change(lower=each("server", "servers", change)) for name in SHOWN_SERVERS}


def without_fields(*names: str) -> dict[str, Change]:
    return servers(dropping(*names))


# What one version showed otherwise.


def hide_hostname(server: dict[str, Any]) -> None:
    """It was for administrators, who see the host too."""
    if "OS-EXT-SRV-ATTR:host" not in server:
        server.pop("OS-EXT-SRV-ATTR:hostname", None)


def only_ids_of_volumes(server: dict[str, Any]) -> None:
    for volume in server.get("os-extended-volumes:volumes_attached", ()):
        volume.pop("delete_on_termination", None)


_NOT_AFTER_UPDATE = (
    "OS-EXT-AZ:availability_zone",
    "config_drive",
    "key_name",
    "OS-SRV-USG:launched_at",
    "OS-SRV-USG:terminated_at",
    "security_groups",
    "OS-EXT-STS:task_state",
    "OS-EXT-STS:vm_state",
    "OS-EXT-STS:power_state",
    "os-extended-volumes:volumes_attached",
    "host_status",
)


def shorten_update(server: dict[str, Any]) -> None:
    """An update's answer told less, and no more of an address than where it is."""
    administrators = [name for name in server if name.startswith("OS-EXT-SRV-ATTR:")]
    dropping(*_NOT_AFTER_UPDATE, *administrators)(server)
    for entries in server["addresses"].values():
        for entry in entries:
            dropping("OS-EXT-IPS:type", "OS-EXT-IPS-MAC:mac_addr")(entry)


def refer_to_flavor(server: dict[str, Any]) -> None:
    server["flavor"] = server["flavor"].older


def blank_swap(flavor: dict[str, Any]) -> None:
    flavor["swap"] = flavor["swap"] or ""


def show_resources(hypervisor: Any) -> None:
    """What a host has, instead of how long it runs."""
    if "hypervisor_type" in hypervisor:
        del hypervisor["uptime"]
        hypervisor.update({name: value for name, value in hypervisor.older.items() if name != "number"})


def number(thing: Any) -> None:
    """A host had a number for an id, and so had its service."""
    thing["id"] = thing.older["number"]
    if "service" in thing:
        thing["service"]["id"] = thing["id"]


def recall(wrapper: str, *names: str) -> Transform:
    """Show again what the thing under `wrapper` remembers under these names."""

    def lower(body: Any) -> Any:
        thing = body[wrapper]
        thing.update({name: thing.older[name] for name in names})
        return body

    return lower


def cpu_as_text(hypervisor: Any) -> None:
    if isinstance(hypervisor.get("cpu_info"), dict):
        hypervisor["cpu_info"] = msgspec.json.encode(hypervisor["cpu_info"]).decode()


def dropping_keys(wrapper: str, *names: str) -> Transform:
    def lower(body: Any) -> Any:
        dropping(*names)(body[wrapper])
        return body

    return lower


def keypairs(*names: str) -> Transform:
    def lower(body: Any) -> Any:
        for keypair in [body] if "keypair" in body else body["keypairs"]:
            dropping(*names)(keypair["keypair"])
        return body

    return lower


def hide_event_hosts(body: Any) -> Any:
    for event in body["instanceAction"]["events"]:
        dropping("host", "hostId")(event)
    return body


def shorten_rebuild(server: dict[str, Any]) -> None:
    """As an update, but for the key."""
    key_name = server["key_name"]
    shorten_update(server)
    server["key_name"] = key_name


def hide_owners_events(body: Any) -> Any:
    """Events were for administrators, who see where it went wrong."""
    events = body["instanceAction"]["events"]
    if not all("traceback" in event for event in events):
        del body["instanceAction"]["events"]
    return body


def old_group(group: dict[str, Any]) -> None:
    """A list of policies, of which there was one, and no rules."""
    group["policies"], group["metadata"] = [group.pop("policy")], {}
    del group["rules"]


def hide_event_details(body: Any) -> Any:
    for event in body["instanceAction"]["events"]:
        del event["details"]
    return body


def unpage_actions(body: Any) -> Any:
    body.pop("links", None)
    for action in body["instanceActions"]:
        del action["updated_at"]
    return body


def old_quota_class(names: tuple[str, ...]) -> Transform:
    """Quota classes had networks in them, and no server groups."""
    recalled = recall("quota_class_set", *names)

    def lower(body: Any) -> Any:
        dropping("server_groups", "server_group_members")(body["quota_class_set"])
        return recalled(body)

    return lower

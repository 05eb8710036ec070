"""Which hosts come into question for a server: by zone, by what aggregates are for, by hints."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence

from haneul.kit.errors import Invalid
from haneul.kit.spec_words import meets
from haneul.services.compute.model import Aggregate, Host, Server, ServerBirth
from haneul.services.compute.model.queries import fulfils, parse_query
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.disks import volume_bounds
from haneul.services.placement import Bound

_SCOPE = "aggregate_instance_extra_specs:"
_MIB_PER_GIB = 1024


def bounds_of(parts: Parts, server: Server, birth: ServerBirth) -> tuple[Bound, ...]:
    """In the order in which they are told."""
    aggregates = parts.store.aggregates.list()
    zone = _zone_bound(parts.tuning.zone, server, birth, aggregates)
    near = volume_bounds(parts, server, birth)
    return (*zone, *_spec_bounds(server, aggregates), *_hint_bounds(parts, server, birth), *near)


def _zone_bound(default: str, server: Server, birth: ServerBirth, aggregates: Sequence[Aggregate]) -> list[Bound]:
    """A host that was named with the zone by default is taken wherever it is, as operators are used to."""
    zone = server.pinned_zone
    if zone is None or (zone == default and birth.host_id):
        return []
    reason, remedy, told = f"outside of the zone {zone}", "ask for another zone or for none", f"outside of zone {zone}"
    if zone == default and not any(each.zone == default for each in aggregates):
        others = frozenset(each.id for each in aggregates if each.zone)
        return [Bound(others, reason, remedy, is_inside=False, is_of_aggregates=True, told=told)] if others else []
    members = frozenset(each.id for each in aggregates if each.zone == zone)
    return [Bound(members, reason, remedy, is_of_aggregates=True, told=told)]


def _spec_bounds(server: Server, aggregates: Sequence[Aggregate]) -> list[Bound]:
    """One for each extra spec of the flavor that aggregates speak of; one without a scope only if some does."""
    spoken_of = {key for each in aggregates for key in each.metadata}
    bounds = []
    for name, wanted in server.flavor.extra_specs.items():
        key = name.removeprefix(_SCOPE)
        if key == name and (":" in name or key not in spoken_of):
            continue
        members = frozenset(each.id for each in aggregates if key in each.metadata and _has(each.metadata[key], wanted))
        reason = f"in no aggregate with {key} {wanted}"
        remedy = f"set {key} on an aggregate of its, or take another flavor"
        told = "other than the flavor is made for"
        bounds.append(Bound(members, reason, remedy, is_of_aggregates=True, told=told))
    return bounds


def _has(values: str, wanted: str) -> bool:
    return any(meets(value.strip(), wanted) for value in values.split(","))


def _hint_bounds(parts: Parts, server: Server, birth: ServerBirth) -> list[Bound]:
    hints, bounds = birth.scheduler_hints, []
    for name, is_inside in (("same_host", True), ("different_host", False)):
        if hints.get(name):
            ids = frozenset(_hosts_of(parts, server, hints[name]))
            bounds.append(_hint_bound(name, ids, is_inside=is_inside))
    if hints.get("build_near_host_ip"):
        near = _network(str(hints["build_near_host_ip"]), str(hints.get("cidr") or "/24"))
        ids = frozenset(host.id for host in parts.store.hosts.list() if _is_in(host, near))
        bounds.append(_hint_bound("build_near_host_ip", ids))
    if hints.get("query"):
        query = parse_query(hints["query"])
        facts = _facts(parts)
        ids = frozenset(host_id for host_id in facts if fulfils(query, facts[host_id]))
        bounds.append(_hint_bound("query", ids))
    return bounds


def _hint_bound(name: str, ids: Iterable[str], *, is_inside: bool = True) -> Bound:
    told = f"against the scheduler hint {name}"
    return Bound(frozenset(ids), told, f"leave out the scheduler hint {name}", is_inside=is_inside, told=told)


def check_hints(hints: Mapping[str, object]) -> None:
    """Raises Invalid("server.hint_query") and Invalid("server.hint_address") for hints that mean nothing."""
    if hints.get("query"):
        parse_query(hints["query"])
    if hints.get("build_near_host_ip"):
        _network(str(hints["build_near_host_ip"]), str(hints.get("cidr") or "/24"))


def _hosts_of(parts: Parts, server: Server, named: object) -> list[str]:
    """Where the servers of the same project are that a hint names, one or many."""
    ids = [named] if isinstance(named, str) else named
    assert isinstance(ids, list | tuple)
    found = parts.store.servers.hosts_of([str(each) for each in ids], server.project_id)
    return [host_id for host_id in found.values() if host_id]


def _network(address: str, prefix: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(f"{address}{prefix}", strict=False)
    except ValueError as error:
        message = f"The scheduler hints build_near_host_ip and cidr name no network: {error}."
        raise Invalid("server.hint_address", message) from error


def _is_in(host: Host, near: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    if host.inventory is None:
        return False
    try:
        return ipaddress.ip_address(host.inventory.address) in near
    except ValueError:
        return False  # A host that is known by a name is near to nothing.


def _facts(parts: Parts) -> dict[str, dict[str, object]]:
    """By host: what a query may ask about, by Nova's names."""
    used, busy = parts.store.hosts.count_servers(), parts.store.servers.count_building()
    facts: dict[str, dict[str, object]] = {}
    for host in parts.store.hosts.list():
        if (has := host.inventory) is None:
            continue
        servers, vcpus, memory_mib, disk_gib = used.get(host.id, (0, 0, 0, 0))
        facts[host.id] = {
            "host": host.name,
            "hypervisor_hostname": host.name,
            "hypervisor_type": has.hypervisor,
            "hypervisor_version": has.hypervisor_version,
            "total_usable_ram_mb": has.memory_mib,
            "free_ram_mb": has.memory_mib - memory_mib,
            "total_usable_disk_gb": has.disk_gib,
            "free_disk_mb": (has.disk_gib - disk_gib) * _MIB_PER_GIB,
            "vcpus_total": has.vcpus,
            "vcpus_used": vcpus,
            "num_instances": servers,
            "num_io_ops": busy.get(host.id, 0),
        }
    return facts

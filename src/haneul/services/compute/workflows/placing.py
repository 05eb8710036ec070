"""Where a server may go: candidates, a claim, or the reason why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from haneul.kit.errors import NoCapacity, Unavailable
from haneul.services.compute.model import FlavorSnapshot, GroupPolicy, Server, ServerBirth
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.bounds import bounds_of
from haneul.services.compute.workflows.sightings import takes_servers
from haneul.services.placement import Bound, Candidate, CandidateRequest, ConsumerId, ProviderId, Refusal

NO_HOST = "placement.no_host"
_REQUIRED = "required"
_RESOURCES = "resources:"


def resources_of(flavor: FlavorSnapshot, *, boots_from_volume: bool) -> Mapping[str, int]:
    """What a server of the flavor takes of its host, in placement's resource classes.

    An extra spec `resources:CLASS` says otherwise than the flavor's size does.
    """
    disk_gib = (0 if boots_from_volume else flavor.disk_gib) + flavor.ephemeral_gib + -(-flavor.swap_mib // 1024)
    wanted = {"VCPU": flavor.vcpus, "MEMORY_MB": flavor.memory_mib, "DISK_GB": disk_gib}
    for key, value in flavor.extra_specs.items():
        if key.startswith(_RESOURCES) and value.isdecimal():
            wanted[key.removeprefix(_RESOURCES)] = int(value)
    return {name: amount for name, amount in wanted.items() if amount}


def choose_host(parts: Parts, server: Server, birth: ServerBirth, not_on: frozenset[str] = frozenset()) -> str:
    """The id of a host on which room for the server is claimed.

    Raises NoCapacity("placement.no_host"), and Unavailable("host.away") while a host may be back in a moment.
    """
    away_from = frozenset(ProviderId(host_id) for host_id in not_on)
    for request in _requests(parts, server, birth):
        host_id = _claim(parts, server, replace(request, not_in=request.not_in | away_from))
        if host_id is not None:
            return host_id
    if _one_is_cut_off(parts):
        raise Unavailable("host.away", "A host that may have room has lost its connection just now: ask again")
    raise NoCapacity(NO_HOST, _told(_for_tenants(parts, server, birth, away_from)))


def _told(reason: str) -> str:
    return f"No valid host was found. {reason}"


def _one_is_cut_off(parts: Parts) -> bool:
    """Whether a host counts as up still, although placement knows already that nobody reaches it."""
    unreached = parts.placement.hosts.disabled()
    return any(ProviderId(host.id) in unreached and takes_servers(parts, host) for host in parts.store.hosts.list())


def _claim(parts: Parts, server: Server, request: CandidateRequest) -> str | None:
    """The id of the host that was claimed; None when no host fits the request."""
    while candidates := parts.placement.candidates.find(request):
        for candidate in candidates:
            try:
                parts.placement.claims.claim(
                    ConsumerId(server.id), candidate.provider_id, request.resources, server.project_id, server.user_id
                )
            except NoCapacity:
                continue  # Somebody else was faster: the next one may have room.
            return candidate.provider_id
        tried = frozenset(candidate.provider_id for candidate in candidates)
        request = replace(request, not_in=request.not_in | tried)
    return None


def _requests(parts: Parts, server: Server, birth: ServerBirth) -> list[CandidateRequest]:
    """What is looked for, the better first: a group that only wishes is content with less."""
    plain = _request(parts, server, birth)
    group_id = parts.store.groups.of_servers([server.id]).get(server.id)
    group = None if group_id is None else parts.store.groups.find(group_id, for_update=True)
    if group is None:
        return [plain]
    hosts = parts.store.groups.hosts(group.id)
    near = [_bounded(plain, [host_id], _APART, is_inside=True) for host_id in hosts]
    full = [host_id for host_id, count in hosts.items() if count >= group.most_per_host]
    apart = _bounded(plain, full, _TOO_NEAR, is_inside=False)
    return {
        GroupPolicy.AFFINITY: near[:1] or [plain],
        GroupPolicy.ANTI_AFFINITY: [apart],
        GroupPolicy.SOFT_AFFINITY: [*near, plain],
        GroupPolicy.SOFT_ANTI_AFFINITY: [apart, plain],
    }[group.policy]


_APART = "apart from its server group"
_TOO_NEAR = "with as many servers of its group as may be together"


def _bounded(request: CandidateRequest, host_ids: Sequence[str], reason: str, *, is_inside: bool) -> CandidateRequest:
    """The request with what a server group wants."""
    bound = Bound(frozenset(host_ids), reason, "leave it out of its server group", is_inside=is_inside)
    return replace(request, bounds=(*request.bounds, bound))


def _for_tenants(
    parts: Parts, server: Server, birth: ServerBirth, away_from: frozenset[ProviderId] = frozenset()
) -> str:
    """What is missing, without a word about which hosts there are."""
    request = replace(_request(parts, server, birth), not_in=away_from)
    if parts.placement.candidates.find(request):
        return "There is room only where its server group does not let it be: leave the group out or make room."
    removed = parts.placement.candidates.explain(request).removed
    reasons = list(dict.fromkeys(each.told for each in removed if each.told))
    if not reasons:
        return "No host takes new servers now: try again later."
    is_for_size = all(reason.startswith("with") for reason in reasons)
    otherwise = "choose another flavor" if is_for_size else "ask for something else"
    return f"There are only hosts {' or '.join(reasons)}: {otherwise} or try later."


def explain(parts: Parts, server: Server, birth: ServerBirth) -> Refusal:
    """What each condition took away, with numbers: for administrators."""
    return parts.placement.candidates.explain(_requests(parts, server, birth)[-1])


def where_it_may_go(parts: Parts, server: Server, birth: ServerBirth) -> list[Candidate]:
    """The hosts on which it would be placed now, the best first."""
    for request in _requests(parts, server, birth):
        if found := parts.placement.candidates.find(request):
            return found
    return []


def why_nowhere(parts: Parts, server: Server, birth: ServerBirth) -> str:
    """Why no host has room for it now, in words for its owner; empty if one has."""
    return "" if where_it_may_go(parts, server, birth) else _told(_for_tenants(parts, server, birth))


def _request(parts: Parts, server: Server, birth: ServerBirth) -> CandidateRequest:
    specs = server.flavor.extra_specs
    traits = (key.removeprefix("trait:") for key, value in specs.items() if value == _REQUIRED)
    return CandidateRequest(
        resources=resources_of(server.flavor, boots_from_volume=server.boots_from_volume),
        required=frozenset(trait for trait in traits if trait.isupper()),
        in_provider=ProviderId(birth.host_id) if birth.host_id else None,
        bounds=bounds_of(parts, server, birth),
    )

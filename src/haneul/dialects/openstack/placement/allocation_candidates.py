"""Allocation candidates: every way to grant a request for resources."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.placement.queries import read_traits, read_wish
from haneul.dialects.openstack.placement.schemas import GROUPED
from haneul.dialects.openstack.placement.views import reply
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request, Version
from haneul.services.placement import Found, Room, Search, Wish

_ALL_RESOURCES = Version(1, 27)
_NESTED = Version(1, 29)
_SUBTREES = Version(1, 36)
_GROUP = re.compile(rf"({'|'.join(GROUPED)})(.*)", re.DOTALL)


def list_allocation_candidates(cloud: Cloud, req: Request) -> Reply:
    query = _read(req)
    found = cloud.placement.candidates.search(req.caller, query)
    asked = {name for wish in query.groups.values() for name in wish.resources}
    return reply(req, _show(found, None if req.version >= _ALL_RESOURCES else asked))


def _read(req: Request) -> Search:
    subtrees = tuple(frozenset(text.strip().split(",")) for text in req.query.all("same_subtree"))
    groups = _groups(req)
    _check_groups(groups, subtrees, req.version)
    policy = req.query.get("group_policy")
    if policy is None and sum(bool(suffix) for suffix in groups) > 1:
        raise Invalid("placement.no_group_policy", "With several groups say group_policy=none or group_policy=isolate")
    roots = req.query.all("root_required")
    if len(roots) > 1:
        raise Invalid("placement.repeated_query", "Say root_required once, its traits separated by commas")
    required, forbidden = read_traits("root_required", roots, min(req.version, Version(1, 38)))
    return Search(
        groups=groups,
        limit=req.query.get_int("limit"),
        isolate=policy == "isolate",
        root_required=frozenset().union(*required),
        root_forbidden=forbidden,
        same_subtrees=subtrees,
        nested=req.version >= _NESTED,
    )


def _groups(req: Request) -> dict[str, Wish]:
    """What each group asks for, by its suffix."""
    values: dict[str, dict[str, list[str]]] = defaultdict(lambda: {name: [] for name in GROUPED})
    for key, value in req.query.items:
        match = _GROUP.fullmatch(key)
        if match is not None:
            values[match[2]][match[1]].append(value.strip())
    return {
        suffix: read_wish({name: name + suffix for name in GROUPED}, dict(group), req.version)
        for suffix, group in values.items()
    }


def _check_groups(groups: dict[str, Wish], subtrees: tuple[frozenset[str], ...], version: Version) -> None:
    empty = {suffix for suffix, wish in groups.items() if not wish.resources}
    if len(empty) == len(groups):
        raise Invalid("placement.no_resources", "Nothing is asked for: say resources, or resources of a group")
    named: frozenset[str] = frozenset().union(*subtrees)
    if version < _SUBTREES and empty:
        raise Invalid("placement.empty_group", f"{_told(empty)} asks for no resources: say them too")
    if empty - named:
        raise Invalid("placement.bad_query", f"{_told(empty - named)} asks for no resources and is in no same_subtree")
    unknown = {suffix for suffix in named if suffix not in groups or not suffix}
    if unknown:
        raise Invalid("placement.bad_query", f"same_subtree names {_told(unknown)}: name groups of this request")


def _told(suffixes: set[str] | frozenset[str]) -> str:
    return "the group " + ", ".join(repr(suffix) for suffix in sorted(suffixes))


def _show(found: Found, only: set[str] | None) -> dict[str, Any]:
    """`only`: the resource classes that the summaries show; None: all."""
    requests = [
        {
            "allocations": {pid: {"resources": given} for pid, given in proposal.resources.items()},
            "mappings": proposal.providers_by_suffix,
        }
        for proposal in found.proposals
    ]
    summaries = {room.provider.id: _summary(room, only) for room in found.rooms}
    return {"allocation_requests": requests, "provider_summaries": summaries}


def _summary(room: Room, only: set[str] | None) -> dict[str, Any]:
    return {
        "resources": {
            name: {"capacity": inventory.capacity(), "used": room.used[name]}
            for name, inventory in room.inventories.items()
            if only is None or name in only
        },
        "traits": sorted(room.traits),
        "parent_provider_uuid": room.provider.parent_id,
        "root_provider_uuid": room.provider.root_id,
    }

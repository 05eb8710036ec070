"""Resource providers."""

from __future__ import annotations

import uuid
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.placement.queries import read_wish
from haneul.dialects.openstack.placement.views import path, reply
from haneul.kit.http import Reply, Request, Version
from haneul.services.placement import Provider, ProviderFilter, ProviderId

_LINKS = ("inventories", "usages", "aggregates", "traits", "allocations")
_MOVES = Version(1, 37)


def list_resource_providers(cloud: Cloud, req: Request) -> Reply:
    names = ("resources", "required", "member_of", "in_tree")
    wish = read_wish({name: name for name in names}, {name: req.query.all(name) for name in names}, req.version)
    wanted = req.query.get("uuid")
    which = ProviderFilter(req.query.get("name"), None if wanted is None else ProviderId(wanted), wish)
    found = cloud.placement.providers.list(req.caller, which)
    at = max((provider.updated_at for provider in found if provider.updated_at), default=None)
    return reply(req, {"resource_providers": [show(req, provider) for provider in found]}, at=at)


def create_resource_provider(cloud: Cloud, req: Request) -> Reply:
    wanted = req.body.get("uuid")
    provider = cloud.placement.providers.create(
        req.caller,
        req.body["name"],
        None if wanted is None else ProviderId(str(uuid.UUID(wanted))),
        req.body.get("parent_provider_uuid"),
    )
    return reply(req, show(req, provider), at=provider.updated_at, location=f"{req.url}/{provider.id}")


def show_resource_provider(cloud: Cloud, req: Request) -> Reply:
    provider = cloud.placement.providers.get(req.caller, provider_id(req))
    return reply(req, show(req, provider), at=provider.updated_at)


def update_resource_provider(cloud: Cloud, req: Request) -> Reply:
    known = cloud.placement.providers.get(req.caller, provider_id(req))
    provider = cloud.placement.providers.update(
        req.caller,
        known.id,
        req.body["name"],
        req.body.get("parent_provider_uuid", known.parent_id),
        may_move=req.version >= _MOVES,
    )
    return reply(req, show(req, provider), at=provider.updated_at)


def delete_resource_provider(cloud: Cloud, req: Request) -> Reply:
    cloud.placement.providers.delete(req.caller, provider_id(req))
    return Reply(204)


def provider_id(req: Request) -> ProviderId:
    return ProviderId(req.params["uuid"])


def show(req: Request, provider: Provider) -> dict[str, Any]:
    url = path(req, f"/resource_providers/{provider.id}")
    links = [{"rel": "self", "href": url}, *({"rel": rel, "href": f"{url}/{rel}"} for rel in _LINKS)]
    return {
        "uuid": provider.id,
        "name": provider.name,
        "generation": provider.generation,
        "parent_provider_uuid": provider.parent_id,
        "root_provider_uuid": provider.root_id,
        "links": links,
    }

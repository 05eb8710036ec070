"""Traits, aggregates and usages of a resource provider."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.placement.resource_providers import provider_id
from haneul.dialects.openstack.placement.views import reply
from haneul.kit.http import Reply, Request
from haneul.services.placement import Belongings


def list_provider_traits(cloud: Cloud, req: Request) -> Reply:
    return reply(req, _show("traits", cloud.placement.provider_traits.get(req.caller, provider_id(req))))


def replace_provider_traits(cloud: Cloud, req: Request) -> Reply:
    found = cloud.placement.provider_traits.replace(
        req.caller, provider_id(req), req.body["traits"], req.body["resource_provider_generation"]
    )
    return reply(req, _show("traits", found))


def delete_provider_traits(cloud: Cloud, req: Request) -> Reply:
    cloud.placement.provider_traits.delete(req.caller, provider_id(req))
    return Reply(204)


def list_aggregates(cloud: Cloud, req: Request) -> Reply:
    found = cloud.placement.provider_aggregates.get(req.caller, provider_id(req))
    return reply(req, _show("aggregates", found))


def replace_aggregates(cloud: Cloud, req: Request) -> Reply:
    found = cloud.placement.provider_aggregates.replace(
        req.caller, provider_id(req), req.body["aggregates"], req.body["resource_provider_generation"]
    )
    return reply(req, _show("aggregates", found))


def list_provider_usages(cloud: Cloud, req: Request) -> Reply:
    provider, used = cloud.placement.allocations.usages_of_provider(req.caller, provider_id(req))
    return reply(req, {"resource_provider_generation": provider.generation, "usages": used})


def _show(name: str, found: Belongings) -> dict[str, Any]:
    return {name: found.names, "resource_provider_generation": found.provider.generation}

"""Allocations: what consumers hold."""

from __future__ import annotations

import uuid
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.placement import inventories
from haneul.dialects.openstack.placement.resource_providers import provider_id
from haneul.dialects.openstack.placement.views import reply
from haneul.kit import ids
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.placement import (
    ANY_GENERATION,
    ConsumerId,
    NewHoldings,
    NewInventories,
    ProviderId,
    Usage,
)

_UNKNOWN = "unknown"
_ALL = "all"


def show_allocations(cloud: Cloud, req: Request) -> Reply:
    held = cloud.placement.allocations.of_consumer(req.caller, ConsumerId(req.params["consumer_uuid"]))
    body: dict[str, Any] = {
        "allocations": {
            one.provider.id: {"generation": one.provider.generation, "resources": one.claim.resources} for one in held
        }
    }
    if held:
        consumer = held[0].consumer
        body |= {
            "project_id": consumer.project_id,
            "user_id": consumer.user_id,
            "consumer_generation": consumer.generation,
            "consumer_type": consumer.consumer_type or _UNKNOWN,
        }
    return reply(req, body)


def replace_allocations(cloud: Cloud, req: Request) -> Reply:
    consumer = req.params["consumer_uuid"]
    if not ids.is_uuid(consumer):
        raise Invalid("placement.bad_consumer", f"The consumer {consumer} is malformed: use a UUID")
    cloud.placement.allocations.replace(req.caller, _read(str(uuid.UUID(consumer)), req.body))
    return Reply(204)


def delete_allocations(cloud: Cloud, req: Request) -> Reply:
    cloud.placement.allocations.delete(req.caller, ConsumerId(req.params["consumer_uuid"]))
    return Reply(204)


def manage_allocations(cloud: Cloud, req: Request) -> Reply:
    cloud.placement.allocations.replace_many(req.caller, _read_all(req.body))
    return Reply(204)


def list_provider_allocations(cloud: Cloud, req: Request) -> Reply:
    provider, held = cloud.placement.allocations.of_provider(req.caller, provider_id(req))
    lines = {
        one.claim.consumer_id: {
            "resources": one.claim.resources,
            "consumer_generation": one.consumer.generation,
        }
        for one in held
    }
    return reply(req, {"allocations": lines, "resource_provider_generation": provider.generation})


def show_total_usages(cloud: Cloud, req: Request) -> Reply:
    project_id, wanted = req.query.get("project_id") or "", req.query.get("consumer_type")
    usages = cloud.placement.allocations.usages_of_project(req.caller, project_id, req.query.get("user_id"))
    if wanted == _ALL:
        usages = (_together(usages),) if usages else ()
    elif wanted is not None:
        usages = tuple(usage for usage in usages if usage.consumer_type == wanted)
    body = {usage.consumer_type: {"consumer_count": usage.consumer_count, **usage.resources} for usage in usages}
    return reply(req, {"usages": body})


def reshape(cloud: Cloud, req: Request) -> Reply:
    new = [
        NewInventories(
            ProviderId(key),
            body["resource_provider_generation"],
            {name: inventories.read(one) for name, one in body["inventories"].items()},
        )
        for key, body in req.body["inventories"].items()
    ]
    cloud.placement.allocations.reshape(req.caller, new, _read_all(req.body["allocations"]))
    return Reply(204)


def _read_all(body: dict[str, Any]) -> list[NewHoldings]:
    return [_read(consumer, holdings) for consumer, holdings in body.items()]


def _read(consumer: str, body: dict[str, Any]) -> NewHoldings:
    generation = body["consumer_generation"]
    return NewHoldings(
        consumer_id=ConsumerId(consumer),
        resources={ProviderId(key): one["resources"] for key, one in body["allocations"].items()},
        project_id=body["project_id"],
        user_id=body["user_id"],
        generation=ANY_GENERATION if generation == "any" else generation,
        consumer_type=body["consumer_type"],
    )


def _together(usages: tuple[Usage, ...]) -> Usage:
    total: dict[str, int] = {}
    for usage in usages:
        for name, amount in usage.resources.items():
            total[name] = total.get(name, 0) + amount
    return Usage(_ALL, sum(usage.consumer_count for usage in usages), total)

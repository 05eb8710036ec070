"""Aggregates of hosts, for administrators."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute.forms import fine_time
from haneul.dialects.openstack.compute.schemas.forms import METADATA, NAME_WITH_SPACES, UUID, Schema, action, wrapped
from haneul.kit.errors import Invalid, NotFound
from haneul.kit.http import Reply, Request
from haneul.services.compute import Aggregate, AggregateChanges

_ZONE: Schema = {"type": ["string", "null"], "minLength": 1, "maxLength": 255, "pattern": r"^[^\x00-\x1f\x7f:]*$"}
_HOST = {"host": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[a-zA-Z0-9-._]*$"}}
_KEY, _VALUE = next(iter(METADATA["patternProperties"].items()))
_METADATA: Schema = {**METADATA, "patternProperties": {_KEY: {**_VALUE, "type": ["string", "null"]}}}
CREATE = wrapped("aggregate", {"name": NAME_WITH_SPACES, "availability_zone": _ZONE}, ("name",))
UPDATE = wrapped("aggregate", {"name": NAME_WITH_SPACES, "availability_zone": _ZONE}, minProperties=1)
ACTION: Schema = {
    "type": "object",
    "properties": {
        **action("add_host", wrapped("x", _HOST, ("host",))["properties"]["x"])["properties"],
        **action("remove_host", wrapped("x", _HOST, ("host",))["properties"]["x"])["properties"],
        **action("set_metadata", wrapped("x", {"metadata": _METADATA}, ("metadata",))["properties"]["x"])["properties"],
    },
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}
CACHE = action(
    "cache",
    {
        "type": "array",
        "minItems": 1,
        "items": {"type": "object", "properties": {"id": UUID}, "required": ["id"], "additionalProperties": False},
    },
)


def _brief(aggregate: Aggregate) -> dict[str, Any]:
    return {
        "id": aggregate.number,
        "uuid": aggregate.id,
        "name": aggregate.name,
        "availability_zone": aggregate.zone,
        "created_at": fine_time(aggregate.created_at),
        "updated_at": fine_time(aggregate.updated_at),
        "deleted": False,
        "deleted_at": None,
    }


def _full(aggregate: Aggregate) -> dict[str, Any]:
    hosts = list(aggregate.host_names_by_id.values())
    return _brief(aggregate) | {"hosts": hosts, "metadata": dict(aggregate.metadata)}


def _number(req: Request) -> int:
    text = req.params["aggregate_id"]
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise NotFound("aggregate.absent", f"Aggregate {text} could not be found.")
    return int(text)


def list_aggregates(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"aggregates": [_full(each) for each in cloud.compute.aggregates.list(req.caller)]})


def create_aggregate(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["aggregate"]
    made = cloud.compute.aggregates.create(req.caller, asked["name"].strip(), asked.get("availability_zone"))
    return Reply(200, {"aggregate": _brief(made)})


def get_aggregate(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"aggregate": _full(cloud.compute.aggregates.get(req.caller, _number(req)))})


def update_aggregate(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["aggregate"]
    name = asked["name"].strip() if "name" in asked else None
    wanted = AggregateChanges(name, asked.get("availability_zone"))
    return Reply(200, {"aggregate": _full(cloud.compute.aggregates.update(req.caller, _number(req), wanted))})


def delete_aggregate(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.aggregates.remove(req.caller, _number(req))
    return Reply(200)


def aggregate_action(cloud: Cloud, req: Request) -> Reply:
    name, asked = next(iter(req.body.items()))
    aggregates, number = cloud.compute.aggregates, _number(req)
    if name == "set_metadata":
        changed = aggregates.set_metadata(req.caller, number, asked["metadata"])
    elif name == "add_host":
        changed = aggregates.add_host(req.caller, number, asked["host"])
    else:
        changed = aggregates.remove_host(req.caller, number, asked["host"])
    return Reply(200, {"aggregate": _full(changed)})


def cache_images(cloud: Cloud, req: Request) -> Reply:
    """Since 2.81."""
    ids = [image["id"] for image in req.body["cache"]]
    if len(set(ids)) != len(ids):
        raise Invalid("aggregate.image_twice", "Duplicate images in request: name each once.")
    cloud.compute.aggregates.cache_images(req.caller, _number(req), ids)
    return Reply(202)

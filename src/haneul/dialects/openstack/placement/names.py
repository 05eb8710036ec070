"""Traits and resource classes: the names themselves."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.placement.views import path, reply
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request


def list_traits(cloud: Cloud, req: Request) -> Reply:
    names = cloud.placement.traits.list(req.caller)
    wanted, associated = req.query.get("name"), req.query.get("associated")
    if wanted is not None:
        names = _by_name(names, wanted)
    if associated is not None:
        used = cloud.placement.traits.list_used(req.caller)
        is_wanted = _is_true(associated)
        names = tuple(name for name in names if (name in used) == is_wanted)
    return reply(req, {"traits": names})


def show_trait(cloud: Cloud, req: Request) -> Reply:
    cloud.placement.traits.get(req.caller, req.params["name"])
    return reply(req, None, 204)


def ensure_trait(cloud: Cloud, req: Request) -> Reply:
    name = req.params["name"]
    is_new = cloud.placement.traits.ensure(req.caller, name)
    return reply(req, None, 201 if is_new else 204, location=req.url)


def delete_trait(cloud: Cloud, req: Request) -> Reply:
    cloud.placement.traits.delete(req.caller, req.params["name"])
    return Reply(204)


def list_resource_classes(cloud: Cloud, req: Request) -> Reply:
    names = cloud.placement.resource_classes.list(req.caller)
    return reply(req, {"resource_classes": [_show_class(req, name) for name in names]})


def create_resource_class(cloud: Cloud, req: Request) -> Reply:
    name = req.body["name"]
    cloud.placement.resource_classes.create(req.caller, name)
    return Reply(201, None, {"location": f"{req.url}/{name}"})


def show_resource_class(cloud: Cloud, req: Request) -> Reply:
    name = cloud.placement.resource_classes.get(req.caller, req.params["name"])
    return reply(req, _show_class(req, name))


def rename_resource_class(cloud: Cloud, req: Request) -> Reply:
    """Until 1.6, a PUT gave another name."""
    cloud.placement.resource_classes.rename(req.caller, req.params["name"], req.body["name"])
    return Reply(200, _show_class(req, req.body["name"]))


def ensure_resource_class(cloud: Cloud, req: Request) -> Reply:
    is_new = cloud.placement.resource_classes.ensure(req.caller, req.params["name"])
    return Reply(201 if is_new else 204, None, {"location": req.url})


def delete_resource_class(cloud: Cloud, req: Request) -> Reply:
    cloud.placement.resource_classes.delete(req.caller, req.params["name"])
    return Reply(204)


def _show_class(req: Request, name: str) -> dict[str, Any]:
    return {"name": name, "links": [{"rel": "self", "href": path(req, f"/resource_classes/{name}")}]}


def _by_name(names: tuple[str, ...], text: str) -> tuple[str, ...]:
    """`in:A,B` or `startswith:PREFIX`."""
    operation, colon, value = text.partition(":")
    if colon and operation == "in":
        wanted = set(value.split(","))
        return tuple(name for name in names if name in wanted)
    if colon and operation == "startswith":
        return tuple(name for name in names if name.startswith(value))
    raise Invalid("placement.bad_query", f"name={text} makes no sense here: use in:A,B or startswith:PREFIX")


def _is_true(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise Invalid("placement.bad_query", f"associated={text} is neither true nor false")
    return text.lower() == "true"

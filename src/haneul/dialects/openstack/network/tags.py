"""Tags (extension `standard-attr-tag`)."""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.network import readers
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request


def list_tags(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"tags": list(cloud.network.tags.get(req.caller, *_thing(req)))})


def replace_tags(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"tags": list(cloud.network.tags.set(req.caller, *_thing(req), _said(req)))})


def create_tags(cloud: Cloud, req: Request) -> Reply:
    """Beside those that are there; the reply tells them all."""
    tags = _said(req)
    with cloud.network.together():
        present = cloud.network.tags.get(req.caller, *_thing(req))
        return Reply(200, {"tags": list(cloud.network.tags.set(req.caller, *_thing(req), (*present, *tags)))})


def delete_tags(cloud: Cloud, req: Request) -> Reply:
    cloud.network.tags.set(req.caller, *_thing(req), ())
    return Reply(204)


def show_tag(cloud: Cloud, req: Request) -> Reply:
    cloud.network.tags.require(req.caller, *_thing(req), req.params["tag"])
    return Reply(204)


def add_tag(cloud: Cloud, req: Request) -> Reply:
    cloud.network.tags.add(req.caller, *_thing(req), req.params["tag"])
    return Reply(201)


def delete_tag(cloud: Cloud, req: Request) -> Reply:
    cloud.network.tags.remove(req.caller, *_thing(req), req.params["tag"])
    return Reply(204)


def _thing(req: Request) -> tuple[str, str]:
    return req.params["noun"], req.params["noun_id"]


def _said(req: Request) -> tuple[str, ...]:
    if not isinstance(req.body, dict) or not isinstance(req.body.get("tags"), list):
        raise Invalid("request.invalid", 'Invalid tags body: give {"tags": [...]}.')
    return readers.texts("tags", req.body["tags"])

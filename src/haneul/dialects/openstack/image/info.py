"""What the service offers, and what a project uses of it."""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.errors import NotFound
from haneul.kit.http import Reply, Request


def show_usage(cloud: Cloud, req: Request) -> Reply:
    usage = cloud.image.images.usage(req.caller)
    return Reply(200, {"usage": {each.name: {"usage": each.used, "limit": each.limit} for each in usage}})


def list_stores(_cloud: Cloud, _req: Request) -> Reply:
    raise NotFound("image.one_store", "Multi backend is not supported at this site: there is one image store.")

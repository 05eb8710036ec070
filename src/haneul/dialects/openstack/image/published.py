"""The schemas that clients may read."""

from __future__ import annotations

from collections.abc import Mapping

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.image import metadef_schemas, schemas
from haneul.kit.errors import NotFound
from haneul.kit.http import Reply, Request

_BY_NAME: Mapping[str, schemas.Schema] = {
    "image": schemas.IMAGE,
    "images": schemas.IMAGES,
    "member": schemas.MEMBER,
    "members": schemas.MEMBERS,
    "task": schemas.TASK,
    "tasks": schemas.TASKS,
    **{f"metadefs/{name}": schema for name, schema in metadef_schemas.PUBLISHED.items()},
}


def show_schema(_cloud: Cloud, req: Request) -> Reply:
    name = req.params["name"]
    if name not in _BY_NAME:
        raise NotFound("image.no_schema", f"There is no schema named {name}; there are {', '.join(_BY_NAME)}.")
    return Reply(200, _BY_NAME[name])

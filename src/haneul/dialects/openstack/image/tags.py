"""Tags on images."""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.image import schemas
from haneul.kit.http import Reply, Request, Validators

_validators = Validators()


def add_tag(cloud: Cloud, req: Request) -> Reply:
    _validators.check(("tag",), schemas.TAG, req.params["tag"], where="tag")
    cloud.image.images.add_tag(req.caller, req.params["image_id"], req.params["tag"])
    return Reply(204)


def delete_tag(cloud: Cloud, req: Request) -> Reply:
    cloud.image.images.remove_tag(req.caller, req.params["image_id"], req.params["tag"])
    return Reply(204)

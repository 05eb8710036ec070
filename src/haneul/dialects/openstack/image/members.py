"""The projects that an image is shared with."""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.image.views import show_member
from haneul.kit.http import Reply, Request
from haneul.services.image import MemberStatus


def list_members(cloud: Cloud, req: Request) -> Reply:
    members = cloud.image.members.list(req.caller, req.params["image_id"])
    return Reply(200, {"members": [show_member(each) for each in members], "schema": "/v2/schemas/members"})


def show_image_member(cloud: Cloud, req: Request) -> Reply:
    member = cloud.image.members.get(req.caller, req.params["image_id"], req.params["member_id"])
    return Reply(200, show_member(member))


def add_member(cloud: Cloud, req: Request) -> Reply:
    member = cloud.image.members.add(req.caller, req.params["image_id"], req.body["member"])
    return Reply(200, show_member(member))


def update_member(cloud: Cloud, req: Request) -> Reply:
    status = MemberStatus(req.body["status"])
    member = cloud.image.members.set_status(req.caller, req.params["image_id"], req.params["member_id"], status)
    return Reply(200, show_member(member))


def delete_member(cloud: Cloud, req: Request) -> Reply:
    cloud.image.members.remove(req.caller, req.params["image_id"], req.params["member_id"])
    return Reply(204)

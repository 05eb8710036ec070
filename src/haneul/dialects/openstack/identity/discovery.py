"""What versions of the API there are."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity.home import home
from haneul.kit.http import Reply, Request


def list_versions(cloud: Cloud, req: Request) -> Reply:
    if _wants_home(req):
        return _home("/v3")
    return Reply(300, {"versions": {"values": [_version(req)]}})


def show_version(cloud: Cloud, req: Request) -> Reply:
    if _wants_home(req):
        return _home("")
    return Reply(200, {"version": _version(req)})


def _wants_home(req: Request) -> bool:
    return "application/json-home" in req.headers.get("accept", "")


def _home(prefix: str) -> Reply:
    return Reply(200, home(prefix), {"content-type": "application/json-home"})


def _version(req: Request) -> dict[str, Any]:
    return {
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": f"{req.api_url}/v3/"}],
        "media-types": [
            {"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"},
        ],
    }

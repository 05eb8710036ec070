"""What versions of the API there are."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.http import Reply, Request


def list_versions(cloud: Cloud, req: Request) -> Reply:
    return Reply(300, {"versions": {"values": [_version(req)]}})


def show_version(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"version": _version(req)})


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

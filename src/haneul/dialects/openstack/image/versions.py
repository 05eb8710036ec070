"""Version discovery. Image has no microversions: a client reads from this list what it may use."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.http import Reply, Request

CURRENT = "2.17"
SUPPORTED = ("2.15", *(f"2.{minor}" for minor in range(13, -1, -1)))
"""Those between that are missing belong to a cache, which there is not."""


def choose_version(_cloud: Cloud, req: Request) -> Reply:
    return Reply(300, _versions(req))


def list_versions(_cloud: Cloud, req: Request) -> Reply:
    return Reply(200, _versions(req))


def _versions(req: Request) -> dict[str, Any]:
    link = {"rel": "self", "href": f"{req.api_url}/v2/"}
    return {
        "versions": [
            {"id": f"v{number}", "status": "CURRENT" if number == CURRENT else "SUPPORTED", "links": [link]}
            for number in (CURRENT, *SUPPORTED)
        ]
    }

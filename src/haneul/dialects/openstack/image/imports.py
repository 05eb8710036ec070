"""Bringing data into images by other ways than an upload."""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.http import Reply, Request

METHODS = ("glance-direct", "web-download")


def show_import_methods(_cloud: Cloud, _req: Request) -> Reply:
    about = {"description": "Import methods available.", "type": "array", "value": list(METHODS)}
    return Reply(200, {"import-methods": about})

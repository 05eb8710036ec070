"""What the service offers, and what a project uses of it."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.http import Reply, Request
from haneul.services.image import NamedStore


def show_usage(cloud: Cloud, req: Request) -> Reply:
    usage = cloud.image.images.usage(req.caller)
    return Reply(200, {"usage": {each.name: {"usage": each.used, "limit": each.limit} for each in usage}})


def list_stores(cloud: Cloud, _req: Request) -> Reply:
    default = cloud.image.stores.default
    return Reply(200, {"stores": [_store(each, default) for each in cloud.image.stores.list()]})


def list_store_details(cloud: Cloud, req: Request) -> Reply:
    default = cloud.image.stores.default
    stores = cloud.image.stores.list_details(req.caller)
    return Reply(200, {"stores": [_store(each, default) | _details(each) for each in stores]})


def delete_from_store(cloud: Cloud, req: Request) -> Reply:
    cloud.image.images.delete_from(req.caller, req.params["image_id"], req.params["store"])
    return Reply(204)


def _store(store: NamedStore, default: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": store.name}
    if store.description:
        shown["description"] = store.description
    return shown | ({"default": "true"} if store.name == default else {})


def _details(store: NamedStore) -> dict[str, Any]:
    return {"type": "file", "weight": store.weight, "properties": {"data_dir": store.folder}}

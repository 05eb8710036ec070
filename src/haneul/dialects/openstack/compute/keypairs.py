"""Keypairs."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute.forms import fine_time, next_link, page
from haneul.kit.http import Reply, Request
from haneul.services.compute import Keypair, KeyType, NewKeypair


def _shown(keypair: Keypair) -> dict[str, Any]:
    return {
        "name": keypair.name,
        "type": keypair.type.value,
        "public_key": keypair.public_key,
        "fingerprint": keypair.fingerprint,
    }


def list_keypairs(cloud: Cloud, req: Request) -> Reply:
    found = cloud.compute.keypairs.list(req.caller, page(req), req.query.get("user_id"))
    shown = [{"keypair": _shown(keypair)} for keypair in found]
    return Reply(200, {"keypairs": shown} | next_link(req, "keypairs", shown, found[-1].name if found else None))


def create_keypair(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["keypair"]
    new = NewKeypair(
        name=asked["name"].strip(),
        public_key=asked.get("public_key"),
        type=KeyType(asked.get("type", "ssh")),
        user_id=asked.get("user_id"),
    )
    made = cloud.compute.keypairs.create(req.caller, new)
    shown = _shown(made.keypair) | {"user_id": made.keypair.user_id}
    if made.private_key is not None:
        shown["private_key"] = made.private_key
    return Reply(201, {"keypair": shown})


def get_keypair(cloud: Cloud, req: Request) -> Reply:
    found = cloud.compute.keypairs.get(req.caller, req.params["name"], req.query.get("user_id"))
    shown = _shown(found) | {
        "id": found.number,
        "user_id": found.user_id,
        "created_at": fine_time(found.created_at),
        "deleted": False,
        "deleted_at": None,
        "updated_at": None,
    }
    return Reply(200, {"keypair": shown})


def delete_keypair(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.keypairs.remove(req.caller, req.params["name"], req.query.get("user_id"))
    return Reply(204)

"""Volume types, their extra specs, access, encryption, and the defaults of projects."""

from __future__ import annotations

import ast
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.volume.actions import Action, dispatch
from haneul.dialects.openstack.volume.forms import SORT_NAMES, next_link, parse_bool, wish
from haneul.dialects.openstack.volume.schemas import FILLED
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.volume import Encryption, TypeView, VolumeType


def _shown(view: TypeView) -> dict[str, Any]:
    it = view.type
    shown: dict[str, Any] = {
        "id": it.id,
        "name": it.name,
        "description": it.description,
        "is_public": it.is_public,
        "os-volume-type-access:is_public": it.is_public,
    }
    if view.extra_specs is not None:
        shown["extra_specs"] = dict(view.extra_specs)
    if view.shows_qos:
        shown["qos_specs_id"] = it.qos_id
    return shown


def _made(view: TypeView) -> dict[str, Any]:
    """As the answer to a change tells it."""
    return {name: value for name, value in _shown(view).items() if name != "qos_specs_id"}


def list_types(cloud: Cloud, req: Request) -> Reply:
    public: bool | None = True
    told = req.query.get("is_public")
    if told is not None:
        public = None if told.lower() == "none" else parse_bool(told, "is_public")
    specs = ast.literal_eval(req.query.get("extra_specs") or "{}")
    asked = wish(req, {"name": "name"}, SORT_NAMES)
    shown = [_shown(view) for view in cloud.volume.types.list(req.caller, asked, public, specs)]
    return Reply(200, {"volume_types": shown} | next_link(req, "volume_type", shown))


def get_type(cloud: Cloud, req: Request) -> Reply:
    type_id = req.params["type_id"]
    view = (
        cloud.volume.types.default(req.caller) if type_id == "default" else cloud.volume.types.get(req.caller, type_id)
    )
    return Reply(200, {"volume_type": _shown(view)})


def create_type(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["volume_type"]
    new = VolumeType(
        id="",
        name=asked["name"].strip(),
        created_at=cloud.volume.parts.clock.now(),
        description=asked.get("description"),
        is_public=parse_bool(asked.get("os-volume-type-access:is_public", True), "is_public"),
        extra_specs={key: str(value) for key, value in (asked.get("extra_specs") or {}).items()},
    )
    return Reply(200, {"volume_type": _made(cloud.volume.types.create(req.caller, new))})


def update_type(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["volume_type"]
    changes = {name: asked[name] for name in ("name", "description") if name in asked}
    if "is_public" in asked:
        changes["is_public"] = parse_bool(asked["is_public"], "is_public")
    if not changes or not str(changes.get("name", "x") or "").strip():
        raise Invalid("volume_type.nothing_to_change", "Say what shall be different: name, description or is_public.")
    shown = _made(cloud.volume.types.update(req.caller, req.params["type_id"], changes))
    shown.pop("os-volume-type-access:is_public")
    return Reply(200, {"volume_type": shown})


def delete_type(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.types.delete(req.caller, req.params["type_id"])
    return Reply(202)


# Extra specs


def list_extra_specs(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"extra_specs": dict(cloud.volume.types.extra_specs(req.caller, req.params["type_id"]))})


def create_extra_specs(cloud: Cloud, req: Request) -> Reply:
    specs = {key: str(value) for key, value in req.body["extra_specs"].items()}
    cloud.volume.types.set_extra_specs(req.caller, req.params["type_id"], specs)
    return Reply(200, {"extra_specs": specs})


def get_extra_spec(cloud: Cloud, req: Request) -> Reply:
    key = req.params["key"]
    return Reply(200, {key: cloud.volume.types.extra_spec(req.caller, req.params["type_id"], key)})


def update_extra_spec(cloud: Cloud, req: Request) -> Reply:
    key, specs = req.params["key"], {name: str(value) for name, value in req.body.items()}
    if key not in specs:
        raise Invalid("request.other_key", f"Request body and URI mismatch: the body has no {key}.")
    cloud.volume.types.set_extra_specs(req.caller, req.params["type_id"], specs, "update")
    return Reply(200, specs)


def delete_extra_spec(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.types.remove_extra_spec(req.caller, req.params["type_id"], req.params["key"])
    return Reply(202)


# Access


def list_type_access(cloud: Cloud, req: Request) -> Reply:
    type_id = req.params["type_id"]
    found = cloud.volume.types.projects(req.caller, type_id)
    return Reply(200, {"volume_type_access": [{"volume_type_id": type_id, "project_id": each} for each in found]})


def type_action(cloud: Cloud, req: Request) -> Reply:
    return dispatch(ACTIONS, cloud, req)


def add_type_access(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.types.open_to(req.caller, req.params["type_id"], req.body["addProjectAccess"]["project"])
    return Reply(202)


def remove_type_access(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.types.close_to(req.caller, req.params["type_id"], req.body["removeProjectAccess"]["project"])
    return Reply(202)


_PROJECT = {"type": "object", "properties": {"project": FILLED}, "required": ["project"]}
ACTIONS = {
    "addProjectAccess": Action(add_type_access, _PROJECT),
    "removeProjectAccess": Action(remove_type_access, _PROJECT),
}


# Encryption


def _encryption(it: Encryption, type_id: str) -> dict[str, Any]:
    return {
        "volume_type_id": type_id,
        "encryption_id": it.id,
        "provider": it.provider,
        "control_location": it.control_location,
        "cipher": it.cipher,
        "key_size": it.key_size,
    }


def get_encryption(cloud: Cloud, req: Request) -> Reply:
    found = cloud.volume.types.encryption(req.caller, req.params["type_id"])
    return Reply(200, {} if found is None else _told(found, req.params["type_id"]))


def _told(it: Encryption, type_id: str) -> dict[str, Any]:
    times = {"created_at": it.created_at or None, "updated_at": None, "deleted_at": None, "deleted": False}
    return _encryption(it, type_id) | times


def get_encryption_item(cloud: Cloud, req: Request) -> Reply:
    found = cloud.volume.types.encryption(req.caller, req.params["type_id"])
    told = {} if found is None else _encryption(found, req.params["type_id"])
    key = req.params["key"]
    return Reply(200, {key: told.get(key)})


def create_encryption(cloud: Cloud, req: Request) -> Reply:
    asked, type_id = req.body["encryption"], req.params["type_id"]
    wanted = Encryption("", asked["provider"], asked["control_location"], asked.get("cipher"), _key_size(asked))
    made = cloud.volume.types.set_encryption(req.caller, type_id, wanted, is_new=True)
    return Reply(200, {"encryption": _encryption(made, type_id)})


def update_encryption(cloud: Cloud, req: Request) -> Reply:
    asked, type_id = req.body["encryption"], req.params["type_id"]
    old = cloud.volume.types.encryption(req.caller, type_id) or Encryption("", "", "front-end")
    wanted = Encryption(
        old.id,
        asked.get("provider", old.provider),
        asked.get("control_location", old.control_location),
        asked.get("cipher", old.cipher),
        _key_size(asked) if "key_size" in asked else old.key_size,
    )
    cloud.volume.types.set_encryption(req.caller, type_id, wanted, is_new=False)
    return Reply(200, {"encryption": asked})


def _key_size(asked: dict[str, Any]) -> int | None:
    size = asked.get("key_size")
    return None if size is None else int(size)


def delete_encryption(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.types.remove_encryption(req.caller, req.params["type_id"])
    return Reply(202)


# Defaults of projects


def list_default_types(cloud: Cloud, req: Request) -> Reply:
    found = cloud.volume.types.defaults(req.caller)
    return Reply(
        200, {"default_types": [{"project_id": each.project_id, "volume_type_id": each.type_id} for each in found]}
    )


def get_default_type(cloud: Cloud, req: Request) -> Reply:
    found = cloud.volume.types.default_of(req.caller, req.params["project_id"])
    return Reply(200, {"default_type": {"project_id": found.project_id, "volume_type_id": found.type_id}})


def set_default_type(cloud: Cloud, req: Request) -> Reply:
    name = req.body["default_type"]["volume_type"]
    made = cloud.volume.types.set_default(req.caller, req.params["project_id"], name)
    return Reply(200, {"default_type": {"project_id": made.project_id, "volume_type_id": made.type_id}})


def unset_default_type(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.types.unset_default(req.caller, req.params["project_id"])
    return Reply(204)

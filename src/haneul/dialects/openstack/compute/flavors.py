"""Flavors, their extra specs and access lists."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute.forms import links, next_link, page, sort_keys
from haneul.kit.errors import Invalid, NotFound
from haneul.kit.http import Reply, Request
from haneul.services.compute import Flavor, FlavorFilter


def brief(req: Request, flavor: Flavor) -> dict[str, Any]:
    shown = {"id": flavor.id, "name": flavor.name, "links": links(req, "flavors", flavor.id)}
    return shown | {"description": flavor.description}


def full(req: Request, flavor: Flavor) -> dict[str, Any]:
    return brief(req, flavor) | {
        "ram": flavor.memory_mib,
        "disk": flavor.disk_gib,
        "swap": flavor.swap_mib,
        "vcpus": flavor.vcpus,
        "OS-FLV-EXT-DATA:ephemeral": flavor.ephemeral_gib,
        "OS-FLV-DISABLED:disabled": flavor.is_disabled,
        "os-flavor-access:is_public": flavor.is_public,
        "rxtx_factor": flavor.rxtx_factor,
        "extra_specs": dict(flavor.extra_specs),
    }


def _list(cloud: Cloud, req: Request) -> list[Flavor]:
    wanted = FlavorFilter(
        is_public=_is_public(req),
        min_disk_gib=req.query.get_int("minDisk", 0) or 0,
        min_memory_mib=req.query.get_int("minRam", 0) or 0,
    )
    return list(cloud.compute.flavors.list(req.caller, wanted, page(req, sort_keys(req, default_descending=False))))


def _is_public(req: Request) -> bool | None:
    """Public ones; with `none` all of them, for administrators."""
    text = (req.query.get("is_public") or "true").lower()
    if text == "none":
        return None
    try:
        return req.query.get_bool("is_public", True)
    except Invalid as error:
        raise Invalid(error.code, f"Invalid is_public filter [{text}]: true, false or none.") from error


def list_flavors(cloud: Cloud, req: Request) -> Reply:
    shown = [brief(req, flavor) for flavor in _list(cloud, req)]
    return Reply(200, {"flavors": shown} | next_link(req, "flavors", shown, shown[-1]["id"] if shown else None))


def list_flavors_detail(cloud: Cloud, req: Request) -> Reply:
    shown = [full(req, flavor) for flavor in _list(cloud, req)]
    return Reply(200, {"flavors": shown} | next_link(req, "flavors", shown, shown[-1]["id"] if shown else None))


def get_flavor(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"flavor": full(req, cloud.compute.flavors.get(req.caller, req.params["flavor_id"]))})


def create_flavor(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["flavor"]
    flavor_id = str(asked.get("id") or "").strip()
    flavor = Flavor(
        id="" if flavor_id == "auto" else flavor_id,
        name=asked["name"].strip(),
        vcpus=int(asked["vcpus"]),
        memory_mib=int(asked["ram"]),
        disk_gib=int(asked["disk"]),
        ephemeral_gib=int(asked.get("OS-FLV-EXT-DATA:ephemeral") or 0),
        swap_mib=int(asked.get("swap") or 0),
        is_public=_true(asked.get("os-flavor-access:is_public", True)),
        rxtx_factor=float(asked.get("rxtx_factor") or 1.0),
        description=asked.get("description"),
    )
    return Reply(200, {"flavor": full(req, cloud.compute.flavors.create(req.caller, flavor))})


def _true(value: object) -> bool:
    return str(value).lower() in ("true", "1", "on", "yes", "y", "t")


def update_flavor(cloud: Cloud, req: Request) -> Reply:
    description = req.body["flavor"]["description"]
    changed = cloud.compute.flavors.describe(req.caller, req.params["flavor_id"], description)
    return Reply(200, {"flavor": full(req, changed)})


def delete_flavor(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.flavors.remove(req.caller, req.params["flavor_id"])
    return Reply(202)


# Extra specs.


def list_extra_specs(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"extra_specs": dict(cloud.compute.flavors.specs(req.caller, req.params["flavor_id"]))})


def get_extra_spec(cloud: Cloud, req: Request) -> Reply:
    key = req.params["key"]
    return Reply(200, {key: cloud.compute.flavors.get_spec(req.caller, req.params["flavor_id"], key)})


def create_extra_specs(cloud: Cloud, req: Request) -> Reply:
    specs = {key: str(value) for key, value in req.body["extra_specs"].items()}
    cloud.compute.flavors.set_specs(req.caller, req.params["flavor_id"], specs)
    return Reply(200, {"extra_specs": specs})


def update_extra_spec(cloud: Cloud, req: Request) -> Reply:
    key = req.params["key"]
    if key not in req.body:
        raise Invalid("request.key_mismatch", "Request body and URI mismatch: name the same key in both.")
    cloud.compute.flavors.set_specs(req.caller, req.params["flavor_id"], {key: str(req.body[key])}, "update")
    return Reply(200, {key: str(req.body[key])})


def delete_extra_spec(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.flavors.remove_spec(req.caller, req.params["flavor_id"], req.params["key"])
    return Reply(200)


# Access.


def list_flavor_access(cloud: Cloud, req: Request) -> Reply:
    flavor_id = req.params["flavor_id"]
    return _access(flavor_id, list(cloud.compute.flavors.list_access(req.caller, flavor_id)))


def _access(flavor_id: str, project_ids: list[str]) -> Reply:
    return Reply(200, {"flavor_access": [{"flavor_id": flavor_id, "tenant_id": each} for each in project_ids]})


def flavor_action(cloud: Cloud, req: Request) -> Reply:
    """addTenantAccess and removeTenantAccess."""
    flavor_id, flavors = req.params["flavor_id"], cloud.compute.flavors
    name, asked = next(iter(req.body.items()))
    if name == "addTenantAccess":
        return _access(flavor_id, list(flavors.add_access(req.caller, flavor_id, asked["tenant"])))
    if name == "removeTenantAccess":
        return _access(flavor_id, list(flavors.remove_access(req.caller, flavor_id, asked["tenant"])))
    raise NotFound("flavor.no_such_action", f"There is no such action: {name}.")

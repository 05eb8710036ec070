"""What older versions were asked otherwise: from a newer schema to an older one, from an older body to a newer one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from haneul.dialects.openstack.compute.schemas import catalogue
from haneul.dialects.openstack.compute.schemas import servers as bodies
from haneul.dialects.openstack.compute.schemas.forms import Schema, not_required, with_properties, without
from haneul.dialects.openstack.compute.server_groups import HARD_POLICIES

PERSONALITY: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"path": {"type": "string", "minLength": 1}, "contents": {"type": "string"}},
        "required": ["path", "contents"],
        "additionalProperties": False,
    },
}
"""Files to be written by the guest (Nova API until 2.56)."""


def query_without(schema: Schema, *names: str) -> Schema:
    kept = {name: value for name, value in schema["properties"].items() if name not in names}
    return {**schema, "properties": kept}


def nic_without(*names: str) -> Callable[[Schema], Schema]:
    def change(schema: Schema) -> Schema:
        nic = {name: value for name, value in bodies.NIC["properties"].items() if name not in names}
        nics = {"type": "array", "items": {**bodies.NIC, "properties": nic}}
        return with_properties(schema, "server", networks=nics)

    return change


def networks_optional(schema: Schema) -> Schema:
    array = {"type": "array", "items": bodies.NIC}
    return not_required(with_properties(schema, "server", networks=array), "server", "networks")


def any_network(body: Any) -> Any:
    """Who names no network gets the one there is, or none."""
    if not body["server"].get("networks"):
        body["server"]["networks"] = "any"
    return body


def any_status(schema: Schema) -> Schema:
    return {**schema, "properties": {**schema["properties"], "status": {"type": "array"}}}


def old_quotas(wrapper: str, names: tuple[str, ...]) -> Callable[[Schema], Schema]:
    return lambda schema: with_properties(schema, wrapper, **{name: catalogue.OLD_QUOTAS[name] for name in names})


def one_policy(body: Any) -> Any:
    group = body["server_group"]
    group["policy"] = group.pop("policies")[0]
    return body


def policies(names: list[str]) -> Schema:
    return {"type": "array", "minItems": 1, "maxItems": 1, "items": {"type": "string", "enum": names}}


def with_policies(schema: Schema, group: Schema) -> Schema:
    names = group["properties"]["policy"]["enum"]
    older = with_properties(
        without(schema, "server_group", "policy", "rules"), "server_group", policies=policies(names)
    )
    older["properties"]["server_group"]["required"] = ["name", "policies"]
    return older


def hard_policies(schema: Schema) -> Schema:
    return with_properties(schema, "server_group", policies=policies(HARD_POLICIES))


def no_mks(schema: Schema) -> Schema:
    known = {"protocol": "mks", "type": "webmks"}
    kinds = schema["properties"]["remote_console"]["properties"]
    fewer = {
        name: {**kinds[name], "enum": [each for each in kinds[name]["enum"] if each != gone]}
        for name, gone in known.items()
    }
    return with_properties(schema, "remote_console", **fewer)

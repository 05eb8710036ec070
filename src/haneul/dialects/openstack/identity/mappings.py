"""Attribute mappings (OS-FEDERATION)."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity import federation_schemas as schemas
from haneul.dialects.openstack.identity.identity_providers import path_id
from haneul.dialects.openstack.identity.listing import collection, linked, listing
from haneul.kit.http import Reply, Request, Route
from haneul.services.identity import AttributeMapping

_MAPPING = "/v3/OS-FEDERATION/mappings/{mapping_id}"


def mapping_body(req: Request, mapping: AttributeMapping) -> dict[str, Any]:
    body = {"id": mapping.id, "rules": list(mapping.rules), "schema_version": mapping.schema_version}
    return linked(req, f"/OS-FEDERATION/mappings/{mapping.id}", body)


def list_mappings(cloud: Cloud, req: Request) -> Reply:
    wanted = listing(req, {"id": "id"})
    found = cloud.identity.mappings.list(req.caller, wanted)
    return collection(req, "mappings", [mapping_body(req, each) for each in found], wanted)


def show_mapping(cloud: Cloud, req: Request) -> Reply:
    found = cloud.identity.mappings.get(req.caller, req.params["mapping_id"])
    return Reply(200, {"mapping": mapping_body(req, found)})


def create_mapping(cloud: Cloud, req: Request) -> Reply:
    return Reply(201, {"mapping": mapping_body(req, cloud.identity.mappings.create(req.caller, _wanted(req)))})


def update_mapping(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"mapping": mapping_body(req, cloud.identity.mappings.update(req.caller, _wanted(req)))})


def delete_mapping(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.mappings.delete(req.caller, req.params["mapping_id"])
    return Reply(204)


def _wanted(req: Request) -> AttributeMapping:
    body = req.body["mapping"]
    return AttributeMapping(path_id(req, "mapping_id"), body["rules"], body.get("schema_version") or "1.0")


ROUTES = (
    Route("GET", "/v3/OS-FEDERATION/mappings", list_mappings),
    Route("GET", _MAPPING, show_mapping),
    Route("PUT", _MAPPING, create_mapping, schema=schemas.WRITE_MAPPING),
    Route("PATCH", _MAPPING, update_mapping, schema=schemas.WRITE_MAPPING),
    Route("DELETE", _MAPPING, delete_mapping),
)

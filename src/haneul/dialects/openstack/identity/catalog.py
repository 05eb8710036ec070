"""Regions, services and endpoints."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity.listing import (
    changed,
    collection,
    extras,
    linked,
    listing,
    require_same_id,
    truth,
)
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.identity import Endpoint, EndpointId, Region, RegionId, Service, ServiceId

Body = dict[str, Any]

_REGION = {"id", "description", "parent_region_id", "links"}
_SERVICE = {"id", "type", "name", "description", "enabled", "links"}
_ENDPOINT = {"id", "service_id", "interface", "url", "region", "region_id", "enabled", "links"}


def region_body(req: Request, region: Region) -> Body:
    body = {
        **region.extra,
        "id": region.id,
        "description": region.description,
        "parent_region_id": region.parent_region_id,
    }
    return linked(req, f"/regions/{region.id}", body)


def list_regions(cloud: Cloud, req: Request) -> Reply:
    wanted = listing(req, {"parent_region_id": "parent_region_id"})
    regions = cloud.identity.regions.list(req.caller, wanted)
    return collection(req, "regions", [region_body(req, region) for region in regions], wanted)


def show_region(cloud: Cloud, req: Request) -> Reply:
    region = cloud.identity.regions.get(req.caller, req.params["region_id"])
    return Reply(200, {"region": region_body(req, region)})


def create_region(cloud: Cloud, req: Request) -> Reply:
    """POST to the collection, or PUT to the id that it shall have."""
    body = req.body["region"]
    wanted = req.params.get("region_id") or body.get("id") or ""
    if body.get("id") and body["id"] != wanted:
        raise Invalid("region.id", f"The id in the body is {body['id']}, the one in the URL {wanted}: send one.")
    new = Region(RegionId(wanted), body.get("description") or "", body.get("parent_region_id"), extras(body, _REGION))
    return Reply(201, {"region": region_body(req, cloud.identity.regions.create(req.caller, new))})


def update_region(cloud: Cloud, req: Request) -> Reply:
    body = req.body["region"]
    require_same_id(req, body, "region_id")
    changes = changed(body, {"parent_region_id": "parent_region_id"})
    if "description" in body:
        changes["description"] = body["description"] or ""
    region = cloud.identity.regions.update(req.caller, req.params["region_id"], changes)
    return Reply(200, {"region": region_body(req, region)})


def delete_region(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.regions.delete(req.caller, req.params["region_id"])
    return Reply(204)


def service_body(req: Request, service: Service) -> Body:
    body = {
        **service.extra,
        "id": service.id,
        "type": service.type,
        "name": service.name,
        "description": service.description,
        "enabled": service.is_enabled,
    }
    return linked(req, f"/services/{service.id}", body)


def list_services(cloud: Cloud, req: Request) -> Reply:
    wanted = listing(req, {"type": "type", "name": "name"})
    services = cloud.identity.services.list(req.caller, wanted)
    return collection(req, "services", [service_body(req, service) for service in services], wanted)


def show_service(cloud: Cloud, req: Request) -> Reply:
    service = cloud.identity.services.get(req.caller, req.params["service_id"])
    return Reply(200, {"service": service_body(req, service)})


def create_service(cloud: Cloud, req: Request) -> Reply:
    body = req.body["service"]
    new = Service(
        id=ServiceId(""),
        type=body["type"],
        name=body.get("name") or "",
        description=body.get("description") or "",
        is_enabled=truth(body.get("enabled", True)),
        extra=extras(body, _SERVICE),
    )
    return Reply(201, {"service": service_body(req, cloud.identity.services.create(req.caller, new))})


def update_service(cloud: Cloud, req: Request) -> Reply:
    body = req.body["service"]
    require_same_id(req, body, "service_id")
    changes = changed(body, {"type": "type"})
    for name in ("name", "description"):
        if name in body:
            changes[name] = body[name] or ""
    if "enabled" in body:
        changes["is_enabled"] = truth(body["enabled"])
    if extra := extras(body, _SERVICE):
        changes["extra"] = extra
    service = cloud.identity.services.update(req.caller, req.params["service_id"], changes)
    return Reply(200, {"service": service_body(req, service)})


def delete_service(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.services.delete(req.caller, req.params["service_id"])
    return Reply(204)


def endpoint_body(req: Request, endpoint: Endpoint) -> Body:
    body = {
        **endpoint.extra,
        "id": endpoint.id,
        "interface": endpoint.interface,
        "region": endpoint.region_id,
        "region_id": endpoint.region_id,
        "service_id": endpoint.service_id,
        "url": endpoint.url,
        "enabled": endpoint.is_enabled,
    }
    return linked(req, f"/endpoints/{endpoint.id}", body)


def list_endpoints(cloud: Cloud, req: Request) -> Reply:
    fields = {"interface": "interface", "service_id": "service_id", "region_id": "region_id", "region": "region_id"}
    wanted = listing(req, fields)
    endpoints = cloud.identity.endpoints.list(req.caller, wanted)
    return collection(req, "endpoints", [endpoint_body(req, each) for each in endpoints], wanted)


def show_endpoint(cloud: Cloud, req: Request) -> Reply:
    endpoint = cloud.identity.endpoints.get(req.caller, req.params["endpoint_id"])
    return Reply(200, {"endpoint": endpoint_body(req, endpoint)})


def create_endpoint(cloud: Cloud, req: Request) -> Reply:
    body = req.body["endpoint"]
    region_id, makes_region = _region_of(body)
    new = Endpoint(
        id=EndpointId(""),
        service_id=body["service_id"],
        interface=body["interface"],
        url=body["url"],
        region_id=region_id,
        is_enabled=truth(body.get("enabled", True)),
        extra=extras(body, _ENDPOINT),
    )
    endpoint = cloud.identity.endpoints.create(req.caller, new, makes_region=makes_region)
    return Reply(201, {"endpoint": endpoint_body(req, endpoint)})


def update_endpoint(cloud: Cloud, req: Request) -> Reply:
    body = req.body["endpoint"]
    require_same_id(req, body, "endpoint_id")
    changes = changed(body, {"service_id": "service_id", "interface": "interface", "url": "url"})
    region_id, makes_region = _region_of(body)
    if "region" in body or "region_id" in body:
        changes["region_id"] = region_id
    if "enabled" in body:
        changes["is_enabled"] = truth(body["enabled"])
    if extra := extras(body, _ENDPOINT):
        changes["extra"] = extra
    endpoint = cloud.identity.endpoints.update(
        req.caller, req.params["endpoint_id"], changes, makes_region=makes_region
    )
    return Reply(200, {"endpoint": endpoint_body(req, endpoint)})


def delete_endpoint(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.endpoints.delete(req.caller, req.params["endpoint_id"])
    return Reply(204)


def _region_of(body: Body) -> tuple[RegionId | None, bool]:
    """The region, and whether it is made if missing: so it is with the older attribute `region`."""
    if "region_id" in body:
        return body["region_id"], False
    return body.get("region"), bool(body.get("region"))

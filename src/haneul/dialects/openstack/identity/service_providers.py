"""Service providers (OS-FEDERATION)."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity import federation_schemas as schemas
from haneul.dialects.openstack.identity.identity_providers import path_id
from haneul.dialects.openstack.identity.listing import changed, collection, linked, listing, truth
from haneul.kit.http import Reply, Request, Route
from haneul.services.identity import DEFAULT_RELAY_STATE_PREFIX, ServiceProvider

_PROVIDER = "/v3/OS-FEDERATION/service_providers/{service_provider_id}"
_CHANGES = {"auth_url": "auth_url", "sp_url": "sp_url", "description": "description"}


def service_provider_body(req: Request, provider: ServiceProvider) -> dict[str, Any]:
    body = {
        "id": provider.id,
        "auth_url": provider.auth_url,
        "sp_url": provider.sp_url,
        "description": provider.description,
        "enabled": provider.is_enabled,
        "relay_state_prefix": provider.relay_state_prefix,
    }
    return linked(req, f"/OS-FEDERATION/service_providers/{provider.id}", body)


def list_service_providers(cloud: Cloud, req: Request) -> Reply:
    wanted = listing(req, {"id": "id"}, {"enabled": "is_enabled"})
    found = cloud.identity.service_providers.list(req.caller, wanted)
    return collection(req, "service_providers", [service_provider_body(req, each) for each in found], wanted)


def show_service_provider(cloud: Cloud, req: Request) -> Reply:
    found = cloud.identity.service_providers.get(req.caller, req.params["service_provider_id"])
    return Reply(200, {"service_provider": service_provider_body(req, found)})


def create_service_provider(cloud: Cloud, req: Request) -> Reply:
    body = req.body["service_provider"]
    new = ServiceProvider(
        id=path_id(req, "service_provider_id"),
        auth_url=body["auth_url"],
        sp_url=body["sp_url"],
        description=body.get("description"),
        is_enabled=truth(body.get("enabled", False)),
        relay_state_prefix=body.get("relay_state_prefix") or DEFAULT_RELAY_STATE_PREFIX,
    )
    made = cloud.identity.service_providers.create(req.caller, new)
    return Reply(201, {"service_provider": service_provider_body(req, made)})


def update_service_provider(cloud: Cloud, req: Request) -> Reply:
    body = req.body["service_provider"]
    changes = changed(body, _CHANGES)
    if "enabled" in body:
        changes["is_enabled"] = truth(body["enabled"])
    if "relay_state_prefix" in body:
        changes["relay_state_prefix"] = body["relay_state_prefix"] or DEFAULT_RELAY_STATE_PREFIX
    found = cloud.identity.service_providers.update(req.caller, req.params["service_provider_id"], changes)
    return Reply(200, {"service_provider": service_provider_body(req, found)})


def delete_service_provider(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.service_providers.delete(req.caller, req.params["service_provider_id"])
    return Reply(204)


ROUTES = (
    Route("GET", "/v3/OS-FEDERATION/service_providers", list_service_providers),
    Route("GET", _PROVIDER, show_service_provider),
    Route("PUT", _PROVIDER, create_service_provider, schema=schemas.CREATE_SERVICE_PROVIDER),
    Route("PATCH", _PROVIDER, update_service_provider, schema=schemas.UPDATE_SERVICE_PROVIDER),
    Route("DELETE", _PROVIDER, delete_service_provider),
)

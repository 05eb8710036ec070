"""Identity providers and their protocols (OS-FEDERATION)."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity import federation_schemas as schemas
from haneul.dialects.openstack.identity.listing import changed, collection, linked, listing, truth
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request, Route
from haneul.services.identity import FederationProtocol, IdentityProvider, NewIdentityProvider

Body = dict[str, Any]

_PROVIDER = "/v3/OS-FEDERATION/identity_providers/{idp_id}"
_PROTOCOL = _PROVIDER + "/protocols/{protocol_id}"
_CHANGES = {"description": "description", "authorization_ttl": "authorization_ttl"}
MAX_ID = 64


def path_id(req: Request, name: str) -> str:
    """The id that a client chose for what it creates."""
    chosen = req.params[name]
    if len(chosen) > MAX_ID:
        raise Invalid("request.id", f"An id has at most {MAX_ID} characters: choose a shorter one.")
    return chosen


def provider_body(req: Request, provider: IdentityProvider) -> Body:
    path = f"/OS-FEDERATION/identity_providers/{provider.id}"
    body = linked(
        req,
        path,
        {
            "id": provider.id,
            "domain_id": provider.domain_id,
            "description": provider.description,
            "enabled": provider.is_enabled,
            "authorization_ttl": provider.authorization_ttl,
            "remote_ids": list(provider.remote_ids),
        },
    )
    body["links"]["protocols"] = f"{req.api_url}/v3{path}/protocols"
    return body


def list_identity_providers(cloud: Cloud, req: Request) -> Reply:
    wanted = listing(req, {"id": "id"}, {"enabled": "is_enabled"})
    found = cloud.identity.identity_providers.list(req.caller, wanted)
    return collection(req, "identity_providers", [provider_body(req, each) for each in found], wanted)


def show_identity_provider(cloud: Cloud, req: Request) -> Reply:
    found = cloud.identity.identity_providers.get(req.caller, req.params["idp_id"])
    return Reply(200, {"identity_provider": provider_body(req, found)})


def create_identity_provider(cloud: Cloud, req: Request) -> Reply:
    body = req.body["identity_provider"]
    new = NewIdentityProvider(
        id=path_id(req, "idp_id"),
        domain_id=body.get("domain_id"),
        description=body.get("description"),
        is_enabled=truth(body.get("enabled", False)),
        authorization_ttl=body.get("authorization_ttl"),
        remote_ids=tuple(body.get("remote_ids") or ()),
    )
    made = cloud.identity.identity_providers.create(req.caller, new)
    return Reply(201, {"identity_provider": provider_body(req, made)})


def update_identity_provider(cloud: Cloud, req: Request) -> Reply:
    body = req.body["identity_provider"]
    changes = changed(body, _CHANGES)
    if "enabled" in body:
        changes["is_enabled"] = truth(body["enabled"])
    if "remote_ids" in body:
        changes["remote_ids"] = tuple(body["remote_ids"] or ())
    found = cloud.identity.identity_providers.update(req.caller, req.params["idp_id"], changes)
    return Reply(200, {"identity_provider": provider_body(req, found)})


def delete_identity_provider(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.identity_providers.delete(req.caller, req.params["idp_id"])
    return Reply(204)


def protocol_body(req: Request, protocol: FederationProtocol) -> Body:
    provider = f"/OS-FEDERATION/identity_providers/{protocol.idp_id}"
    body = linked(req, f"{provider}/protocols/{protocol.id}", {"id": protocol.id, "mapping_id": protocol.mapping_id})
    body["links"]["identity_provider"] = f"{req.api_url}/v3{provider}"
    if protocol.remote_id_attribute is not None:
        body["remote_id_attribute"] = protocol.remote_id_attribute
    return body


def list_protocols(cloud: Cloud, req: Request) -> Reply:
    wanted = listing(req, {"id": "id"})
    found = cloud.identity.protocols.list(req.caller, req.params["idp_id"], wanted)
    return collection(req, "protocols", [protocol_body(req, each) for each in found], wanted)


def show_protocol(cloud: Cloud, req: Request) -> Reply:
    found = cloud.identity.protocols.get(req.caller, req.params["idp_id"], req.params["protocol_id"])
    return Reply(200, {"protocol": protocol_body(req, found)})


def create_protocol(cloud: Cloud, req: Request) -> Reply:
    body = req.body["protocol"]
    new = FederationProtocol(
        idp_id=req.params["idp_id"],
        id=path_id(req, "protocol_id"),
        mapping_id=body["mapping_id"],
        remote_id_attribute=body.get("remote_id_attribute"),
    )
    return Reply(201, {"protocol": protocol_body(req, cloud.identity.protocols.create(req.caller, new))})


def update_protocol(cloud: Cloud, req: Request) -> Reply:
    changes = dict(req.body["protocol"])
    found = cloud.identity.protocols.update(req.caller, req.params["idp_id"], req.params["protocol_id"], changes)
    return Reply(200, {"protocol": protocol_body(req, found)})


def delete_protocol(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.protocols.delete(req.caller, req.params["idp_id"], req.params["protocol_id"])
    return Reply(204)


ROUTES = (
    Route("GET", "/v3/OS-FEDERATION/identity_providers", list_identity_providers),
    Route("GET", _PROVIDER, show_identity_provider),
    Route("PUT", _PROVIDER, create_identity_provider, schema=schemas.CREATE_IDENTITY_PROVIDER),
    Route("PATCH", _PROVIDER, update_identity_provider, schema=schemas.UPDATE_IDENTITY_PROVIDER),
    Route("DELETE", _PROVIDER, delete_identity_provider),
    Route("GET", _PROVIDER + "/protocols", list_protocols),
    Route("GET", _PROTOCOL, show_protocol),
    Route("PUT", _PROTOCOL, create_protocol, schema=schemas.CREATE_PROTOCOL),
    Route("PATCH", _PROTOCOL, update_protocol, schema=schemas.UPDATE_PROTOCOL),
    Route("DELETE", _PROTOCOL, delete_protocol),
)

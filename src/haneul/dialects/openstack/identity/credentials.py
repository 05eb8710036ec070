"""Credentials, and EC2 keys among them."""

from __future__ import annotations

import base64
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity.auth import told
from haneul.dialects.openstack.identity.listing import (
    changed,
    collection,
    extras,
    linked,
    listing,
    require_same_id,
)
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.identity import Credential, Ec2Key, SignedRequest, SignedText, UserId

Body = dict[str, Any]

_KNOWN = {"id", "type", "blob", "user_id", "project_id", "links"}
_CHANGES = {"type": "type", "blob": "blob", "user_id": "user_id", "project_id": "project_id"}


def credential_body(req: Request, credential: Credential) -> Body:
    body = {
        **credential.extra,
        "id": credential.id,
        "type": credential.type,
        "blob": credential.blob,
        "user_id": credential.user_id,
        "project_id": credential.project_id,
    }
    return linked(req, f"/credentials/{credential.id}", body)


def list_credentials(cloud: Cloud, req: Request) -> Reply:
    wanted = listing(req, {"user_id": "user_id", "type": "type"})
    found = cloud.identity.credentials.list(req.caller, wanted)
    return collection(req, "credentials", [credential_body(req, each) for each in found], wanted)


def show_credential(cloud: Cloud, req: Request) -> Reply:
    found = cloud.identity.credentials.get(req.caller, req.params["credential_id"])
    return Reply(200, {"credential": credential_body(req, found)})


def create_credential(cloud: Cloud, req: Request) -> Reply:
    body = req.body["credential"]
    new = Credential(
        id="",
        type=body["type"],
        blob=body["blob"],
        user_id=UserId(body.get("user_id") or ""),
        project_id=body.get("project_id"),
        extra=extras(body, _KNOWN),
    )
    return Reply(201, {"credential": credential_body(req, cloud.identity.credentials.create(req.caller, new))})


def update_credential(cloud: Cloud, req: Request) -> Reply:
    body = req.body["credential"]
    require_same_id(req, body, "credential_id")
    changes = changed(body, _CHANGES)
    found = cloud.identity.credentials.update(req.caller, req.params["credential_id"], changes)
    return Reply(200, {"credential": credential_body(req, found)})


def delete_credential(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.credentials.delete(req.caller, req.params["credential_id"])
    return Reply(204)


def _ec2_body(req: Request, key: Ec2Key) -> Body:
    body = {
        "access": key.access,
        "secret": key.secret,
        "user_id": key.user_id,
        "tenant_id": key.project_id,
        "trust_id": None,
    }
    return linked(req, f"/users/{key.user_id}/credentials/OS-EC2/{key.access}", body)


def list_ec2_credentials(cloud: Cloud, req: Request) -> Reply:
    found = cloud.identity.credentials.list_ec2(req.caller, req.params["user_id"])
    return collection(req, "credentials", [_ec2_body(req, key) for key in found])


def create_ec2_credential(cloud: Cloud, req: Request) -> Reply:
    key = cloud.identity.credentials.create_ec2(req.caller, req.params["user_id"], req.body["tenant_id"])
    return Reply(201, {"credential": _ec2_body(req, key)})


def show_ec2_credential(cloud: Cloud, req: Request) -> Reply:
    key = cloud.identity.credentials.get_ec2(req.caller, req.params["access"])
    return Reply(200, {"credential": _ec2_body(req, key)})


def delete_ec2_credential(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.credentials.delete_ec2(req.caller, req.params["access"])
    return Reply(204)


def create_ec2_token(cloud: Cloud, req: Request) -> Reply:
    body = req.body.get("credentials") or req.body.get("ec2Credentials")
    if not isinstance(body, dict):
        raise Invalid("ec2.body", "Send the signed request as the object credentials.")
    issued = cloud.identity.tokens.issue_by_ec2(req.caller, _signed(body))
    reply = told(cloud, req, issued.token, 200)
    reply.headers["x-subject-token"] = issued.text
    return reply


def create_s3_token(cloud: Cloud, req: Request) -> Reply:
    """What the signer's token says; the token itself stays here, for the object store acts by its own."""
    body = req.body["credentials"]
    try:
        text = base64.urlsafe_b64decode(body["token"])
    except ValueError:
        raise Invalid("ec2.body", "token must be the signed text in base64.") from None
    issued = cloud.identity.tokens.issue_by_s3(req.caller, SignedText(body["access"], body["signature"], text))
    return told(cloud, req, issued.token, 200)


def _signed(body: Body) -> SignedRequest:
    def texts(name: str) -> dict[str, str]:
        return {str(key): str(value) for key, value in (body.get(name) or {}).items()}

    return SignedRequest(
        access=str(body["access"]),
        signature=str(body["signature"]),
        verb=str(body.get("verb") or "GET"),
        host=str(body.get("host") or ""),
        path=str(body.get("path") or "/"),
        params=texts("params"),
        headers=texts("headers"),
        body_hash=str(body.get("body_hash") or ""),
    )

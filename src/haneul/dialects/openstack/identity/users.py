"""Users and their passwords."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity.listing import (
    changed,
    collection,
    extras,
    linked,
    listing,
    moment,
    parse_moment,
    require_same_id,
    truth,
)
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.identity import FederatedLink, Filter, Listing, NewUser, User, UserId

_KNOWN = {
    "id",
    "name",
    "domain_id",
    "password",
    "default_project_id",
    "description",
    "enabled",
    "options",
    "links",
    "password_expires_at",
    "federated",
}
_FIELDS = {"name": "name", "domain_id": "domain_id"}
_LINK_FIELDS = {name: name for name in ("idp_id", "protocol_id", "unique_id")}
_CHANGES = {
    "name": "name",
    "description": "description",
    "default_project_id": "default_project_id",
    "password": "password",
    "options": "options",
}
_EXPIRY = re.compile(r"(lt|lte|gt|gte|eq|neq):(.+)")


def user_body(req: Request, user: User) -> dict[str, Any]:
    expires_at = moment(user.password_expires_at)
    body: dict[str, Any] = {
        **user.extra,
        "id": user.id,
        "name": user.name,
        "domain_id": user.domain_id,
        "enabled": user.is_enabled,
        "password_expires_at": None if expires_at is None else expires_at.removesuffix("Z"),
        "options": dict(user.options),
    }
    if user.default_project_id is not None:
        body["default_project_id"] = user.default_project_id
    if user.description is not None:
        body["description"] = user.description
    return linked(req, f"/users/{user.id}", body)


def full_user_body(cloud: Cloud, req: Request, user: User) -> dict[str, Any]:
    """With how identity providers know them."""
    body = user_body(req, user)
    protocols: dict[str, list[dict[str, str]]] = {}
    for link in cloud.identity.users.links(user):
        told = {"protocol_id": link.protocol_id, "unique_id": link.unique_id}
        protocols.setdefault(link.idp_id, []).append(told)
    if protocols or user.is_federated:
        body["federated"] = [{"idp_id": idp_id, "protocols": several} for idp_id, several in protocols.items()]
    return body


def _links(body: dict[str, Any]) -> tuple[FederatedLink, ...]:
    return tuple(
        FederatedLink(provider["idp_id"], protocol["protocol_id"], protocol["unique_id"], UserId(""))
        for provider in body.get("federated", ())
        for protocol in provider["protocols"]
    )


def user_listing(req: Request, more: Mapping[str, str] | None = None) -> Listing:
    """`more` are further fields to filter by."""
    wanted = listing(req, {**_FIELDS, **(more or {})}, {"enabled": "is_enabled"})
    if (text := req.query.get("password_expires_at")) is None:
        return wanted
    match = _EXPIRY.fullmatch(text)
    if match is None:
        raise Invalid("user.expiry", "password_expires_at is OPERATOR:TIME with lt, lte, gt, gte, eq or neq.")
    at = parse_moment(match[2], "password_expires_at")
    comparator: Any = match[1]
    return Listing((*wanted.filters, Filter("password_expires_at", at, comparator)), wanted.limit, wanted.marker)


def list_users(cloud: Cloud, req: Request) -> Reply:
    wanted = user_listing(req, _LINK_FIELDS)
    users = cloud.identity.users.list(req.caller, wanted)
    return collection(req, "users", [user_body(req, user) for user in users], wanted)


def show_user(cloud: Cloud, req: Request) -> Reply:
    user = cloud.identity.users.get(req.caller, req.params["user_id"])
    return Reply(200, {"user": full_user_body(cloud, req, user)})


def create_user(cloud: Cloud, req: Request) -> Reply:
    body = req.body["user"]
    new = NewUser(
        name=body["name"],
        domain_id=body.get("domain_id"),
        password=body.get("password"),
        default_project_id=body.get("default_project_id"),
        description=body.get("description"),
        is_enabled=truth(body.get("enabled", True)),
        options=body.get("options", {}),
        extra=extras(body, _KNOWN),
        federated=_links(body),
    )
    return Reply(201, {"user": full_user_body(cloud, req, cloud.identity.users.create(req.caller, new))})


def update_user(cloud: Cloud, req: Request) -> Reply:
    body, user_id = req.body["user"], req.params["user_id"]
    require_same_id(req, body, "user_id")
    if "domain_id" in body:
        user = cloud.identity.users.get(req.caller, user_id, "identity:update_user")
        if body["domain_id"] != user.domain_id:
            raise Invalid("user.domain", "Cannot change the domain ID: make a new user there.")
    changes = changed(body, _CHANGES)
    if "enabled" in body:
        changes["is_enabled"] = truth(body["enabled"])
    if extra := extras(body, _KNOWN):
        changes["extra"] = extra
    if "federated" in body:
        changes["federated"] = _links(body)
    user = cloud.identity.users.update(req.caller, user_id, changes)
    return Reply(200, {"user": full_user_body(cloud, req, user)})


def delete_user(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.users.delete(req.caller, req.params["user_id"])
    return Reply(204)


def change_password(cloud: Cloud, req: Request) -> Reply:
    body = req.body["user"]
    cloud.identity.users.change_password(req.params["user_id"], body["original_password"], body["password"])
    return Reply(204)

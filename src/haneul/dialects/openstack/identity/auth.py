"""Tokens: signing in, looking at a token, ending it, and what a token may be had for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity.listing import collection, is_set, moment
from haneul.dialects.openstack.identity.oauth1 import signed_call
from haneul.dialects.openstack.identity.projects import domain_body, project_body
from haneul.kit.errors import Invalid, NotFound
from haneul.kit.http import Reply, Request
from haneul.services.identity import (
    UNSCOPED,
    AuthRequest,
    CatalogEntry,
    MoreMethodsNeeded,
    Receipt,
    Ref,
    Scope,
    Token,
)

Body = dict[str, Any]


def create_token(cloud: Cloud, req: Request) -> Reply:
    receipt = req.headers.get("openstack-auth-receipt", "")
    try:
        asked = replace(auth_request(req.body["auth"], receipt), address=req.address)
        req.claims = asked.claims
        if "oauth1" in asked.methods:
            asked = replace(asked, signed=signed_call(req))
        issued = cloud.identity.tokens.issue(asked)
    except MoreMethodsNeeded as half:
        return Reply(401, _receipt_body(half.receipt), {"openstack-auth-receipt": half.receipt.text})
    req.caller = issued.token.caller
    reply = told(cloud, req, issued.token, 201)
    reply.headers["x-subject-token"] = issued.text
    return reply


def show_token(cloud: Cloud, req: Request) -> Reply:
    text = _subject(req)
    rule = "identity:check_token" if req.method == "HEAD" else "identity:validate_token"
    reply = told(cloud, req, cloud.identity.tokens.validate(req.caller, text, rule), 200)
    reply.headers["x-subject-token"] = text
    return reply


def revoke_token(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.tokens.revoke(req.caller, _subject(req))
    return Reply(204)


def show_catalog(cloud: Cloud, req: Request) -> Reply:
    token = cloud.identity.tokens.read(req.headers["x-auth-token"])
    entries = [_catalog_body(entry) for entry in cloud.identity.catalog.of(token)]
    return collection(req, "catalog", entries)


def list_auth_projects(cloud: Cloud, req: Request) -> Reply:
    projects = cloud.identity.projects.mine(req.caller)
    return collection(req, "projects", [project_body(req, project) for project in projects])


def list_auth_domains(cloud: Cloud, req: Request) -> Reply:
    domains = cloud.identity.domains.mine(req.caller)
    return collection(req, "domains", [domain_body(req, domain) for domain in domains])


def show_auth_system(cloud: Cloud, req: Request) -> Reply:
    may = cloud.identity.grants.has_system(req.caller)
    return collection(req, "system", [{"all": True}] if may else [])


def _subject(req: Request) -> str:
    text = req.headers.get("x-subject-token")
    if not text:
        raise NotFound("token.not_found", "Could not find token: name it in the header X-Subject-Token.")
    return text


def told(cloud: Cloud, req: Request, token: Token, status: int) -> Reply:
    body = token_body(token)
    if not token.claims.is_unscoped and not is_set(req.query, "nocatalog"):
        body["catalog"] = [_catalog_body(entry) for entry in cloud.identity.catalog.of(token)]
    if providers := cloud.identity.service_providers.enabled():
        body["service_providers"] = [
            {"id": each.id, "auth_url": each.auth_url, "sp_url": each.sp_url} for each in providers
        ]
    return Reply(status, {"token": body}, {"vary": "X-Auth-Token"})


def token_body(token: Token) -> Body:
    """The token as Keystone tells it, without the catalogue."""
    claims = token.claims
    body: Body = {
        "methods": list(claims.methods),
        "user": {
            "domain": {"id": token.user_domain.id, "name": token.user_domain.name},
            "id": token.user.id,
            "name": token.user.name,
            "password_expires_at": _seconds(moment(token.user.password_expires_at)),
        },
        "audit_ids": list(claims.audit_ids),
        "expires_at": moment(claims.expires_at),
        "issued_at": moment(claims.issued_at),
    }
    if not claims.is_unscoped:
        body["roles"] = [{"id": role.id, "name": role.name} for role in token.roles]
    if claims.federation is not None:
        del body["user"]["password_expires_at"]
        body["user"]["OS-FEDERATION"] = {
            "groups": [{"id": group_id} for group_id in claims.federation.group_ids],
            "identity_provider": {"id": claims.federation.idp_id},
            "protocol": {"id": claims.federation.protocol_id},
        }
    _add_scope(body, token)
    _add_lent(body, token)
    return body


def _receipt_body(receipt: Receipt) -> Body:
    return {
        "receipt": {
            "methods": list(receipt.methods),
            "user": {
                "domain": {"id": receipt.user_domain.id, "name": receipt.user_domain.name},
                "id": receipt.user.id,
                "name": receipt.user.name,
            },
            "expires_at": moment(receipt.expires_at),
            "issued_at": moment(receipt.issued_at),
        },
        "required_auth_methods": [list(rule) for rule in receipt.required],
    }


def _seconds(text: str | None) -> str | None:
    """Password expiry is told without an offset: 2026-11-21T09:30:00.000000"""
    return None if text is None else text.removesuffix("Z")


def _add_scope(body: Body, token: Token) -> None:
    if token.claims.is_system:
        body["system"] = {"all": True}
    if token.domain is not None:
        body["domain"] = {"id": token.domain.id, "name": token.domain.name}
    if token.project is not None and token.project_domain is not None:
        home = token.project_domain
        body["project"] = {
            "domain": {"id": home.id, "name": home.name},
            "id": token.project.id,
            "name": token.project.name,
        }
        body["is_domain"] = token.project.is_domain


def _add_lent(body: Body, token: Token) -> None:
    if token.trust is not None:
        body["OS-TRUST:trust"] = {
            "id": token.trust.id,
            "trustor_user": {"id": token.trust.trustor_user_id},
            "trustee_user": {"id": token.trust.trustee_user_id},
            "impersonation": token.trust.impersonation,
        }
    if token.access_token is not None:
        body["OS-OAUTH1"] = {"access_token_id": token.access_token.id, "consumer_id": token.access_token.consumer_id}
    if token.application_credential is not None:
        lent = token.application_credential
        told: Body = {"id": lent.id, "name": lent.name, "restricted": not lent.is_unrestricted}
        if token.access_rules is not None:
            told["access_rules"] = [
                {"id": rule.id, "service": rule.service, "path": rule.path, "method": rule.method}
                for rule in token.access_rules
            ]
        body["application_credential"] = told


def _catalog_body(entry: CatalogEntry) -> Body:
    endpoints = [
        {
            "id": endpoint.id,
            "interface": endpoint.interface,
            "region_id": endpoint.region_id,
            "url": endpoint.url,
            "region": endpoint.region_id,
        }
        for endpoint in entry.endpoints
    ]
    return {
        "endpoints": endpoints,
        "id": entry.service.id,
        "type": entry.service.type,
        "name": entry.service.name,
    }


def auth_request(auth: Body, receipt: str = "") -> AuthRequest:
    """What the body of POST /v3/auth/tokens asks for, with the receipt of an earlier one."""
    identity = auth["identity"]
    user = identity.get("password", {}).get("user") or {}
    totp = identity.get("totp", {}).get("user") or {}
    credential = identity.get("application_credential") or {}
    _require_parts(identity)
    return AuthRequest(
        methods=tuple(identity["methods"]),
        user=_ref(user, "identity/password/user"),
        password=user.get("password", ""),
        totp_user=_ref(totp, "identity/totp/user"),
        passcode=str(totp.get("passcode", "")),
        token=identity.get("token", {}).get("id", ""),
        application_credential=_ref(credential, "identity/application_credential"),
        application_credential_user=_ref(credential.get("user") or {}, "identity/application_credential/user"),
        application_credential_secret=credential.get("secret", ""),
        receipt=receipt,
        scope=_scope(auth.get("scope")),
    )


def _require_parts(identity: Body) -> None:
    for method in identity["methods"]:
        if method in ("password", "token", "totp", "application_credential") and not identity.get(method):
            raise Invalid("auth.incomplete", f"Expecting to find {method} in identity: it is named as a method.")


def _ref(body: Body, where: str) -> Ref | None:
    if not body:
        return None
    if "id" not in body and "name" not in body:
        raise Invalid("auth.incomplete", f"Invalid input for field {where}: id or name must be present.")
    domain = body.get("domain")
    return Ref(body.get("id"), body.get("name"), _ref(domain, where + "/domain") if domain else None)


def _scope(scope: Any) -> Scope | None:
    if scope is None or scope == {}:
        return None
    if scope == "unscoped" or (isinstance(scope, dict) and "unscoped" in scope):
        return UNSCOPED
    if not isinstance(scope, dict):
        raise Invalid("auth.scope", 'Invalid input for field scope: it must be an object or the word "unscoped".')
    kinds = [kind for kind in ("project", "domain", "system", "OS-TRUST:trust") if kind in scope]
    if len(kinds) != 1:
        raise Invalid(
            "auth.scope", "Invalid input for field scope: name one of project, domain, system and OS-TRUST:trust."
        )
    if "system" in scope:
        return Scope(is_system=True)
    if "OS-TRUST:trust" in scope:
        return Scope(trust_id=str(scope["OS-TRUST:trust"].get("id", "")))
    if "domain" in scope:
        return Scope(domain=_scope_ref(scope["domain"], "scope/domain"))
    return Scope(project=_scope_ref(scope["project"], "scope/project"))


def _scope_ref(body: Body, where: str) -> Ref:
    ref = _ref(body, where)
    if ref is None:
        raise Invalid("auth.scope", f"Invalid input for field {where}: id or name must be present.")
    return ref

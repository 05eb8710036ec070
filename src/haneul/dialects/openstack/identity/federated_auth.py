"""Signing in through identity providers (OS-FEDERATION): by OpenID Connect tokens, and no other way yet."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity.auth import told
from haneul.kit.errors import NotFound, Unauthenticated
from haneul.kit.http import Reply, Request, Route

_AUTH = "/v3/OS-FEDERATION/identity_providers/{idp_id}/protocols/{protocol_id}/auth"
_WEBSSO = (
    "/v3/auth/OS-FEDERATION/websso/{protocol_id}",
    "/v3/auth/OS-FEDERATION/identity_providers/{idp_id}/protocols/{protocol_id}/websso",
)
_SAML = ("/v3/auth/OS-FEDERATION/saml2", "/v3/auth/OS-FEDERATION/saml2/ecp")


def federated_sign_in(cloud: Cloud, req: Request) -> Reply:
    kind, _, text = req.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise Unauthenticated(
            "federation.no_token",
            "Send the token that your identity provider gave you as `Authorization: Bearer TOKEN` "
            "(openstack --os-auth-type v3oidcaccesstoken).",
        )
    issued = cloud.identity.tokens.issue_federated(req.params["idp_id"], req.params["protocol_id"], text.strip())
    reply = told(cloud, req, issued.token, 201)
    reply.headers["x-subject-token"] = issued.text
    return reply


def refuse_websso(cloud: Cloud, req: Request) -> Any:
    raise NotFound(
        "federation.no_websso",
        "This cloud does not sign people in by a browser: get a token from your identity provider and sign in with "
        "--os-auth-type v3oidcaccesstoken, v3oidcpassword or v3oidcclientcredentials.",
    )


def refuse_saml(cloud: Cloud, req: Request) -> Any:
    raise NotFound(
        "federation.no_saml",
        "This cloud does not speak SAML 2.0 or ECP: sign in by OpenID Connect, with --os-auth-type v3oidcaccesstoken.",
    )


ROUTES = (
    Route("GET", _AUTH, federated_sign_in, public=True),
    Route("POST", _AUTH, federated_sign_in, public=True),
    *(Route(method, path, refuse_websso, public=True) for path in _WEBSSO for method in ("GET", "POST")),
    *(Route("POST", path, refuse_saml, public=True) for path in _SAML),
    Route("GET", "/v3/OS-FEDERATION/saml2/metadata", refuse_saml, public=True),
)

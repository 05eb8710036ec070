"""Consumers, request tokens and access tokens of OAuth 1.0a (OS-OAUTH1)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity import federation_schemas as schemas
from haneul.dialects.openstack.identity.listing import changed, collection, extras, linked, listing, moment
from haneul.dialects.openstack.identity.roles import role_body
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request, Route
from haneul.services.identity import AccessToken, Consumer, NewKey, Ref, SignedCall

Body = dict[str, Any]

_CONSUMER = "/v3/OS-OAUTH1/consumers/{consumer_id}"
_TOKENS = "/v3/users/{user_id}/OS-OAUTH1/access_tokens"
_KNOWN = {"id", "description", "secret", "links"}
_FORM = "application/x-www-form-urlencoded"


def signed_call(req: Request) -> SignedCall:
    """The request as its signature sees it: by the public URL, or by the name that the client called the host."""
    query = f"?{urlencode(req.query.items)}" if req.query.items else ""
    scheme, _, rest = req.url.partition("://")
    host, _, path = rest.partition("/")
    named = f"{scheme}://{req.headers.get('host') or host}/{path}"
    headers = {name.title(): value for name, value in req.headers.items()}
    if "Authorization" not in headers:
        raise Invalid("oauth1.header", "Error parsing the OAuth headers: sign the request in its Authorization header.")
    return SignedCall((req.url + query, named + query), headers, req.method)


def consumer_body(req: Request, consumer: Consumer, secret: str | None = None) -> Body:
    body: Body = {**consumer.extra, "id": consumer.id, "description": consumer.description}
    if secret is not None:
        body["secret"] = secret
    return linked(req, f"/OS-OAUTH1/consumers/{consumer.id}", body)


def list_consumers(cloud: Cloud, req: Request) -> Reply:
    wanted = listing(req, {})
    found = cloud.identity.consumers.list(req.caller, wanted)
    return collection(req, "consumers", [consumer_body(req, each) for each in found], wanted)


def show_consumer(cloud: Cloud, req: Request) -> Reply:
    found = cloud.identity.consumers.get(req.caller, req.params["consumer_id"])
    return Reply(200, {"consumer": consumer_body(req, found)})


def create_consumer(cloud: Cloud, req: Request) -> Reply:
    body = req.body["consumer"]
    made = cloud.identity.consumers.create(req.caller, body.get("description"), extras(body, _KNOWN))
    assert isinstance(made.thing, Consumer)
    return Reply(201, {"consumer": consumer_body(req, made.thing, made.secret)})


def update_consumer(cloud: Cloud, req: Request) -> Reply:
    body = req.body["consumer"]
    changes = changed(body, {"description": "description"})
    if extra := extras(body, _KNOWN):
        changes["extra"] = extra
    found = cloud.identity.consumers.update(req.caller, req.params["consumer_id"], changes)
    return Reply(200, {"consumer": consumer_body(req, found)})


def delete_consumer(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.consumers.delete(req.caller, req.params["consumer_id"])
    return Reply(204)


def create_request_token(cloud: Cloud, req: Request) -> Reply:
    project_id = req.headers.get("requested-project-id")
    if not project_id:
        raise Invalid("oauth1.project", "Name the project in the header Requested-Project-Id.")
    return _told(cloud.identity.access_tokens.request(signed_call(req), project_id))


def create_access_token(cloud: Cloud, req: Request) -> Reply:
    return _told(cloud.identity.access_tokens.create(signed_call(req)))


def _told(made: NewKey) -> Reply:
    assert not isinstance(made.thing, Consumer)
    told = {"oauth_token": made.thing.id, "oauth_token_secret": made.secret}
    if made.thing.expires_at is not None:
        told["oauth_expires_at"] = moment(made.thing.expires_at) or ""
    text = "&".join(f"{name}={value}" for name, value in told.items())
    return Reply(201, text.encode(), {"content-type": _FORM})


def authorize_request_token(cloud: Cloud, req: Request) -> Reply:
    roles = tuple(Ref(role.get("id"), role.get("name")) for role in req.body["roles"])
    verifier = cloud.identity.access_tokens.authorize(req.caller, req.params["request_token_id"], roles)
    return Reply(200, {"token": {"oauth_verifier": verifier}})


def access_token_body(req: Request, token: AccessToken) -> Body:
    path = f"/users/{token.authorizing_user_id}/OS-OAUTH1/access_tokens/{token.id}"
    body = {
        "id": token.id,
        "consumer_id": token.consumer_id,
        "project_id": token.project_id,
        "authorizing_user_id": token.authorizing_user_id,
        "expires_at": moment(token.expires_at),
    }
    linked(req, path, body)["links"]["roles"] = f"{req.api_url}/v3{path}/roles"
    return body


def list_access_tokens(cloud: Cloud, req: Request) -> Reply:
    wanted = listing(req, {})
    found = cloud.identity.access_tokens.list(req.caller, req.params["user_id"], wanted)
    return collection(req, "access_tokens", [access_token_body(req, each) for each in found], wanted)


def show_access_token(cloud: Cloud, req: Request) -> Reply:
    found = cloud.identity.access_tokens.get(req.caller, req.params["user_id"], req.params["access_token_id"])
    return Reply(200, {"access_token": access_token_body(req, found)})


def delete_access_token(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.access_tokens.delete(req.caller, req.params["user_id"], req.params["access_token_id"])
    return Reply(204)


def list_access_token_roles(cloud: Cloud, req: Request) -> Reply:
    found = cloud.identity.access_tokens.roles(req.caller, req.params["user_id"], req.params["access_token_id"])
    return collection(req, "roles", [role_body(req, role) for role in found])


def show_access_token_role(cloud: Cloud, req: Request) -> Reply:
    params = req.params
    role = cloud.identity.access_tokens.role(
        req.caller, params["user_id"], params["access_token_id"], params["role_id"]
    )
    return Reply(200, {"role": role_body(req, role)})


ROUTES = (
    Route("GET", "/v3/OS-OAUTH1/consumers", list_consumers),
    Route("POST", "/v3/OS-OAUTH1/consumers", create_consumer, schema=schemas.CREATE_CONSUMER),
    Route("GET", _CONSUMER, show_consumer),
    Route("PATCH", _CONSUMER, update_consumer, schema=schemas.UPDATE_CONSUMER),
    Route("DELETE", _CONSUMER, delete_consumer),
    Route("POST", "/v3/OS-OAUTH1/request_token", create_request_token, public=True),
    Route("POST", "/v3/OS-OAUTH1/access_token", create_access_token, public=True),
    Route(
        "PUT",
        "/v3/OS-OAUTH1/authorize/{request_token_id}",
        authorize_request_token,
        schema=schemas.AUTHORIZE_REQUEST_TOKEN,
    ),
    Route("GET", _TOKENS, list_access_tokens),
    Route("GET", _TOKENS + "/{access_token_id}", show_access_token),
    Route("DELETE", _TOKENS + "/{access_token_id}", delete_access_token),
    Route("GET", _TOKENS + "/{access_token_id}/roles", list_access_token_roles),
    Route("GET", _TOKENS + "/{access_token_id}/roles/{role_id}", show_access_token_role),
)

"""People come in by the word of their identity provider: OpenID Connect tokens that it signed."""

from __future__ import annotations

import base64
import hmac
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from haneul.drivers.identity.fake import ISSUER, FakeIssuers
from haneul.services.identity import TrustedIssuer
from tests.clouds import OpenCloud

V3 = "/identity/v3"
IDP = f"{V3}/OS-FEDERATION/identity_providers/sso"
AUTH = f"{IDP}/protocols/openid/auth"
RULES = [
    {
        "local": [{"user": {"id": "{0}", "name": "{1}", "email": "{1}"}}],
        "remote": [{"type": "OIDC-sub"}, {"type": "HTTP_OIDC_EMAIL"}],
    },
    {
        "local": [{"groups": "{0}", "domain": {"id": "default"}}],
        "remote": [{"type": "OIDC-groups", "whitelist": ["builders", "painters"]}],
    },
]
ADA: dict[str, Any] = {"sub": "f3a1", "email": "ada@example.org", "groups": ["builders", "lunch"]}


def set_up(cloud: OpenCloud, rules: list[Any] | None = None, **provider: Any) -> None:
    """An identity provider whose builders are members of the project demo."""
    told = {"enabled": True, "remote_ids": [ISSUER.url], **provider}
    cloud.ask("PUT", IDP, {"identity_provider": told}, user="admin")
    mapping = {"rules": rules or RULES, "schema_version": "2.0" if rules else "1.0"}
    cloud.ask("PUT", f"{V3}/OS-FEDERATION/mappings/staff", {"mapping": mapping}, user="admin")
    cloud.ask("PUT", f"{IDP}/protocols/openid", {"protocol": {"mapping_id": "staff"}}, user="admin")
    group = cloud.ask("POST", f"{V3}/groups", {"group": {"name": "builders"}}, user="admin")["group"]["id"]
    cloud.names["builders"] = group
    member = cloud.ask("GET", f"{V3}/roles?name=member", user="admin")["roles"][0]["id"]
    cloud.ask("PUT", f"{V3}/projects/{cloud.names['demo_project']}/groups/{group}/roles/{member}", user="admin")


def come_in(cloud: OpenCloud, text: str | None = None, **claims: Any) -> Any:
    text = text or cloud.reality.issuers.token(**{**ADA, **claims})
    return cloud.http.post(AUTH, headers={b"authorization": f"Bearer {text}".encode("latin-1")})


def token_of(answer: Any) -> str:
    assert answer.status_code == 201, answer.text
    return str(answer.headers["x-subject-token"])


def rescope(cloud: OpenCloud, token: str, project: str = "demo_project") -> Any:
    identity = {"methods": ["token"], "token": {"id": token}}
    scope = {"project": {"id": cloud.names[project]}}
    return cloud.http.post(f"{V3}/auth/tokens", json={"auth": {"identity": identity, "scope": scope}})


def get(cloud: OpenCloud, token: str, path: str) -> Any:
    return cloud.http.get(f"{V3}{path}", headers={"x-auth-token": token})


def test_who_is_vouched_for_gets_an_unscoped_token(cloud: OpenCloud) -> None:
    set_up(cloud)

    answer = come_in(cloud)

    told = answer.json()["token"]
    domain = cloud.ask("GET", IDP, user="admin")["identity_provider"]["domain_id"]
    assert told["methods"] == ["openid"]
    assert (told["user"]["name"], told["user"]["domain"]["id"]) == ("ada@example.org", domain)
    assert told["user"]["OS-FEDERATION"] == {
        "groups": [{"id": cloud.names["builders"]}],
        "identity_provider": {"id": "sso"},
        "protocol": {"id": "openid"},
    }
    assert "project" not in told and "roles" not in told


def test_they_are_the_same_user_every_time_under_the_name_they_have_now(cloud: OpenCloud) -> None:
    set_up(cloud)
    first = come_in(cloud).json()["token"]["user"]

    again = come_in(cloud, email="ada@lovelace.org").json()["token"]["user"]

    assert again["id"] == first["id"]
    assert again["name"] == "ada@lovelace.org"
    user = cloud.ask("GET", f"{V3}/users/{first['id']}", user="admin")["user"]
    assert user["federated"] == [{"idp_id": "sso", "protocols": [{"protocol_id": "openid", "unique_id": "f3a1"}]}]
    assert user["email"] == "ada@lovelace.org"
    found = cloud.ask("GET", f"{V3}/users?unique_id=f3a1&idp_id=sso", user="admin")["users"]
    assert [each["id"] for each in found] == [first["id"]]
    assert cloud.ask("GET", f"{V3}/users?name=ada@lovelace.org", user="admin")["users"][0]["id"] == first["id"]


def test_their_groups_give_them_projects(cloud: OpenCloud) -> None:
    set_up(cloud)
    unscoped = token_of(come_in(cloud))
    for path in ("/auth/projects", "/OS-FEDERATION/projects"):
        projects = get(cloud, unscoped, path).json()["projects"]
        assert [project["id"] for project in projects] == [cloud.names["demo_project"]]
    assert get(cloud, unscoped, "/auth/domains").json()["domains"] == []
    assert get(cloud, unscoped, "/auth/system").json()["system"] == []

    scoped = rescope(cloud, unscoped)

    told = scoped.json()["token"]
    assert {role["name"] for role in told["roles"]} == {"member", "reader"}
    assert told["methods"] == ["openid", "token"]
    assert told["user"]["OS-FEDERATION"]["identity_provider"] == {"id": "sso"}
    assert told["expires_at"] == come_in_expiry(cloud, unscoped)
    servers = cloud.http.get("/compute/v2.1/servers", headers={"x-auth-token": token_of(scoped)})
    assert servers.status_code == 200


def come_in_expiry(cloud: OpenCloud, token: str) -> str:
    headers = {"x-auth-token": token, "x-subject-token": token}
    return str(cloud.http.get(f"{V3}/auth/tokens", headers=headers).json()["token"]["expires_at"])


def test_who_is_in_no_group_of_this_cloud_can_do_nothing(cloud: OpenCloud) -> None:
    set_up(cloud)

    unscoped = token_of(come_in(cloud, sub="b0b", email="bob@example.org", groups=["painters", "lunch"]))

    assert get(cloud, unscoped, "/auth/projects").json()["projects"] == []
    assert rescope(cloud, unscoped).status_code == 401
    assert rescope(cloud, unscoped, "other_project").status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "somebody else"},
        {"iss": "https://evil.test"},
        {"exp": 1},
        {"exp": None},
        {"nbf": 10**11},
        {"sub": None},
        {"aud": None},
        {"email": ["a@example.org", "b@example.org"]},
        {"email": None},
    ],
)
def test_a_token_that_says_the_wrong_thing_is_refused(cloud: OpenCloud, claims: dict[str, Any]) -> None:
    set_up(cloud)

    answer = come_in(cloud, **claims)

    assert answer.status_code == 401, answer.text
    assert cloud.ask("GET", f"{V3}/users?idp_id=sso", user="admin")["users"] == []


def test_a_token_that_its_issuer_did_not_sign_is_refused(cloud: OpenCloud) -> None:
    set_up(cloud)
    good = cloud.reality.issuers.token(**ADA)
    claims = jwt.decode(good, _public_key(cloud.reality.issuers)).claims
    stranger = ECKey.generate_key("P-256", {"kid": "key-0"})
    head, body, signature = good.split(".")
    public = _public_key(cloud.reality.issuers).as_pem(private=False)
    forged = [
        jwt.encode({"alg": "ES256", "kid": "key-0"}, claims, stranger),
        _by_shared_secret(body, public),
        f"{head}.{body}.",
        f"eyJhbGciOiJub25lIn0.{body}.",
        f"{head}.{body[:-4]}AAAA.{signature}",
        good[:-3],
        "not-a-token",
        "..",
        b"\xff.\xfe.\xfd".decode("latin-1"),
    ]

    assert [come_in(cloud, text).status_code for text in forged] == [401] * len(forged)
    assert come_in(cloud, good).status_code == 201


def _by_shared_secret(body: str, secret: bytes) -> str:
    """As if the issuer's public key were a secret that both know."""
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"key-0"}').decode().rstrip("=")
    digest = hmac.digest(secret, f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def _public_key(issuers: FakeIssuers) -> ECKey:
    return ECKey.import_key(issuers.keys(ISSUER)["keys"][0])


def test_a_token_is_good_only_in_its_time(cloud: OpenCloud) -> None:
    set_up(cloud)
    text = cloud.reality.issuers.token(**ADA)
    cloud.clock.move(300 + 59)
    assert come_in(cloud, text).status_code == 201
    cloud.clock.move(2)
    assert come_in(cloud, text).status_code == 401


def test_new_keys_of_the_issuer_are_looked_for(cloud: OpenCloud) -> None:
    set_up(cloud)
    before = cloud.reality.issuers.token(**ADA)
    assert come_in(cloud).status_code == 201

    cloud.reality.issuers.rotate()

    assert come_in(cloud).status_code == 201
    assert come_in(cloud, before).status_code == 201


def test_one_provider_does_not_vouch_for_the_people_of_another(cloud: OpenCloud) -> None:
    set_up(cloud, remote_ids=["https://elsewhere.test"])
    refusal = come_in(cloud)
    assert refusal.status_code == 403
    assert "remote_ids" in refusal.json()["error"]["message"]

    cloud.ask("PATCH", IDP, {"identity_provider": {"remote_ids": []}}, user="admin")
    assert come_in(cloud).status_code == 201

    # With a second issuer a provider without remote ids could be anybody's.
    cloud.reality.issuers._issuers = (ISSUER, TrustedIssuer("https://second.test", ("haneul",)))
    assert come_in(cloud).status_code == 403


def test_what_ends_the_way_in_ends_the_tokens(cloud: OpenCloud) -> None:
    set_up(cloud)
    scoped = token_of(rescope(cloud, token_of(come_in(cloud))))
    assert get(cloud, scoped, "/auth/projects").status_code == 200

    cloud.ask("PATCH", IDP, {"identity_provider": {"enabled": False}}, user="admin")

    assert get(cloud, scoped, "/auth/projects").status_code == 401
    assert come_in(cloud).status_code == 403
    cloud.ask("PATCH", IDP, {"identity_provider": {"enabled": True}}, user="admin")
    assert get(cloud, scoped, "/auth/projects").status_code == 200
    cloud.ask("DELETE", f"{IDP}/protocols/openid", user="admin")
    assert get(cloud, scoped, "/auth/projects").status_code == 401
    assert come_in(cloud).status_code == 404


def test_a_disabled_user_stays_out(cloud: OpenCloud) -> None:
    set_up(cloud)
    answer = come_in(cloud)
    user = answer.json()["token"]["user"]["id"]

    cloud.ask("PATCH", f"{V3}/users/{user}", {"user": {"enabled": False}}, user="admin")

    assert get(cloud, token_of(answer), "/auth/projects").status_code == 401
    assert come_in(cloud).status_code == 401


def test_a_name_from_outside_is_nobody_elses(cloud: OpenCloud) -> None:
    """In one domain with a local admin: the same name, another user, no password, no roles."""
    set_up(cloud, domain_id="default")

    answer = come_in(cloud, email="admin", groups=["lunch"])

    assert answer.json()["token"]["user"]["name"] == "admin"
    assert answer.json()["token"]["user"]["id"] != cloud.names["admin_user"]
    assert get(cloud, token_of(answer), "/auth/projects").json()["projects"] == []
    assert cloud.ask("GET", f"{V3}/auth/projects", user="admin")["projects"] != []
    cloud._tokens.clear()
    assert cloud.token_of("admin")


def test_membership_may_outlast_the_token_for_a_while(cloud: OpenCloud) -> None:
    """So that what acts for somebody while they are away, an application credential, goes on, but not for ever."""
    set_up(cloud, authorization_ttl=120)
    unscoped = come_in(cloud)
    user, scoped = unscoped.json()["token"]["user"]["id"], token_of(rescope(cloud, token_of(unscoped)))
    wish = {"application_credential": {"name": "robot", "roles": [{"name": "member"}]}}
    made = cloud.http.post(
        f"{V3}/users/{user}/application_credentials", json=wish, headers={"x-auth-token": scoped}
    ).json()["application_credential"]
    lent = {"id": made["id"], "secret": made["secret"]}
    ask = {"auth": {"identity": {"methods": ["application_credential"], "application_credential": lent}}}
    groups = cloud.ask("GET", f"{V3}/users/{user}/groups", user="admin")["groups"]
    assert [group["name"] for group in groups] == ["builders"]
    assert groups[0]["membership_expires_at"]

    cloud.clock.move(90 * 60)
    cloud._tokens.clear()
    robot = token_of(cloud.http.post(f"{V3}/auth/tokens", json=ask))
    assert get(cloud, robot, "/auth/catalog").status_code == 200
    cloud.clock.move(31 * 60)

    assert get(cloud, robot, "/auth/catalog").status_code == 401
    assert cloud.http.post(f"{V3}/auth/tokens", json=ask).status_code == 401
    come_in(cloud)
    assert cloud.http.post(f"{V3}/auth/tokens", json=ask).status_code == 201


def test_without_it_an_application_credential_ends_with_the_groups(cloud: OpenCloud) -> None:
    set_up(cloud)
    unscoped = come_in(cloud)
    user, scoped = unscoped.json()["token"]["user"]["id"], token_of(rescope(cloud, token_of(unscoped)))
    wish = {"application_credential": {"name": "robot"}}

    answer = cloud.http.post(f"{V3}/users/{user}/application_credentials", json=wish, headers={"x-auth-token": scoped})

    made = answer.json()["application_credential"]
    lent = {"id": made["id"], "secret": made["secret"]}
    ask = {"auth": {"identity": {"methods": ["application_credential"], "application_credential": lent}}}
    assert cloud.http.post(f"{V3}/auth/tokens", json=ask).status_code == 401


def test_a_mapping_may_make_projects_and_give_roles_there(cloud: OpenCloud) -> None:
    projects = [
        {"name": "home of {0}", "roles": [{"name": "member"}]},
        {"name": "demo", "domain": {"id": "default"}, "roles": [{"name": "reader"}]},
    ]
    remote = [{"type": "sub"}, {"type": "email"}]
    set_up(cloud, [{"local": [{"user": {"id": "{0}", "name": "{1}"}, "projects": projects}], "remote": remote}])

    unscoped = token_of(come_in(cloud))

    told = get(cloud, unscoped, "/auth/projects").json()["projects"]
    assert {project["name"] for project in told} == {"home of f3a1", "demo"}
    assert {role["name"] for role in rescope(cloud, unscoped).json()["token"]["roles"]} == {"reader"}
    come_in(cloud)
    assert len(cloud.ask("GET", f"{V3}/projects?name=home of f3a1", user="admin")["projects"]) == 1


def test_a_mapping_with_a_role_that_is_not_there_makes_nothing(cloud: OpenCloud) -> None:
    projects = [{"name": "home", "roles": [{"name": "emperor"}]}]
    remote = [{"type": "sub"}, {"type": "email"}]
    set_up(cloud, [{"local": [{"user": {"id": "{0}", "name": "{1}"}, "projects": projects}], "remote": remote}])

    answer = come_in(cloud)

    assert answer.status_code == 401
    assert "emperor" in answer.json()["error"]["message"]
    assert cloud.ask("GET", f"{V3}/projects?name=home", user="admin")["projects"] == []


def test_a_mapping_may_mean_a_user_who_is_here_already(cloud: OpenCloud) -> None:
    local = {"user": {"name": "{0}", "type": "local", "domain": {"id": "default"}}}
    set_up(cloud, [{"local": [local], "remote": [{"type": "preferred_username"}]}])

    answer = come_in(cloud, preferred_username="demo")

    assert answer.json()["token"]["user"]["id"] == cloud.names["demo_user"]
    assert "OS-FEDERATION" not in answer.json()["token"]["user"]
    assert rescope(cloud, token_of(answer)).status_code == 201
    assert come_in(cloud, preferred_username="nobody").status_code == 401


def test_an_administrator_may_say_beforehand_who_somebody_is(cloud: OpenCloud) -> None:
    set_up(cloud)
    links = [{"idp_id": "sso", "protocols": [{"protocol_id": "openid", "unique_id": "f3a1"}]}]
    cloud.ask("PATCH", f"{V3}/users/{cloud.names['other_user']}", {"user": {"federated": links}}, user="admin")

    answer = come_in(cloud)

    assert answer.json()["token"]["user"]["id"] == cloud.names["other_user"]
    assert answer.json()["token"]["user"]["name"] == "other"
    taken = {"user": {"name": "eve", "federated": links}}
    headers = {"x-auth-token": cloud.token_of("admin") or ""}
    assert cloud.http.post(f"{V3}/users", json=taken, headers=headers).status_code == 409
    assert cloud.ask("GET", f"{V3}/users?name=eve", user="admin")["users"] == []


def test_keycloaks_roles_are_found_by_their_path(cloud: OpenCloud) -> None:
    remote = [{"type": "sub"}, {"type": "OIDC-realm_access.roles", "any_one_of": ["cloud"]}]
    set_up(cloud, [{"local": [{"user": {"name": "{0}"}}], "remote": remote}])

    assert come_in(cloud, realm_access={"roles": ["cloud", "mail"]}).status_code == 201
    assert come_in(cloud, realm_access={"roles": ["mail"]}).status_code == 401


def test_what_is_not_built_says_so(cloud: OpenCloud) -> None:
    asked = [
        cloud.http.get(f"{V3}/auth/OS-FEDERATION/websso/openid?origin=http://x"),
        cloud.http.get(f"{V3}/auth/OS-FEDERATION/identity_providers/sso/protocols/openid/websso"),
        cloud.http.post(f"{V3}/auth/OS-FEDERATION/saml2", json={}),
        cloud.http.get(f"{V3}/OS-FEDERATION/saml2/metadata"),
    ]

    assert [answer.status_code for answer in asked] == [404] * 4
    assert all("v3oidcaccesstoken" in answer.json()["error"]["message"] for answer in asked)
    home = cloud.http.get(V3, headers={"accept": "application/json-home"}).text
    assert "saml" not in home and "websso" not in home


def test_without_a_token_one_is_told_what_to_send(cloud: OpenCloud) -> None:
    set_up(cloud)

    for headers in ({}, {"authorization": "Basic YTpi"}, {"authorization": "Bearer "}):
        answer = cloud.http.post(AUTH, headers=headers)
        assert answer.status_code == 401
        assert "Authorization: Bearer" in answer.json()["error"]["message"]

"""Programs that act for somebody who said so, as OAuth 1.0a has it: signed by oauthlib's own client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import pytest
from oauthlib.oauth1 import Client
from sqlalchemy import select

from haneul.services.identity import METADATA
from tests.clouds import URL, OpenCloud

V3 = "/identity/v3"


@dataclass
class Keys:
    key: str
    secret: str


class Program:
    """A consumer with keys of its own."""

    def __init__(self, cloud: OpenCloud) -> None:
        self.cloud = cloud
        made = cloud.ask("POST", f"{V3}/OS-OAUTH1/consumers", {"consumer": {"description": "robot"}}, user="admin")
        self.keys = Keys(made["consumer"]["id"], made["consumer"]["secret"])
        self.nonce = 0

    def signed(self, path: str, owner: Keys | None = None, **more: Any) -> dict[str, str]:
        self.nonce += 1
        wish: dict[str, Any] = {
            "client_secret": self.keys.secret,
            "resource_owner_key": owner.key if owner else None,
            "resource_owner_secret": owner.secret if owner else None,
            "nonce": f"nonce{self.nonce}",
            "timestamp": str(int(self.cloud.clock.now().timestamp())),
        }
        signer = Client(self.keys.key, **(wish | more))
        _, headers, _ = signer.sign(f"{URL}{V3}{path}", http_method="POST")
        return {name.lower(): value for name, value in headers.items()}

    def question(self, project: str, **more: Any) -> Keys:
        headers = self.signed("/OS-OAUTH1/request_token", callback_uri="oob", **more)
        answer = self.cloud.http.post(
            f"{V3}/OS-OAUTH1/request_token", headers=headers | {"requested-project-id": project}
        )
        assert answer.status_code == 201, answer.text
        return _keys(answer.text)

    def answer(self, question: Keys, verifier: str) -> Any:
        headers = self.signed("/OS-OAUTH1/access_token", question, verifier=verifier)
        return self.cloud.http.post(f"{V3}/OS-OAUTH1/access_token", headers=headers)

    def sign_in(self, access: Keys, headers: dict[str, str] | None = None, scope: Any = None) -> Any:
        body: dict[str, Any] = {"auth": {"identity": {"methods": ["oauth1"], "oauth1": {}}}}
        if scope is not None:
            body["auth"]["scope"] = scope
        return self.cloud.http.post(
            f"{V3}/auth/tokens", json=body, headers=headers or self.signed("/auth/tokens", access)
        )


def _keys(text: str) -> Keys:
    found = parse_qs(text)
    return Keys(found["oauth_token"][0], found["oauth_token_secret"][0])


def _consent(cloud: OpenCloud, question: Keys, role: str = "member") -> str:
    """The administrator says yes."""
    path = f"{V3}/OS-OAUTH1/authorize/{question.key}"
    told = cloud.ask("PUT", path, {"roles": [{"name": role}]}, user="admin")
    return str(told["token"]["oauth_verifier"])


@pytest.fixture
def program(cloud: OpenCloud) -> Program:
    return Program(cloud)


def _access(cloud: OpenCloud, program: Program) -> Keys:
    question = program.question(cloud.names["admin_project"])
    return _keys(program.answer(question, _consent(cloud, question)).text)


def test_a_program_acts_for_who_said_so_with_the_roles_they_chose(cloud: OpenCloud, program: Program) -> None:
    access = _access(cloud, program)

    answer = program.sign_in(access)

    assert answer.status_code == 201, answer.text
    token = answer.json()["token"]
    assert token["methods"] == ["oauth1"]
    assert token["user"]["id"] == cloud.names["admin_user"]
    assert token["project"]["id"] == cloud.names["admin_project"]
    assert {role["name"] for role in token["roles"]} == {"member", "reader"}
    assert token["OS-OAUTH1"] == {"access_token_id": access.key, "consumer_id": program.keys.key}


def test_a_wrong_signature_is_refused_whichever_key_is_wrong(cloud: OpenCloud, program: Program) -> None:
    access = _access(cloud, program)

    wrong = [Keys(access.key, "0" * 32), Keys("0" * 32, access.secret)]

    assert [program.sign_in(keys).status_code for keys in wrong] == [401, 401]
    program.keys = Keys(program.keys.key, "0" * 32)
    assert program.sign_in(access).status_code == 401
    program.keys = Keys("0" * 32, "0" * 32)
    assert program.sign_in(access).status_code == 401


def test_a_signed_request_counts_once(cloud: OpenCloud, program: Program) -> None:
    access = _access(cloud, program)
    headers = program.signed("/auth/tokens", access)
    assert program.sign_in(access, headers).status_code == 201

    again = program.sign_in(access, headers)

    assert again.status_code == 401
    assert "used before" in again.json()["error"]["message"]


def test_a_request_signed_long_ago_is_refused(cloud: OpenCloud, program: Program) -> None:
    access = _access(cloud, program)
    headers = program.signed("/auth/tokens", access)
    cloud.clock.move(601)

    assert program.sign_in(access, headers).status_code == 401


def test_a_program_gets_nothing_without_the_word_of_consent(cloud: OpenCloud, program: Program) -> None:
    question = program.question(cloud.names["admin_project"])
    assert program.answer(question, "guessed").status_code == 401
    verifier = _consent(cloud, question)
    assert program.answer(question, "guessed").status_code == 401

    assert program.answer(question, verifier).status_code == 201

    assert program.answer(question, verifier).status_code == 401


def test_another_program_cannot_use_the_answer(cloud: OpenCloud, program: Program) -> None:
    question = program.question(cloud.names["admin_project"])
    verifier = _consent(cloud, question)
    thief = Program(cloud)

    assert thief.answer(question, verifier).status_code == 401
    access = _keys(program.answer(question, verifier).text)
    assert thief.sign_in(access).status_code == 401


def test_nobody_lends_roles_that_they_do_not_have(cloud: OpenCloud, program: Program) -> None:
    question = program.question(cloud.names["demo_project"])

    answer = cloud.http.put(
        f"{V3}/OS-OAUTH1/authorize/{question.key}",
        json={"roles": [{"name": "member"}]},
        headers={"x-auth-token": cloud.token_of("admin") or ""},
    )

    assert answer.status_code == 401
    assert "does not have the role member" in answer.json()["error"]["message"]


@pytest.mark.parametrize("ending", ["revoked", "consumer gone", "expired"])
def test_the_tokens_of_a_program_end_with_what_they_stand_on(cloud: OpenCloud, program: Program, ending: str) -> None:
    access = _access(cloud, program)
    token = program.sign_in(access).headers["x-subject-token"]
    headers = {"x-auth-token": token}
    assert cloud.http.get(f"{V3}/auth/projects", headers=headers).status_code == 200

    if ending == "revoked":
        mine = f"{V3}/users/{cloud.names['admin_user']}/OS-OAUTH1/access_tokens/{access.key}"
        cloud.ask("DELETE", mine, user="admin")
    elif ending == "consumer gone":
        cloud.ask("DELETE", f"{V3}/OS-OAUTH1/consumers/{program.keys.key}", user="admin")
    else:
        cloud.clock.move(23.5 * 3600)
        headers = {"x-auth-token": program.sign_in(access).headers["x-subject-token"]}
        assert cloud.http.get(f"{V3}/auth/projects", headers=headers).status_code == 200
        cloud.clock.move(1800)

    assert cloud.http.get(f"{V3}/auth/projects", headers=headers).status_code == 401
    assert program.sign_in(access).status_code == 401


def test_what_a_program_was_lent_it_cannot_make_more_of(cloud: OpenCloud, program: Program) -> None:
    access = _access(cloud, program)
    token = program.sign_in(access).headers["x-subject-token"]
    headers = {"x-auth-token": token}
    user = cloud.names["admin_user"]

    rescoped = {"auth": {"identity": {"methods": ["token"], "token": {"id": token}}, "scope": "unscoped"}}
    wish = {"application_credential": {"name": "more"}}
    refusals = [
        cloud.http.post(f"{V3}/auth/tokens", json=rescoped),
        cloud.http.post(f"{V3}/users/{user}/application_credentials", json=wish, headers=headers),
        cloud.http.post(f"{V3}/credentials", json={"credential": {"type": "cert", "blob": "x"}}, headers=headers),
        program.sign_in(access, scope={"project": {"id": cloud.names["demo_project"]}}),
    ]

    assert [answer.status_code for answer in refusals] == [403, 403, 403, 403]


def test_another_persons_access_tokens_are_not_found(cloud: OpenCloud, program: Program) -> None:
    access = _access(cloud, program)
    other = f"{V3}/users/{cloud.names['other_user']}/OS-OAUTH1/access_tokens/{access.key}"

    admin = {"x-auth-token": cloud.token_of("admin") or ""}
    demo = {"x-auth-token": cloud.token_of("demo") or ""}

    assert cloud.http.get(other, headers=admin).status_code == 404
    mine = f"{V3}/users/{cloud.names['admin_user']}/OS-OAUTH1/access_tokens/{access.key}"
    assert cloud.http.get(mine, headers=demo).status_code == 403
    assert cloud.http.get(mine + "/roles", headers=admin).json()["roles"][0]["name"] == "member"


def test_keys_rest_sealed(cloud: OpenCloud, program: Program) -> None:
    access = _access(cloud, program)

    with cloud.plane.ground.db.read() as connection:
        rows = [row for table in METADATA.sorted_tables for row in connection.execute(select(table))]

    rest = repr(rows)
    assert program.keys.key in rest and access.key in rest
    assert program.keys.secret not in rest and access.secret not in rest

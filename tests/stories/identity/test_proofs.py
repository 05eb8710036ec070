"""Proving who one is by other means than a password alone."""

from __future__ import annotations

import base64
import hmac
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from haneul.kit.errors import Forbidden, Invalid, Unauthenticated
from haneul.kit.policy import INTERNAL
from haneul.services.identity import (
    UNSCOPED,
    AuthRequest,
    Credential,
    MoreMethodsNeeded,
    NewProject,
    NewUser,
    Place,
    Ref,
    Scope,
    SignedRequest,
    SignedText,
    User,
)
from haneul.services.identity.verbs.ec2 import signatures
from haneul.services.identity.verbs.proof import totp_code

from .conftest import DEFAULT, World, build

SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def a_user(world: World, **options: object) -> User:
    user = world.identity.users.create(INTERNAL, NewUser("ada", "default", "engine", options=options))
    world.identity.credentials.create(INTERNAL, Credential("", "totp", SEED, user.id))
    return user


def passcode(world: World, seconds: int = 0) -> str:
    step = (int(world.clock.now().timestamp()) + seconds) // 30
    return (totp_code(SEED, step) or b"").decode()


def by_both(world: World, user: User, code: str) -> AuthRequest:
    return AuthRequest(
        ("password", "totp"),
        user=Ref(id=user.id),
        password="engine",
        totp_user=Ref(id=user.id),
        passcode=code,
        scope=UNSCOPED,
    )


def test_the_code_is_that_of_rfc_6238() -> None:
    assert totp_code(SEED, 59 // 30) == b"287082"
    assert totp_code(SEED, 1111111109 // 30) == b"081804"
    assert totp_code("not base32!", 1) is None


def test_a_code_is_good_now_and_one_step_later(world: World) -> None:
    user = a_user(world)
    request = AuthRequest(("totp",), totp_user=Ref(id=user.id), passcode=passcode(world), scope=UNSCOPED)
    assert world.identity.tokens.issue(request).token.claims.methods == ("totp",)

    world.clock.move(30)
    world.identity.tokens.issue(request)

    world.clock.move(30)
    with pytest.raises(Unauthenticated):
        world.identity.tokens.issue(request)


def test_who_must_use_two_methods_cannot_use_one(world: World) -> None:
    user = a_user(world, multi_factor_auth_enabled=True, multi_factor_auth_rules=[["password", "totp"]])
    with pytest.raises(Unauthenticated) as refusal:
        world.sign_in("ada", "engine", UNSCOPED)
    assert refusal.value.code == "auth.more_methods"

    token = world.identity.tokens.issue(by_both(world, user, passcode(world))).token

    assert token.claims.methods == ("password", "totp")


def test_both_methods_must_speak_of_the_same_user(world: World) -> None:
    user = a_user(world)
    request = AuthRequest(
        ("password", "totp"),
        user=Ref(name="admin", domain=DEFAULT),
        password="correct horse battery staple",
        totp_user=Ref(id=user.id),
        passcode=passcode(world),
    )
    with pytest.raises(Unauthenticated):
        world.identity.tokens.issue(request)


def test_an_expired_password_must_be_changed_first(tmp_path: Path) -> None:
    world = build(tmp_path, password_lifetime_days=1)
    user = world.identity.users.create(INTERNAL, NewUser("ada", "default", "engine"))
    world.sign_in("ada", "engine", UNSCOPED)
    world.clock.move(86400)
    with pytest.raises(Unauthenticated) as refusal:
        world.sign_in("ada", "engine", UNSCOPED)
    assert refusal.value.code == "password.expired"

    world.identity.users.change_password(user.id, "engine", "analytical")

    world.sign_in("ada", "analytical", UNSCOPED)


def test_a_weak_password_is_told_what_it_lacks(tmp_path: Path) -> None:
    world = build(tmp_path, password_pattern=r".{8,}", password_pattern_description="at least 8 characters")
    with pytest.raises(Exception, match="at least 8 characters"):
        world.identity.users.create(INTERNAL, NewUser("eve", "default", "short"))


def test_a_system_token_is_not_exchanged_for_a_projects(world: World) -> None:
    text = world.sign_in(scope=Scope(is_system=True))
    request = AuthRequest(("token",), token=text, scope=Scope(project=Ref(name="admin", domain=DEFAULT)))
    with pytest.raises(Forbidden):
        world.identity.tokens.issue(request)


def test_signatures_are_those_of_aws() -> None:
    """The example `get-vanilla-query-order-key` of AWS's Signature Version 4 test suite, and one of Version 2."""
    secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    authorization = (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=x"
    )
    headers = {"Host": "example.amazonaws.com", "X-Amz-Date": "20150830T123600Z", "Authorization": authorization}
    nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    four = SignedRequest(
        "AKIDEXAMPLE",
        "x",
        "GET",
        "example.amazonaws.com",
        "/",
        {"Param1": "value1", "Param2": "value2"},
        headers,
        nothing,
    )
    assert signatures(four, secret, four.host) == ("b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",)
    params = {
        "Action": "DescribeJobFlows",
        "Version": "2009-03-31",
        "AWSAccessKeyId": "AKIAIOSFODNN7EXAMPLE",
        "SignatureVersion": "2",
        "SignatureMethod": "HmacSHA256",
        "Timestamp": "2011-10-03T15:19:30",
    }
    two = SignedRequest("AKIAIOSFODNN7EXAMPLE", "x", "GET", "elasticmapreduce.amazonaws.com", "/", params)
    known = "i91nKc4PWAt0JJIdXwz9HxZCJDdiy6cf/Mj6vPxyYIs="
    assert signatures(two, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", two.host) == (known,)


@pytest.mark.parametrize(
    "blob", ['{"access": "AK"}', '{"access": "AK", "secret": ""}', '{"access": "AK", "secret": 5}', "[]", "{", '"x"']
)
def test_ec2_keys_without_a_secret_are_none(world: World, blob: str) -> None:
    user = a_user(world)
    project = world.identity.projects.create(INTERNAL, NewProject("site", "default"))
    with pytest.raises(Invalid) as refusal:
        world.identity.credentials.create(INTERNAL, Credential("", "ec2", blob, user.id, project.id))
    assert refusal.value.code == "credential.blob"
    kept = world.identity.credentials.create(INTERNAL, Credential("", "cert", blob, user.id, project.id))
    with pytest.raises(Invalid):
        world.identity.credentials.update(INTERNAL, kept.id, {"type": "ec2"})


def test_a_token_of_ec2_keys_stays_in_their_project(world: World) -> None:
    project = world.identity.projects.create(INTERNAL, NewProject("site", "default"))
    user = a_user(world)
    member = next(role for role in world.identity.roles.list(INTERNAL) if role.name == "member")
    world.identity.grants.give(INTERNAL, Place("user", user.id, "project", project.id), member.id)
    key = world.identity.credentials.create_ec2(INTERNAL, user.id, project.id)
    stamp = world.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    params = {"SignatureVersion": "2", "SignatureMethod": "HmacSHA1", "Timestamp": stamp}
    (signature,) = signatures(SignedRequest(key.access, "", "GET", "ec2.test", "/", params), key.secret, "ec2.test")
    issued = world.identity.tokens.issue_by_ec2(
        INTERNAL, SignedRequest(key.access, signature, "GET", "ec2.test:8773", "/", params)
    )

    with pytest.raises(Forbidden) as refusal:
        world.identity.tokens.issue(AuthRequest(("token",), token=issued.text, scope=UNSCOPED))
    assert refusal.value.code == "token.delegated"
    with pytest.raises(Forbidden):
        world.identity.credentials.create_ec2(issued.token.caller, user.id, project.id)


def test_who_signs_with_ec2_keys_gets_a_token(world: World) -> None:
    world.clock.move((datetime(2031, 1, 1, tzinfo=UTC) - world.clock.now()).total_seconds())
    project = world.identity.projects.create(INTERNAL, NewProject("site", "default"))
    user = a_user(world)
    member = next(role for role in world.identity.roles.list(INTERNAL) if role.name == "member")
    world.identity.grants.give(INTERNAL, Place("user", user.id, "project", project.id), member.id)
    key = world.identity.credentials.create_ec2(INTERNAL, user.id, project.id)
    params = {"SignatureVersion": "2", "SignatureMethod": "HmacSHA256", "Timestamp": "2031-01-01T00:00:00Z"}
    unsigned = SignedRequest(key.access, "", "GET", "ec2.test", "/", params)
    (signature,) = signatures(unsigned, key.secret, "ec2.test")

    issued = world.identity.tokens.issue_by_ec2(
        INTERNAL, SignedRequest(key.access, signature, "GET", "ec2.test", "/", params)
    )

    assert issued.token.user.id == user.id
    with pytest.raises(Unauthenticated):
        world.identity.tokens.issue_by_ec2(INTERNAL, SignedRequest(key.access, "x", "GET", "ec2.test", "/", params))
    world.clock.move(1000)
    with pytest.raises(Unauthenticated):
        world.identity.tokens.issue_by_ec2(
            INTERNAL, SignedRequest(key.access, signature, "GET", "ec2.test", "/", params)
        )


def test_a_receipt_lets_the_missing_method_follow(world: World) -> None:
    user = a_user(world, multi_factor_auth_enabled=True, multi_factor_auth_rules=[["password", "totp"]])
    with pytest.raises(MoreMethodsNeeded) as half:
        world.sign_in("ada", "engine", UNSCOPED)
    receipt = half.value.receipt
    request = AuthRequest(
        ("totp",), totp_user=Ref(id=user.id), passcode=passcode(world), receipt=receipt.text, scope=UNSCOPED
    )

    assert set(world.identity.tokens.issue(request).token.claims.methods) == {"password", "totp"}

    with pytest.raises(Unauthenticated):
        world.identity.tokens.authenticate(receipt.text)
    world.clock.move(300)
    late = replace(request, passcode=passcode(world))
    with pytest.raises(Unauthenticated):
        world.identity.tokens.issue(late)


def test_a_password_set_by_somebody_else_is_good_only_for_choosing_another(tmp_path: Path) -> None:
    world = build(tmp_path, password_change_at_first_use=True, password_minimum_days=1)
    user = world.identity.users.create(INTERNAL, NewUser("ada", "default", "engine"))
    with pytest.raises(Unauthenticated, match="needs to be changed"):
        world.sign_in("ada", "engine", UNSCOPED)

    world.identity.users.change_password(user.id, "engine", "analytical")

    world.sign_in("ada", "analytical", UNSCOPED)
    with pytest.raises(Invalid, match="minimum age"):
        world.identity.users.change_password(user.id, "analytical", "difference")


def test_the_right_password_does_not_buy_endless_tries_at_the_passcode(world: World) -> None:
    user = a_user(world, multi_factor_auth_enabled=True, multi_factor_auth_rules=[["password", "totp"]])
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            world.identity.tokens.issue(by_both(world, user, "000000"))

    with pytest.raises(Unauthenticated):
        world.identity.tokens.issue(by_both(world, user, passcode(world)))

    world.clock.move(60)
    world.identity.tokens.issue(by_both(world, user, passcode(world)))


def test_who_signs_for_the_object_store_gets_a_token(world: World) -> None:
    project = world.identity.projects.create(INTERNAL, NewProject("site", "default"))
    user = a_user(world)
    member = next(role for role in world.identity.roles.list(INTERNAL) if role.name == "member")
    world.identity.grants.give(INTERNAL, Place("user", user.id, "project", project.id), member.id)
    key = world.identity.credentials.create_ec2(INTERNAL, user.id, project.id)
    text = b"GET\n\n\nTue, 27 Mar 2007 19:36:42 +0000\n/bucket/object"
    signature = base64.b64encode(hmac.new(key.secret.encode(), text, "sha1").digest()).decode()

    issued = world.identity.tokens.issue_by_s3(INTERNAL, SignedText(key.access, signature, text))

    assert issued.token.project is not None
    assert issued.token.project.id == project.id
    with pytest.raises(Unauthenticated):
        world.identity.tokens.issue_by_s3(INTERNAL, SignedText(key.access, signature, text + b"s"))

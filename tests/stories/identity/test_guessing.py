"""Guessing passwords is slow, soon locked, and tells nothing about who exists; who may be excused from what."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from haneul.kit.errors import Invalid, Unauthenticated
from haneul.kit.policy import INTERNAL
from haneul.services.identity import (
    METADATA,
    UNSCOPED,
    AuthRequest,
    Credential,
    NewDomain,
    NewProject,
    NewUser,
    Ref,
    Scope,
    User,
    UserId,
)

from .conftest import DEFAULT, World, build

SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@dataclass
class Cost:
    """What an attempt cost: hashes with their parameters, and writing statements."""

    hashes: list[tuple[int, int, int]] = field(default_factory=list)
    writes: int = 0


@contextmanager
def counted(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cost]:
    cost, real = Cost(), hashlib.scrypt

    def scrypt(*args: Any, **how: Any) -> bytes:
        cost.hashes.append((how["n"], how["r"], how["p"]))
        return real(*args, **how)

    def look(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        cost.writes += statement.lstrip().startswith(("INSERT", "UPDATE", "DELETE"))

    event.listen(world.db.engine, "before_cursor_execute", look)
    with monkeypatch.context() as patch:
        patch.setattr(hashlib, "scrypt", scrypt)
        yield cost
    event.remove(world.db.engine, "before_cursor_execute", look)


def person(world: World, name: str = "ada", **options: Any) -> User:
    return world.identity.users.create(INTERNAL, NewUser(name, "default", "engine", options=options))


def refused(world: World, request: AuthRequest) -> str:
    with pytest.raises(Unauthenticated) as refusal:
        world.identity.tokens.issue(request)
    return f"{refusal.value.code} {refusal.value.message}"


def by_password(ref: Ref, password: str = "wrong") -> AuthRequest:
    return AuthRequest(("password",), user=ref, password=password, scope=UNSCOPED)


def test_whoever_is_named_an_attempt_costs_and_tells_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    person(world)
    locked, gone = person(world, "locked"), person(world, "gone")
    world.identity.users.create(INTERNAL, NewUser("silent", "default"))
    world.identity.users.update(INTERNAL, gone.id, {"is_enabled": False})
    for _ in range(5):
        refused(world, by_password(Ref(id=locked.id)))
    refused(world, by_password(Ref(name="nobody", domain=DEFAULT)))
    tried = [
        by_password(Ref(name="ada", domain=DEFAULT)),
        by_password(Ref(name="nobody", domain=DEFAULT)),
        by_password(Ref(name="ada", domain=Ref(name="nowhere"))),
        by_password(Ref(id="0" * 32)),
        by_password(Ref(id=locked.id)),
        by_password(Ref(id=locked.id), "engine"),
        by_password(Ref(id=gone.id)),
        by_password(Ref(name="silent", domain=DEFAULT)),
    ]
    costs, words = [], set()
    for request in tried:
        with counted(world, monkeypatch) as cost:
            words.add(refused(world, request))
        costs.append(cost)

    assert costs == [Cost([(2**14, 8, 1)], 1)] * len(tried)
    assert len(words) == 1


def test_passcodes_tell_as_little(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    user = person(world)
    world.identity.credentials.create(INTERNAL, Credential("", "totp", SEED, user.id))
    bare = person(world, "bare")
    refused(world, AuthRequest(("totp",), totp_user=Ref(id="0" * 32), passcode="000000"))
    costs, words = [], set()
    for ref in (Ref(id=user.id), Ref(id=bare.id), Ref(id="0" * 32), Ref(name="nobody", domain=DEFAULT)):
        with counted(world, monkeypatch) as cost:
            words.add(refused(world, AuthRequest(("totp",), totp_user=ref, passcode="000000")))
        costs.append(cost)

    assert costs == [Cost([], 1)] * 4
    assert len(words) == 1


def test_guesses_count_wherever_they_are_made(world: World) -> None:
    user = person(world)
    world.identity.credentials.create(INTERNAL, Credential("", "totp", SEED, user.id))
    for guess in (
        lambda: world.sign_in("ada", "wrong", UNSCOPED),
        lambda: world.identity.users.change_password(user.id, "wrong", "new"),
        lambda: world.identity.tokens.issue(AuthRequest(("totp",), totp_user=Ref(id=user.id), passcode="000000")),
        lambda: world.identity.users.change_password(user.id, "wrong", "new"),
        lambda: world.sign_in("ada", "wrong", UNSCOPED),
    ):
        with pytest.raises(Unauthenticated):
            guess()

    with pytest.raises(Unauthenticated):
        world.sign_in("ada", "engine", UNSCOPED)
    with pytest.raises(Unauthenticated):
        world.identity.users.change_password(user.id, "engine", "new")
    world.sign_in(scope=UNSCOPED)


def test_a_long_list_of_passwords_gets_five_tries_a_minute(world: World) -> None:
    """Of 600 guesses in ten minutes, one a second, 50 are looked at."""
    user = person(world)
    looked_at = 0
    for guess in range(600):
        before = world.identity.users.get(INTERNAL, user.id).failed_attempts
        refused(world, by_password(Ref(id=user.id), f"guess {guess}"))
        looked_at += world.identity.users.get(INTERNAL, user.id).failed_attempts != before
        world.clock.move(1)

    assert looked_at <= 50


def test_who_is_excused_from_the_lock_is_not_locked(world: World) -> None:
    person(world, ignore_lockout_failure_attempts=True)
    for _ in range(20):
        with pytest.raises(Unauthenticated):
            world.sign_in("ada", "wrong", UNSCOPED)
    world.sign_in("ada", "engine", UNSCOPED)


def test_who_is_excused_keeps_an_old_password(tmp_path: Path) -> None:
    world = build(tmp_path, password_lifetime_days=30)
    person(world, ignore_password_expiry=True)
    person(world, "bob")
    world.clock.move(31 * 86400)

    world.sign_in("ada", "engine", UNSCOPED)
    with pytest.raises(Unauthenticated, match="expired"):
        world.sign_in("bob", "engine", UNSCOPED)


def test_who_is_excused_need_not_change_a_first_password(tmp_path: Path) -> None:
    world = build(tmp_path, password_change_at_first_use=True)
    person(world, ignore_change_password_upon_first_use=True)
    person(world, "bob")

    world.sign_in("ada", "engine", UNSCOPED)
    with pytest.raises(Unauthenticated, match="expired"):
        world.sign_in("bob", "engine", UNSCOPED)


def test_a_locked_password_stays(world: World) -> None:
    user = person(world, lock_password=True)
    with pytest.raises(Invalid) as refusal:
        world.identity.users.change_password(user.id, "engine", "new")
    assert refusal.value.code == "password.locked"

    world.identity.users.update(INTERNAL, user.id, {"options": {"lock_password": None}})

    world.identity.users.change_password(user.id, "engine", "new")


def test_a_remembered_password_does_not_come_back(tmp_path: Path) -> None:
    world = build(tmp_path, remembered_passwords=3)
    user = person(world)
    for old, new in (("engine", "first"), ("first", "second")):
        world.identity.users.change_password(user.id, old, new)
    for used in ("second", "first", "engine"):
        with pytest.raises(Invalid) as refusal:
            world.identity.users.change_password(user.id, "second", used)
        assert refusal.value.code == "password.reused"

    world.identity.users.change_password(user.id, "second", "third")

    world.identity.users.change_password(user.id, "third", "engine")


def test_secrets_rest_sealed_or_hashed(world: World) -> None:
    user = person(world)
    project = world.identity.projects.create(INTERNAL, NewProject("site", "default"))
    key = world.identity.credentials.create_ec2(INTERNAL, user.id, project.id)
    world.identity.credentials.create(INTERNAL, Credential("", "totp", SEED, UserId(user.id)))
    domain = world.identity.domains.create(INTERNAL, NewDomain("people"))
    config = {"ldap": {"url": "ldap://sso.test", "password": "bind secret"}}
    world.identity.domain_configs.replace(INTERNAL, domain.id, config)

    with world.db.read() as connection:
        rows = repr([row for table in METADATA.sorted_tables for row in connection.execute(select(table))])

    assert user.id in rows and domain.id in rows
    for secret in (key.secret, key.access, SEED, "bind secret", "engine'", "correct horse"):
        assert secret not in rows, secret
    assert world.identity.credentials.get_ec2(INTERNAL, key.access).secret == key.secret


def test_a_token_ends_with_the_trust_it_stands_on(world: World) -> None:
    """Also one that was looked at a moment ago."""
    from datetime import timedelta

    from haneul.services.identity import NewTrust

    admin = world.identity.tokens.read(world.sign_in(scope=Scope(project=Ref(name="admin", domain=DEFAULT))))
    trustee = person(world)
    trust = world.identity.trusts.create(
        admin.caller,
        NewTrust(
            trustor_user_id=admin.user.id,
            trustee_user_id=trustee.id,
            impersonation=True,
            project_id=admin.caller.project_id,
            roles=(Ref(name="member"),),
            expires_at=world.clock.now() + timedelta(minutes=10),
        ),
    )
    text = world.sign_in("ada", "engine", Scope(trust_id=trust.id))
    world.clock.move(599)
    assert world.identity.tokens.authenticate(text).roles == {"member", "reader"}

    world.clock.move(1)

    with pytest.raises(Unauthenticated):
        world.identity.tokens.authenticate(text)

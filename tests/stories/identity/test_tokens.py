"""Tokens: who gets one, what it says, when it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from haneul.kit.errors import Unauthenticated
from haneul.services.identity import UNSCOPED, Ref, Scope

from .conftest import ADMIN_PASSWORD, DEFAULT, World

ADMIN_PROJECT = Scope(project=Ref(name="admin", domain=DEFAULT))
SYSTEM = Scope(is_system=True)


def test_the_admin_signs_in_to_the_admin_project(world: World) -> None:
    caller = world.identity.tokens.authenticate(world.sign_in(scope=ADMIN_PROJECT))

    assert caller.user_name == "admin"
    assert caller.project_name == "admin"
    assert caller.roles == {"admin", "manager", "member", "reader"}


def test_the_admin_signs_in_to_the_system(world: World) -> None:
    caller = world.identity.tokens.authenticate(world.sign_in(scope=SYSTEM))

    assert caller.is_system
    assert caller.is_admin
    assert caller.project_id == ""


def test_without_a_scope_the_default_project_is_meant(world: World) -> None:
    assert world.identity.tokens.authenticate(world.sign_in()).project_name == "admin"
    assert world.identity.tokens.authenticate(world.sign_in(scope=UNSCOPED)).project_name == ""


def test_a_wrong_password_and_an_unknown_user_are_told_alike(world: World) -> None:
    with pytest.raises(Unauthenticated) as wrong:
        world.sign_in(password="wrong")
    with pytest.raises(Unauthenticated) as unknown:
        world.sign_in(name="nobody")
    assert repr(wrong.value) == repr(unknown.value)


def test_a_token_ends_after_its_lifetime(world: World) -> None:
    text = world.sign_in()
    world.clock.move(3599)
    world.identity.tokens.authenticate(text)

    world.clock.move(1)

    with pytest.raises(Unauthenticated):
        world.identity.tokens.authenticate(text)


def test_a_changed_letter_makes_a_token_worthless(world: World) -> None:
    text = world.sign_in()
    for forged in ("", "nonsense", "gAAAAA", text[:-2] + ("A" if text[-2] != "A" else "B") + text[-1], "ü" * 50):
        with pytest.raises(Unauthenticated):
            world.identity.tokens.authenticate(forged)


def test_bootstrapping_again_changes_nothing(world: World) -> None:
    text = world.sign_in()
    world.identity.bootstrap(ADMIN_PASSWORD, "http://cloud.test:8800", "RegionOne")
    world.identity.tokens.authenticate(text)


def test_a_password_from_before_the_present_one_does_not_come_back(world: World) -> None:
    written_at = world.clock.now() - timedelta(seconds=1)
    world.identity.bootstrap("an older password", "http://cloud.test:8800", "RegionOne", written_at)
    world.sign_in()
    with pytest.raises(Unauthenticated):
        world.sign_in(password="an older password")


def test_a_password_written_down_later_is_the_way_back_in(world: World) -> None:
    world.clock.move(5)
    world.identity.bootstrap("a newer password", "http://cloud.test:8800", "RegionOne", world.clock.now())
    world.sign_in(password="a newer password")
    with pytest.raises(Unauthenticated):
        world.sign_in()


def test_five_failures_lock_a_user_for_a_minute(world: World) -> None:
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            world.sign_in(password="wrong")
    with pytest.raises(Unauthenticated):
        world.sign_in()

    world.clock.move(60)

    world.identity.tokens.authenticate(world.sign_in())

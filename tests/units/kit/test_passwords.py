"""Passwords, kept so that nobody can read them back."""

from __future__ import annotations

from haneul.kit.passwords import hash_password, matches, new_secret


def test_the_right_password_fits_and_no_other() -> None:
    kept = hash_password("Ünïcode 🜲")
    assert matches("Ünïcode 🜲", kept)
    assert not matches("ünïcode 🜲", kept)
    assert not matches("", kept)


def test_nobody_has_no_password() -> None:
    assert not matches("", None)


def test_equal_passwords_are_kept_differently_with_their_cost() -> None:
    one, two = hash_password("same"), hash_password("same")
    assert one != two
    assert one.startswith("$scrypt$ln=14,r=8,p=1$")


def test_a_hash_of_another_cost_still_fits() -> None:
    cheap = "$scrypt$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA==$"
    kept = cheap + "5S9fYZ1mpjJqL1o0cNo4nGNWDhVDRBSTQIsYkqXHJZU="
    assert not matches("anything", kept)


def test_secrets_are_long_and_new() -> None:
    assert len(new_secret()) == 86
    assert new_secret() != new_secret()

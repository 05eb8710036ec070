"""What a new password must be like."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from haneul.kit import passwords
from haneul.kit.errors import Invalid
from haneul.kit.ids import new_hex
from haneul.services.identity.model import Password, User
from haneul.services.identity.parts import Parts

MAX_LENGTH = 4096


def require_strong(parts: Parts, password: str) -> None:
    """Invalid unless it matches the operator's pattern and is not absurdly long."""
    settings = parts.settings
    if len(password) > MAX_LENGTH:
        raise Invalid("password.too_long", f"A password may have at most {MAX_LENGTH} characters.")
    if settings.password_pattern and not re.match(settings.password_pattern, password):
        raise Invalid(
            "password.weak",
            "The password does not match the requirements: "
            f"{settings.password_pattern_description or settings.password_pattern}.",
        )


def require_new(parts: Parts, user: User, password: str) -> None:
    """Invalid if it is one of the user's latest passwords."""
    count = parts.settings.remembered_passwords
    for old in parts.store.passwords.newest(user.id, count) if count else []:
        if passwords.matches(password, old.hash):
            raise Invalid(
                "password.reused",
                "The new password must not be equal to a previous password: "
                f"the previous {count} are remembered. Choose another one.",
            )


def require_old_enough(parts: Parts, present: Password) -> None:
    """Invalid if the user chose the present password too short a time ago."""
    days = parts.settings.password_minimum_days
    if days and present.is_self_chosen and parts.clock.now() < present.created_at + timedelta(days=days):
        raise Invalid(
            "password.too_young",
            f"Cannot change password before minimum age of {days} days is met: ask your administrator.",
        )


def new_password(parts: Parts, user: User, password_hash: str, *, is_self_chosen: bool = False) -> Password:
    """The password from now on, with the time until which it is good."""
    now = parts.clock.now()
    expires_at = _expiry(parts, user, now, is_self_chosen)
    return Password(new_hex(), user.id, password_hash, now, expires_at, is_self_chosen)


def _expiry(parts: Parts, user: User, now: datetime, is_self_chosen: bool) -> datetime | None:
    is_excused = user.option("ignore_change_password_upon_first_use")
    if parts.settings.password_change_at_first_use and not is_self_chosen and not is_excused:
        return now
    days = parts.settings.password_lifetime_days
    return now + timedelta(days=days) if days and not user.option("ignore_password_expiry") else None

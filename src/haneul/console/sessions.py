"""Who a browser is signed in as: a sealed cookie, which its scripts cannot read and no other site can send."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import TypeVar

import msgspec

from haneul.kit.clock import Clock
from haneul.kit.keyring import Keyring

SESSION_COOKIE = "haneul_session"
TOLD_COOKIE = "haneul_told"
LOOK_COOKIE = "haneul_look"
_A_YEAR_S = 365 * 86400
_PATH = "/console"
_MOST_TOLD = 12
"""So many sentences fit into a cookie."""
_LONGEST_TOLD = 160


@dataclass(frozen=True)
class Session:
    """A browser's: with a token once its user has signed in."""

    token: str = field(default="", repr=False)
    guard: str = field(default="", repr=False)
    """What every form of this session carries, and no other site can know."""


def new_session(token: str = "") -> Session:
    return Session(token, secrets.token_urlsafe(16))


@dataclass(frozen=True)
class Told:
    """What came of the last request: shown once, on the page after it."""

    done: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


Kept = TypeVar("Kept", Session, Told)


class Sessions:
    """Seals and opens what browsers keep."""

    def __init__(self, keys: Keyring, clock: Clock, *, is_secure: bool) -> None:
        """`is_secure`: browsers reach the cloud by https, and shall send the cookies in no other way."""
        self._keys = keys
        self._clock = clock
        self._is_secure = is_secure

    def find(self, cookies: dict[str, str]) -> Session | None:
        return self._opened(cookies.get(SESSION_COOKIE, ""), Session)

    def told(self, cookies: dict[str, str]) -> Told | None:
        return self._opened(cookies.get(TOLD_COOKIE, ""), Told)

    def keep(self, session: Session) -> str:
        """The header `set-cookie` that has the browser keep it until it is closed."""
        return self._cookie(SESSION_COOKIE, self._sealed(session))

    def keep_told(self, told: Told) -> str:
        done, refused = (tuple(each[:_LONGEST_TOLD] for each in side) for side in (told.done, told.refused))
        few = Told(done[:_MOST_TOLD], refused[:_MOST_TOLD])
        return self._cookie(TOLD_COOKIE, self._sealed(few), max_age_s=60)

    def keep_look(self, look: str) -> str:
        return self._cookie(LOOK_COOKIE, look, max_age_s=_A_YEAR_S)

    def drop(self, name: str) -> str:
        return self._cookie(name, "", max_age_s=0)

    def _sealed(self, thing: object) -> str:
        return self._keys.seal(msgspec.json.encode(thing), self._clock.now()).decode()

    def _opened(self, text: str, kind: type[Kept]) -> Kept | None:
        plain = self._keys.open(text.encode()) if text else None
        if plain is None:
            return None
        try:
            return msgspec.json.decode(plain, type=kind)
        except msgspec.ValidationError:
            return None

    def _cookie(self, name: str, value: str, max_age_s: int | None = None) -> str:
        parts = [f"{name}={value}", f"Path={_PATH}", "HttpOnly", "SameSite=Strict"]
        parts += [f"Max-Age={max_age_s}"] if max_age_s is not None else []
        return "; ".join([*parts, "Secure"] if self._is_secure else parts)


def cookies_of(header: str) -> dict[str, str]:
    """What a request's header `cookie` holds; nothing if it cannot be read."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}

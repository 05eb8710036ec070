"""An identity service of its own: a real database in memory, a clock that stands still."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from haneul.drivers.identity.fake import FakeIssuers
from haneul.kit.clock import SteppedClock
from haneul.kit.db import Database
from haneul.kit.events import Bus
from haneul.kit.policy import Policy
from haneul.services.identity import (
    METADATA,
    RULES,
    SCOPES,
    AuthRequest,
    Identity,
    IdentitySettings,
    Ref,
    Scope,
    open_parts,
)
from tests.databases import fresh

ADMIN_PASSWORD = "correct horse battery staple"
DEFAULT = Ref(id="default")


@dataclass
class World:
    identity: Identity
    clock: SteppedClock
    bus: Bus
    db: Database

    def sign_in(self, name: str = "admin", password: str = ADMIN_PASSWORD, scope: Scope | None = None) -> str:
        """The text of a token by password."""
        request = AuthRequest(("password",), user=Ref(name=name, domain=DEFAULT), password=password, scope=scope)
        return self.identity.tokens.issue(request).text


def build(state: Path, **settings: object) -> World:
    db = fresh(METADATA)
    clock, bus = SteppedClock(), Bus()
    parts = open_parts(
        db,
        clock,
        bus,
        Policy(RULES, scopes=SCOPES),
        IdentitySettings(state=state, **settings),  # type: ignore[arg-type]
        FakeIssuers(clock),
    )
    world = World(Identity(parts), clock, bus, db)
    world.identity.bootstrap(ADMIN_PASSWORD, "http://cloud.test:8800", "RegionOne")
    return world


@pytest.fixture
def world(tmp_path: Path) -> World:
    return build(tmp_path)

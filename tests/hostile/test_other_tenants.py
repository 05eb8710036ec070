"""Another tenant's things look like things that do not exist: in every path, query and body of every conversation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from haneul.dialects.openstack.api import ApiSpec
from haneul.dialects.openstack.catalog import APIS
from tests.clouds import OpenCloud, open_cloud
from tests.conversations.talk import Answer, Talk
from tests.hostile.examples import UNKNOWN, honest
from tests.hostile.others import ID, Owners, furnish, giant_flavor, ids_in, unknown_like, with_id
from tests.hostile.shadow import Ordeal, ShadowedClient
from tests.hostile.watched import WatchedState
from tests.hostile.wire import Got, Sent

CONVERSATIONS = sorted((Path(__file__).parents[1] / "conversations").glob("*/*.yaml"))

KNOWN_BY_ID = {
    ("POST", "/image/v2/images"): "images",  # the caller may choose an id: 409 says that it is taken
    ("POST", "/identity/v3/auth/tokens"): "",  # whoever shows the right secret is the one whose id it is
    ("POST", "/identity/v3/OS-TRUST/trusts"): "users",  # whom one trusts must exist
}
"""Where another's id is told from an unknown one: an operation, and the table of the id, or "" for any."""


@dataclass
class Sweep:
    """A conversation of one tenant while another has one of everything."""

    ordeal: Ordeal
    owners: Owners
    compared: int = 0

    def before(self, honest: Sent) -> None:
        """Ask about each other tenant's thing what the conversation is about to ask about its own."""
        cloud, token = self.ordeal.cloud, honest.headers.get("x-auth-token")
        self.ordeal.watched.keep()
        mine = frozenset({cloud.names["demo_project"], cloud.names["demo_user"]})
        theirs = frozenset({cloud.names["other_project"], cloud.names["other_user"], "*"})
        for value in ids_in(honest):
            known = KNOWN_BY_ID.get((honest.method, honest.path))
            if value in theirs or known == "" or known in {table for table, _ in self.owners.kinds_of(value)}:
                continue
            if token == cloud.token_of("demo"):
                for foreign in self._foreign(value):
                    self.compare(honest, value, foreign)
            if self.owners.belongs_to(value, mine) and not self.owners.mentions(value, theirs):
                other = honest.with_header("x-auth-token", cloud.token_of("other") or "")
                self.compare(other, value, value)

    def _foreign(self, value: str) -> list[str]:
        """The other tenant's of the same kind."""
        kinds = self.owners.kinds_of(value)
        return list(dict.fromkeys(foreign for kind in kinds for foreign in self.owners.foreign.get(kind, ())[:1]))

    def compare(self, honest: Sent, value: str, foreign: str) -> None:
        unknown = unknown_like(foreign)
        told = self.ordeal.ask(with_id(honest, value, foreign))
        expected = self.ordeal.ask(with_id(honest, value, unknown))
        self.compared += 1
        if _normal(told, foreign) != _normal(expected, unknown):
            self.ordeal.findings.append(
                f"another tenant's {foreign} (in place of {value}) is told from an unknown one\n    {honest}\n"
                f"    -> {told.status} {told.body[:300]!r}\n    -> {expected.status} {expected.body[:300]!r}"
            )


def _normal(got: Got, value: str) -> tuple[int, str]:
    """What a caller can tell, but for the id that was asked about and those that are new each time."""
    return got.status, ID.sub("ID", got.body.decode("utf-8", "replace").replace(value, "ID"))


class _Unchecked(Talk):
    """A conversation whose answers also hold what the other tenant has: they are checked where it is alone."""

    def _check(self, step: dict[str, Any], answer: Answer) -> None:
        pass


@pytest.fixture
def sweep(tmp_path: Path) -> Iterator[Sweep]:
    with open_cloud(tmp_path, hosts=3) as cloud:
        yield from _furnished(cloud)


def _furnished(cloud: OpenCloud) -> Iterator[Sweep]:
    watched = WatchedState(cloud.state)
    owners = Owners(watched)
    giant = giant_flavor(cloud)
    before = owners.keys()
    furnish(cloud, "other", giant)
    owners.learn(before)
    owners.foreign["projects", "id"] = [cloud.names["other_project"]]
    owners.foreign["users", "id"] = [cloud.names["other_user"]]
    yield Sweep(Ordeal(cloud, watched), owners)
    watched.close()


@pytest.mark.parametrize("file", CONVERSATIONS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_another_tenants_things_are_unknown(file: Path, sweep: Sweep) -> None:
    cloud = sweep.ordeal.cloud
    client = ShadowedClient(cloud, sweep.before)
    _Unchecked(client, file.parent.name, cloud.token_of, cloud.work, dict(cloud.names)).hold(file)

    sweep.ordeal.judge("none")


@pytest.mark.parametrize("spec", APIS, ids=lambda spec: spec.name)
def test_no_route_tells_of_another_tenants_things(spec: ApiSpec, sweep: Sweep, seed: str) -> None:
    random = Random(seed)
    demo = sweep.ordeal.cloud.token_of("demo") or ""
    sweep.ordeal.watched.keep()
    existing = sweep.owners.keys()
    for route in spec.routes:
        params = re.findall(r"{([^}]*)}", route.path)
        known = {param: sweep.owners.named(param, existing) for param in params}
        for param in params:
            foreign = sweep.owners.named(param, sweep.owners.foreign)
            for value in foreign[:2]:
                sent = honest(spec, route, known | {param: [value]}, random).with_header("x-auth-token", demo)
                sweep.compare(sent.but(target=sent.target.replace(UNKNOWN, value)), value, value)

    sweep.ordeal.judge(seed)

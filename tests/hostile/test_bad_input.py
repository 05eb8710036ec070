"""Hostile requests, generated from every conversation and from every route: none ends in an error of the cloud's own,
none that is refused changes anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.clouds import PEOPLE, OpenCloud
from tests.conversations.talk import Talk
from tests.hostile.attacks import attack
from tests.hostile.shadow import Ordeal, ShadowedClient
from tests.hostile.watched import WatchedState
from tests.hostile.wire import Sent

CONVERSATIONS = sorted((Path(__file__).parents[1] / "conversations").glob("*/*.yaml"))
FULL_VISITS = 3
"""So often a conversation's kind of request gets all its attacks; later ones a few."""


@pytest.fixture
def ordeal(cloud: OpenCloud) -> Iterator[Ordeal]:
    for user in PEOPLE:
        cloud.ask("GET", "/network/v2.0/security-groups", user=user)  # makes the project's default group
    cloud.work()
    watched = WatchedState(cloud.state)
    yield Ordeal(cloud, watched)
    watched.close()


@pytest.mark.parametrize("file", CONVERSATIONS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_conversation_among_enemies(file: Path, ordeal: Ordeal, seed: str, attacks: int) -> None:
    cloud = ordeal.cloud
    random = Random(f"{seed} {file.stem}")
    visits: Counter[str] = Counter()

    def before(honest: Sent) -> None:
        ordeal.watched.keep()
        kind = f"{honest.method} {honest.path.count('/')} {honest.path.rpartition('/')[2][:20]}"
        visits[kind] += 1
        for number in range(attacks if visits[kind] <= FULL_VISITS else 2):
            who = {} if number % 3 else {"x-auth-token": cloud.token_of("other") or ""}
            ordeal.ask(attack(random, honest.but(headers=honest.headers | who)))

    talk = Talk(ShadowedClient(cloud, before), file.parent.name, cloud.token_of, cloud.work, dict(cloud.names))
    talk.hold(file)

    assert ordeal.asked > 0
    ordeal.judge(seed)

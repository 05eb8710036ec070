"""Hostile requests to every route of every API, as its table of routes names them."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from haneul.dialects.openstack.api import ApiSpec
from haneul.dialects.openstack.catalog import APIS
from tests.clouds import open_cloud
from tests.hostile.attacks import attack
from tests.hostile.examples import honest
from tests.hostile.others import Owners, furnish, giant_flavor
from tests.hostile.shadow import Ordeal
from tests.hostile.watched import WatchedState

SIGNED_IN_AS = ("admin", "demo")


@pytest.mark.parametrize("spec", APIS, ids=lambda spec: spec.name)
def test_every_route_stands_hostile_requests(spec: ApiSpec, tmp_path: Path, seed: str, attacks: int) -> None:
    random = Random(f"{seed} {spec.name}")
    with open_cloud(tmp_path) as cloud:
        tokens = [cloud.token_of(user) or "" for user in SIGNED_IN_AS]
        ordeal = Ordeal(cloud, WatchedState(cloud.state))
        owners = Owners(ordeal.watched)
        furnish(cloud, "demo", giant_flavor(cloud))
        ordeal.watched.keep()
        existing = owners.keys()
        params = {param for route in spec.routes for param in re.findall(r"{([^}]*)}", route.path)}
        known = {param: owners.named(param, existing) for param in params}
        for route in spec.routes:
            for number in range(attacks):
                sent = honest(spec, route, known, random).with_header("x-auth-token", tokens[number % len(tokens)])
                ordeal.ask(attack(random, sent) if number else sent)

    assert ordeal.asked >= len(spec.routes)
    ordeal.judge(seed)

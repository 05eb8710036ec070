"""Two control planes on one PostgreSQL: one is killed, and nothing that was begun is lost."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from haneul.agent.enrol import Identity, join
from haneul.agent.settings import AgentSettings
from haneul.cli.rest import RefusedError, Rest
from haneul.cli.trouble import TroubleError
from haneul.hostapi import parse_join_token
from haneul.main import ADMIN_PASSWORD
from tests import databases
from tests.drivers.compute.agents import AgentThread
from tests.replicas import PASSWORD, Replica, free_port, furnish, until, up_hosts

pytestmark = pytest.mark.skipif(not databases.on_postgres(), reason="needs a PostgreSQL server: pytest --postgres")


@dataclass
class Pair:
    """Both of them, with a host whose machine is pretended."""

    state: Path
    replicas: tuple[Replica, Replica]
    agents: list[AgentThread]

    @property
    def addresses(self) -> str:
        return ",".join(f"127.0.0.1:{each.agent_port}" for each in self.replicas)

    def start(self, *replicas: Replica) -> None:
        """At once, where there are several."""
        for replica in replicas:
            replica.start(self.state, self.addresses, {"DATABASE_URL": databases.url_of(self.state)})
        for replica in replicas:
            until(replica.answers)

    def add_host(self, name: str) -> None:
        token = self.replicas[0].rest().post("/haneul/v1/hosts/join-tokens", {})["token"]
        settings = AgentSettings(self.state / name, self.addresses, hypervisor="fake", disk="fake", nic="fake")
        asyncio.run(join(parse_join_token(token), Identity(settings.folder / "identity"), name))
        self.agents.append(AgentThread(settings))


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "keys" / ADMIN_PASSWORD).write_text(PASSWORD)
    pair = Pair(tmp_path, (Replica("a", free_port(), free_port()), Replica("b", free_port(), free_port())), [])
    try:
        pair.start(*pair.replicas)
        for name in ("host-1",):
            pair.add_host(name)
        for replica in pair.replicas:
            until(lambda: len(up_hosts(replica.rest())) == 1)  # noqa: B023 - asked before the loop goes on
        yield pair
    finally:
        for agent in pair.agents:
            agent.stop()
        for replica in pair.replicas:
            replica.end()


def states(rest: Rest) -> list[str]:
    return [server["status"] for server in rest.get("/compute/v2.1/servers/detail")["servers"]]


def test_the_runs_of_a_killed_control_plane_go_on_in_the_other(pair: Pair) -> None:
    first, second = pair.replicas
    wanted = furnish(first.rest(), Path(__file__))

    def create(number: int) -> None:
        body = {"server": wanted | {"name": f"server-{number}"}}
        try:
            first.rest().post("/compute/v2.1/servers", body)
        except RefusedError:
            raise
        except TroubleError:
            second.rest().post("/compute/v2.1/servers", body)

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(create, number) for number in range(8)]
        until(lambda: len(states(second.rest())) >= 4)
        first.end(signal.SIGKILL)
        for each in asked:
            each.result()

    until(lambda: "BUILD" not in states(second.rest()))
    made = states(second.rest())
    assert set(made) == {"ACTIVE"}
    assert len(made) >= 8
    assert until(lambda: not second.rest().get("/haneul/v1/work")["work"]["unfinished"])
    until(lambda: loops_of(second, "compute.hosts"))

    pair.start(first)
    assert states(first.rest()) == made
    until(lambda: len(up_hosts(first.rest())) == 1)
    first.rest().post("/compute/v2.1/servers", {"server": wanted | {"name": "later"}})
    until(lambda: states(second.rest()) == ["ACTIVE"] * (len(made) + 1))


def loops_of(replica: Replica, name: str) -> bool:
    """Whether that loop runs there."""
    loops = replica.rest().get("/haneul/v1/work")["work"]["loops"]
    return any(loop["name"] == name and loop["last_run_at"] for loop in loops)


def test_loops_of_which_one_is_enough_run_in_one_process(pair: Pair) -> None:
    first, second = pair.replicas
    until(lambda: loops_of(first, "compute.hosts") or loops_of(second, "compute.hosts"))
    leader, other = (first, second) if loops_of(first, "compute.hosts") else (second, first)

    assert not loops_of(other, "compute.hosts")
    leader.end(signal.SIGKILL)

    until(lambda: loops_of(other, "compute.hosts"))

"""`haneul test chaos`: clients at full tilt over hosts that are pretended, deaths at random, and a verdict.

The seed that is printed replays the blows and what each client has in mind; how the two meet is the machine's affair.
"""

from __future__ import annotations

import argparse
import logging
import secrets
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests import postgres
from tests.chaos.arena import Arena
from tests.chaos.book import Book
from tests.chaos.clients import Client, Furniture
from tests.chaos.judge import Judge
from tests.chaos.plan import Victim, plan
from tests.replicas import furnish

REST_S = 120
"""After the last blow everything is at rest by then."""
_LOOK_S = 1.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="haneul test chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="what to replay (any)")
    parser.add_argument("--kills", type=int, default=25, help="how many blows (25)")
    parser.add_argument("--hosts", type=int, default=10, help="how many pretended hosts (10)")
    parser.add_argument("--clients", type=int, default=6, help="how many clients at once (6)")
    parser.add_argument("--every", type=float, default=1.2, help="seconds from one blow to the next (1.2)")
    parser.add_argument("--replicas", type=int, default=1, help="so many control planes; more than one: on PostgreSQL")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL, which is killed too")
    args = parser.parse_args()
    say(f"replay with ./haneul test chaos {_words(args)}")
    folder = Path(tempfile.mkdtemp(prefix="haneul-chaos-"))
    logging.basicConfig(filename=folder / "chaos.log", level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    with _database(args.postgres or args.replicas > 1) as database:
        arena = Arena(folder, args.hosts, args.replicas, database)
        try:
            problems = _run(arena, args)
        finally:
            arena.close()
    for problem in problems:
        say(problem)
    if problems:
        say(f"FAILED with seed {args.seed}; the logs are in {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


def say(text: str) -> None:
    sys.stdout.write(f"chaos: {text}\n")
    sys.stdout.flush()


def _words(args: argparse.Namespace) -> str:
    numbers = [f"--{name} {getattr(args, name)}" for name in ("seed", "kills", "hosts", "clients", "every", "replicas")]
    return " ".join(numbers + (["--postgres"] if args.postgres else []))


@contextmanager
def _database(is_wanted: bool) -> Iterator[postgres.Server | None]:
    """A PostgreSQL server that syncs as it should: it is killed."""
    if not is_wanted:
        yield None
        return
    server = postgres.Server(postgres.new_folder(), ("max_connections=200",))
    server.create()
    server.start()
    server.administer('CREATE DATABASE "haneul"')
    try:
        yield server
    finally:
        server.stop()
        postgres.throw_away(server.folder)


def _run(arena: Arena, args: argparse.Namespace) -> list[str]:
    furniture, book = _furnish(arena), Book()
    judge = Judge(arena, furniture.project)
    chances = [Random(f"client {number} of {args.seed}") for number in range(args.clients)]
    clients = [Client(n, arena.person(chance), chance, furniture, book) for n, chance in enumerate(chances)]
    is_over = threading.Event()
    threads = [threading.Thread(target=each.work, args=(is_over,), daemon=True) for each in clients]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    _strike(arena, args)
    is_over.set()
    for thread in threads:
        thread.join(60)
    say(f"{args.kills} blows in {time.monotonic() - began:.0f} s; {book.count()}")
    problems = _at_rest(judge.unrest, "rest")
    problems += judge.verdict(book)
    return problems or _cleared(judge)


def _furnish(arena: Arena) -> Furniture:
    rest = arena.rest()
    made = furnish(rest, Path(__file__))
    large = rest.post("/compute/v2.1/flavors", {"flavor": {"name": "large", "vcpus": 1, "ram": 128, "disk": 2}})
    network = rest.post("/network/v2.0/networks", {"network": {"name": "chaos"}})["network"]["id"]
    subnet = {"network_id": network, "cidr": "10.9.0.0/16", "ip_version": 4}
    rest.post("/network/v2.0/subnets", {"subnet": subnet})
    project = rest.project_id
    without = dict.fromkeys(("instances", "cores", "ram"), -1)
    rest.put(f"/compute/v2.1/os-quota-sets/{project}", {"quota_set": without})
    limits = dict.fromkeys(("volumes", "snapshots", "gigabytes"), -1)
    rest.put(f"/volume/v3/{project}/os-quota-sets/{project}", {"quota_set": limits})
    rest.put(f"/network/v2.0/quotas/{project}", {"quota": {"port": -1}})
    return Furniture(made["imageRef"], (made["flavorRef"], large["flavor"]["id"]), network, project)


def _strike(arena: Arena, args: argparse.Namespace) -> None:
    blows = plan(args.seed, args.kills, args.every, has_database=arena.database is not None)
    told = {victim: sum(blow.victim is victim for blow in blows) for victim in Victim}
    say(", ".join(f"{count} {victim}" for victim, count in told.items() if count))
    for blow in blows:
        time.sleep(blow.after_s)
        arena.strike(blow)
    for thread in threading.enumerate():
        if thread.name.startswith("blow-"):
            thread.join(60)
    for replica in arena.replicas:
        _until_true(replica.answers, REST_S)


def _until_true(question: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not question() and time.monotonic() < end:
        time.sleep(_LOOK_S / 4)


def _at_rest(look: Callable[[], list[str]], what: str) -> list[str]:
    """What is not at rest in time; nothing if all is."""
    began, found = time.monotonic(), look()
    while found and time.monotonic() < began + REST_S:
        time.sleep(_LOOK_S)
        found = look()
    say(f"{what} after {time.monotonic() - began:.0f} s")
    return [f"after {REST_S} s: {each}" for each in found]


def _cleared(judge: Judge) -> list[str]:
    """Everything is deleted, and nothing is left."""

    def look() -> list[str]:
        judge.clear()
        return judge.remains()

    return _at_rest(look, "all deleted") + _at_rest(judge.unrest, "rest again")


if __name__ == "__main__":
    sys.exit(main())

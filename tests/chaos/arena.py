"""A cloud to be disturbed: control planes as processes, hosts in this one, and how each blow is struck and healed."""

from __future__ import annotations

import logging
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from haneul.cli.rest import Credentials, Rest
from haneul.hostapi import Power
from haneul.main import ADMIN_PASSWORD
from tests.chaos.control import FILE, PROGRAM, move_clock
from tests.chaos.fleet import Fleet, FleetHost
from tests.chaos.plan import Blow, Victim
from tests.lab.people import Person
from tests.postgres import Server
from tests.replicas import PASSWORD, Replica, free_port, until, up_hosts

log = logging.getLogger(__name__)

JOIN_S, JOIN_EACH_S = 30.0, 0.5


class Arena:
    """`replicas` control planes; on PostgreSQL if there is a server, else one on SQLite."""

    def __init__(self, folder: Path, hosts: int, replicas: int = 1, database: Server | None = None) -> None:
        self.state = folder / "state"
        (self.state / "keys").mkdir(mode=0o700, parents=True)
        (self.state / "keys" / ADMIN_PASSWORD).write_text(PASSWORD)
        self.database = database
        self._settings = {"LOG_LEVEL": "info"} | ({"DATABASE_URL": database.url("haneul")} if database else {})
        names = [chr(ord("a") + number) for number in range(replicas)]
        self.replicas = [Replica(name, free_port(), free_port()) for name in names]
        move_clock(self.state, 0)
        self._clock_lock = threading.Lock()
        self.fleet = Fleet(folder / "hosts")
        try:
            for replica in self.replicas:
                self._start(replica)
            for replica in self.replicas:
                until(replica.answers)
            self._add_hosts(hosts)
        except BaseException:
            self.close()
            raise

    def _add_hosts(self, count: int) -> None:
        rest, ports = self.rest(), [each.agent_port for each in self.replicas]
        for _ in range(count):
            self.fleet.add(rest.post("/haneul/v1/hosts/join-tokens", {})["token"], ports)
        until(lambda: len(up_hosts(rest)) == count, JOIN_S + JOIN_EACH_S * count)

    def rest(self) -> Rest:
        """As administrator, at the first control plane."""
        return self.replicas[0].rest()

    def person(self, chance: Random) -> Person:
        """An administrator who asks any control plane, as a load balancer would have it."""

        def connect() -> socket.socket:
            return socket.create_connection(("127.0.0.1", chance.choice(self.replicas).port), timeout=20)

        return Person(connect, Credentials("admin", PASSWORD, "admin"))

    def close(self) -> None:
        self.fleet.stop()
        for replica in self.replicas:
            replica.end()

    def strike(self, blow: Blow) -> None:
        """Struck when this returns; what was broken is whole again some time after, on a thread of its own."""
        log.warning("BLOW %s", blow)
        threading.Thread(target=self._suffer, args=(blow,), name=f"blow-{blow.victim}", daemon=False).start()

    def _suffer(self, blow: Blow) -> None:
        ways: Mapping[Victim, Callable[[Blow], None]] = {
            Victim.CONTROL: self._control,
            Victim.DATABASE: self._database,
            Victim.AGENT: self._agent,
            Victim.MACHINE: self._machine,
            Victim.HYPERVISOR: self._hypervisor,
            Victim.GUEST: self._guest,
            Victim.WIRE: self._wire,
            Victim.SILENCE: self._wire,
            Victim.DISK: self._disk,
            Victim.CLOCK: self._clock,
        }
        ways[blow.victim](blow)

    def _start(self, replica: Replica) -> None:
        addresses = ",".join(f"127.0.0.1:{each.agent_port}" for each in self.replicas)
        replica.start(self.state, addresses, self._settings, PROGRAM)

    def _control(self, blow: Blow) -> None:
        replica = self.replicas[blow.which % len(self.replicas)]
        with _lock_of(replica.name):
            replica.end(signal.SIGKILL)
            time.sleep(blow.lasts_s / 4)
            self._start(replica)
            until(replica.answers)

    def _database(self, blow: Blow) -> None:
        assert self.database is not None
        with _lock_of("database"):
            self.database.stop(signal.SIGKILL)
            time.sleep(blow.lasts_s / 4)
            self.database.start()

    def _host(self, blow: Blow) -> FleetHost:
        return self.fleet.hosts[blow.which % len(self.fleet.hosts)]

    def _agent(self, blow: Blow) -> None:
        host = self._host(blow)
        with _lock_of(host.name):
            host.kill(blow.amount)
            time.sleep(blow.lasts_s / 2)
            self.fleet.do(host.ended())
            self.fleet.call(host.start)

    def _machine(self, blow: Blow) -> None:
        host = self._host(blow)
        with _lock_of(host.name):
            self.fleet.do(host.ended())
            host.boot()
            time.sleep(blow.lasts_s)
            self.fleet.call(host.start)

    def _hypervisor(self, blow: Blow) -> None:
        hypervisor = self._host(blow).hypervisor
        with _lock_of(self._host(blow).name):
            hypervisor.is_away = True
            time.sleep(blow.lasts_s)
            hypervisor.is_away = False

    def _guest(self, blow: Blow) -> None:
        """Of any host, so that there is one if there is any."""
        hosts = self.fleet.hosts
        for number in range(len(hosts)):
            host = hosts[(blow.which + number) % len(hosts)]
            with _lock_of(host.name):
                known = host.hypervisor.list_guests()
                running = [each for each in known if host.hypervisor.find(each) is Power.RUNNING]
                if running:
                    host.hypervisor.crash(running[blow.which % len(running)])
                    return

    def _wire(self, blow: Blow) -> None:
        host = self._host(blow)
        wires = [host.wires[blow.which % len(host.wires)]] if blow.which % 2 else host.wires
        with _lock_of(host.name):
            for wire in wires:
                self.fleet.call(wire.cut if blow.victim is Victim.WIRE else wire.silence)
            time.sleep(blow.lasts_s * 2)
            for wire in wires:
                self.fleet.call(wire.mend)

    def _disk(self, blow: Blow) -> None:
        disks = self._host(blow).disks
        with _lock_of(self._host(blow).name):
            room, disks.total_gib = disks.total_gib, 0
            time.sleep(blow.lasts_s)
            disks.total_gib = room

    def _clock(self, blow: Blow) -> None:
        with self._clock_lock:
            move_clock(self.state, blow.amount)
            time.sleep(blow.lasts_s)
            move_clock(self.state, 0)


_locks: dict[str, threading.Lock] = {}


def _lock_of(name: str) -> threading.Lock:
    """One blow at a time for each victim."""
    return _locks.setdefault(name, threading.Lock())


__all__ = ["FILE", "Arena"]

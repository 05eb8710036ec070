"""The cloud that runs here, measured from outside: requests, servers, memory."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from haneul import settings as settings_module
from haneul.cli import credentials, first_cloud, rest
from haneul.cli.first_cloud import images, networks, servers
from haneul.cli.machine import processes
from haneul.cli.machine.daemons import Keeper, Places
from haneul.cli.machine.keeping import keeper_for
from haneul.cli.machine.programs import AGENT, CONTROL
from haneul.cli.machine.waiting import wait_until
from haneul.cli.rest import Json, Rest
from haneul.cli.trouble import TroubleError
from haneul.settings import Settings

_COMPUTE = "/compute/v2.1"
_PREFIX = "bench-"
_PATIENCE_S = 300


@dataclass
class Report:
    """Figures, each beside what is promised."""

    broken: list[str] = field(default_factory=list)

    def line(self, what: str, figure: float, unit: str, promised: float) -> None:
        """One figure that should be at most what is promised."""
        kept = figure <= promised
        if not kept:
            self.broken.append(what)
        print(f"  {what:52} {figure:9.2f} {unit:4} promised {promised:g}: {'kept' if kept else 'NOT KEPT'}", flush=True)


@dataclass(frozen=True)
class Bench:
    """What is measured, and with what."""

    settings: Settings
    keeper: Keeper
    admin: Rest
    demo: Rest
    wanted: servers.Wanted
    report: Report


def run(args: argparse.Namespace) -> int:
    """0 if every promise is kept."""
    bench = _prepare(args)
    _memory(bench)
    _small_requests(bench)
    _one_server(bench)
    with _roomy_quota(bench, args.servers):
        _many_servers(bench, args.servers)
    if bench.report.broken:
        print(f"\nnot kept: {', '.join(bench.report.broken)}")
    return 1 if bench.report.broken else 0


def _prepare(args: argparse.Namespace) -> Bench:
    settings = settings_module.read(args.state)
    if not rest.answers(settings.url):
        raise TroubleError(f"The cloud does not answer at {settings.url}: run `haneul up` first, or bench with --fake.")
    access = credentials.access(settings.url, settings.region, *first_cloud.passwords(settings.state))
    admin, demo = (Rest(access.url, access.clouds[name]) for name in ("haneul-admin", "haneul-demo"))
    image = images.find_image(admin)
    private = demo.get("/network/v2.0/networks", name="private")["networks"]
    if image is None or not private:
        raise TroubleError("The first image or network is gone: the bench needs what `haneul up` has prepared.")
    keypair = servers.ensure_keypair(demo, (settings.state / "keys" / "first.pub").read_text())
    wanted = servers.Wanted(image, servers.find_flavor(demo, "m1.nano"), str(private[0]["id"]), networks.GROUP, keypair)
    return Bench(settings, keeper_for(Places(args.state)), admin, demo, wanted, Report())


def _memory(bench: Bench) -> None:
    for name, promised in ((CONTROL, 200), (AGENT, 100)):
        process: processes.Process | None = bench.keeper.find(name)
        if process is not None:
            bench.report.line(f"resident memory of {name}", process.memory_mib, "MiB", promised)


def _small_requests(bench: Bench) -> None:
    def sign_in() -> None:
        Rest(bench.settings.url, bench.demo.credentials).token()

    def list_servers() -> None:
        bench.demo.get(f"{_COMPUTE}/servers/detail")

    bench.report.line("signing in (median of 20)", _median_ms(sign_in), "ms", 100)
    bench.report.line("listing servers (median of 20)", _median_ms(list_servers), "ms", 50)


def _one_server(bench: Bench) -> None:
    began = time.monotonic()
    server = servers.create(bench.demo, f"{_PREFIX}one", bench.wanted)
    bench.report.line("server create answered", (time.monotonic() - began) * 1000, "ms", 100)
    wait_until(lambda: _states(bench, [server]) == {"ACTIVE"}, _PATIENCE_S, "the server to become ACTIVE")
    bench.report.line("server ACTIVE", time.monotonic() - began, "s", 3)
    if bench.settings.compute_driver == "agents":
        external = str(bench.demo.get("/network/v2.0/networks", name="public")["networks"][0]["id"])
        address = networks.ensure_floating_ip(bench.demo, external, server)
        servers.wait_for_login(bench.settings.state / "keys" / "first", address)
        bench.report.line("login in the server", time.monotonic() - began, "s", 20)
        port = bench.demo.get("/network/v2.0/floatingips", floating_ip_address=address)["floatingips"][0]["id"]
        bench.demo.delete(f"/network/v2.0/floatingips/{port}")
    _delete(bench, [server])


def _many_servers(bench: Bench, count: int) -> None:
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        names = [f"{_PREFIX}{number}" for number in range(count)]
        ids = list(pool.map(lambda name: servers.create(bench.demo, name, bench.wanted), names))
    settled = {"ACTIVE", "ERROR"}
    wait_until(lambda: _states(bench, ids) <= settled, _PATIENCE_S, f"{count} servers to settle")
    bench.report.line(f"{count} servers at once, all settled", time.monotonic() - began, "s", 60)
    failed = sum(row["status"] != "ACTIVE" for row in _rows(bench, ids))
    bench.report.line("of these not ACTIVE", failed, "", 0)
    began = time.monotonic()
    _delete(bench, ids)
    bench.report.line(f"{count} servers deleted", time.monotonic() - began, "s", 60)
    ports = bench.demo.get("/network/v2.0/ports")["ports"]
    bench.report.line("ports left behind", sum(port["device_id"] in ids for port in ports), "", 0)


@contextmanager
def _roomy_quota(bench: Bench, count: int) -> Iterator[None]:
    """While it lasts the demo project may have so many servers more."""
    bench.demo.token()
    path = f"{_COMPUTE}/os-quota-sets/{bench.demo.project_id}"
    before = bench.admin.get(path)["quota_set"]
    limits = {"instances": int(before["instances"]), "cores": int(before["cores"]), "ram": int(before["ram"])}
    more = {"instances": count, "cores": count, "ram": count * 128}
    bench.admin.put(path, {"quota_set": {name: limits[name] + more[name] for name in limits}})
    try:
        yield
    finally:
        bench.admin.put(path, {"quota_set": limits})


def _delete(bench: Bench, ids: list[str]) -> None:
    for server in ids:
        bench.demo.delete(f"{_COMPUTE}/servers/{server}")
    wait_until(lambda: not _rows(bench, ids), _PATIENCE_S, "the servers to be gone")


def _rows(bench: Bench, ids: Iterable[str]) -> list[Json]:
    wanted = set(ids)
    listed = bench.demo.get(f"{_COMPUTE}/servers/detail", name=_PREFIX)["servers"]
    return [row for row in listed if row["id"] in wanted]


def _states(bench: Bench, ids: list[str]) -> set[str]:
    return {str(row["status"]) for row in _rows(bench, ids)}


def _median_ms(ask: Callable[[], None]) -> float:
    times = []
    for _ in range(20):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)

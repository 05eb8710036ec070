"""`haneul status`: what runs, since when, in which versions."""

from __future__ import annotations

import argparse
import time

from haneul import settings as settings_module
from haneul.cli import rest, version
from haneul.cli.machine import processes, systemd
from haneul.cli.machine.daemons import Keeper, Places
from haneul.cli.machine.keeping import keeper_for
from haneul.settings import Settings


def run(args: argparse.Namespace) -> int:
    """0 if everything that is to run does, else 1."""
    settings = settings_module.read(args.state)
    places = Places(args.state)
    keeper = keeper_for(places)
    if not keeper.names():
        print(f"Nothing runs of the cloud in {args.state}; `haneul up` starts it.")
        return 1
    rows, well = _parts(settings, places, keeper)
    answers = rest.answers(settings.url)
    print(f"Haneul in {settings.state}, {'answering' if answers else 'not answering'} at {settings.url}\n")
    _table(("part", "state", "since", "pid", "memory"), rows)
    print()
    _table(("version of", ""), [tuple(row) for row in version.versions()])
    print()
    for line in _facts(settings):
        print(line)
    return 0 if well and answers else 1


def _parts(settings: Settings, places: Places, keeper: Keeper) -> tuple[list[tuple[str, ...]], bool]:
    found = [(name, keeper.find(name)) for name in keeper.names()]
    if not systemd.is_init():
        found.append(("supervisor", processes.recorded(places.pid_of("supervisor"))))
    rows = [_row(name, process) for name, process in found]
    well = all(process is not None for _, process in found)
    for service in systemd.services() if systemd.is_init() and settings.compute_driver == "agents" else ():
        state = systemd.state_of(service)
        rows.append((service, f"{state} (the distribution's)", "", "", ""))
        well = well and state == "active"
    return rows, well


def _row(name: str, process: processes.Process | None) -> tuple[str, ...]:
    if process is None:
        return (name, "NOT RUNNING", "", "", "")
    return (name, "running", _since(process.since), str(process.pid), f"{process.memory_mib:.0f} MiB")


def _since(moment: float) -> str:
    began = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment))
    minutes = int((time.time() - moment) / 60)
    span = f"{minutes} min" if minutes < 180 else f"{minutes // 60} h" if minutes < 4320 else f"{minutes // 1440} days"
    return f"{began} ({span})"


def _facts(settings: Settings) -> list[str]:
    if settings.compute_driver == "fake":
        return [f"{settings.fake_hosts} fake hosts; no real virtual machines"]
    accelerator = {"kvm": "KVM", "tcg": "emulation (TCG)", "": "not chosen yet"}[settings.accelerator]
    datapath = {"system": "the kernel", "netdev": "userspace", "": "not chosen yet"}[settings.datapath]
    return [
        f"guests run by {accelerator}; packets are switched in {datapath}",
        f"look at guests:   virsh -c '{settings.hypervisor}' list --all",
        f"look at networks: ovn-nbctl --db={settings.northbound} show",
    ]


def _table(heading: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in [heading, *rows]) for column in range(len(heading))]
    for row in [heading, *rows]:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

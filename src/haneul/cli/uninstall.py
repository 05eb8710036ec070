"""`haneul uninstall`: guests, networks, services and files go; the distribution's packages stay."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from haneul import settings as settings_module
from haneul.cli import credentials, first_cloud
from haneul.cli.machine import bridges, libvirt, packages, removal
from haneul.cli.machine.daemons import Keeper, Places
from haneul.cli.machine.foundations import centre_of, switch_of
from haneul.cli.machine.keeping import keeper_for
from haneul.cli.machine.programs import AGENT, BRIDGES, CONTROL
from haneul.cli.progress import Progress
from haneul.cli.trouble import TroubleError
from haneul.settings import Settings


def run(args: argparse.Namespace) -> int:
    state: Path = args.state
    if not state.exists():
        print(f"There is nothing to uninstall: {state} does not exist.")
        return 0
    if not (state / "run" / "wanted").is_dir():
        raise TroubleError(f"{state} does not look like the state of a cloud: nothing is removed.")
    settings = settings_module.read(state)
    if not args.yes and not _agreed(settings):
        print("Nothing was removed.")
        return 1
    installed = packages.installed_here(state)
    progress = Progress()
    _remove(settings, keeper_for(Places(state)), progress)
    if settings.database_url:
        print("\nThe database that database_url names stays: drop it where it runs.")
    if installed:
        print("\nThe packages that `haneul up` installed stay. To remove those that nothing else needs:")
        print(f"    apt remove {' '.join(installed)}")
    return 0


def _agreed(settings: Settings) -> bool:
    print(f"This removes the cloud in {settings.state} for good: its virtual machines with their disks, its images,")
    print("networks, users and keys. There is no way back.")
    if not sys.stdin.isatty():
        raise TroubleError("Nobody is there to ask: say `haneul uninstall --yes` if you mean it.")
    return input("Type yes to go on: ").strip() == "yes"


def _remove(settings: Settings, keeper: Keeper, progress: Progress) -> None:
    for name in (AGENT, CONTROL):
        if keeper.stop(name):
            progress.change(f"stopped {name}")
    if settings.compute_driver == "agents":
        _remove_from_host(settings, keeper, progress)
    for name in reversed(keeper.names()):
        keeper.stop(name)
        progress.change(f"stopped {name}")
    keeper.stop(BRIDGES)
    keeper.close()
    access = credentials.access(settings.url, settings.region, *first_cloud.passwords(settings.state))
    if credentials.withdraw(access, credentials.home_of_user()):
        progress.change("removed clouds.yaml from your home, which held nothing else")
    shutil.rmtree(settings.state)
    progress.change(f"removed {settings.state}")


def _remove_from_host(settings: Settings, keeper: Keeper, progress: Progress) -> None:
    switch, centre = switch_of(settings), centre_of(settings)
    guests = removal.remove_guests(settings, keeper)
    progress.change(f"removed {guests} guest{'s' if guests != 1 else ''}")
    removal.stop_controller(switch, keeper)
    if not centre.is_private:
        removal.empty_centre(centre, switch)
        progress.change("removed the cloud's networks from the distribution's OVN")
    ports = removal.remove_devices(switch, keeper)
    progress.change(f"removed {ports} ports, and the bridges")
    bridges.remove_way_out(settings.state)
    if not settings.libvirt_uri:
        libvirt.remove_mount_points()

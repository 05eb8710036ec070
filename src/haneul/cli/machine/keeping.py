"""Who keeps the daemons of a cloud on this machine."""

from __future__ import annotations

from haneul.cli.machine import systemd
from haneul.cli.machine.daemons import Keeper, Places
from haneul.cli.machine.supervised import Supervised
from haneul.settings import MACHINES_STATE


def keeper_for(places: Places) -> Keeper:
    """systemd where it runs the machine and the cloud is the machine's own; else Haneul's supervisor."""
    if systemd.is_init() and places.state == MACHINES_STATE:
        return systemd.Systemd(places)
    return Supervised(places)

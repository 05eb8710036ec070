"""Servers: all that may be asked of them, by what it is about."""

from __future__ import annotations

from haneul.services.compute.verbs.servers.changing import ChangingVerbs
from haneul.services.compute.verbs.servers.consoles import ConsoleVerbs, ServerUse
from haneul.services.compute.verbs.servers.creating import CreatingVerbs, Forecast
from haneul.services.compute.verbs.servers.ending import EndingVerbs
from haneul.services.compute.verbs.servers.imaging import BackupWish
from haneul.services.compute.verbs.servers.moving import MovingVerbs
from haneul.services.compute.verbs.servers.network import Interface, NetworkVerbs
from haneul.services.compute.verbs.servers.passwords import PasswordVerbs
from haneul.services.compute.verbs.servers.power import PowerVerbs
from haneul.services.compute.verbs.servers.reading import ListWish, ServerView
from haneul.services.compute.verbs.servers.rebuilding import RebuildingVerbs, RebuildWish
from haneul.services.compute.verbs.servers.rescuing import RescuingVerbs
from haneul.services.compute.verbs.servers.shelving import ShelvingVerbs, UnshelveWish
from haneul.services.compute.verbs.servers.volumes import VolumeVerbs, VolumeWish
from haneul.services.compute.verbs.servers.wishes import Networks, ServerWish

__all__ = [
    "BackupWish",
    "Forecast",
    "Interface",
    "ListWish",
    "Networks",
    "RebuildWish",
    "ServerUse",
    "ServerView",
    "ServerWish",
    "Servers",
    "UnshelveWish",
    "VolumeWish",
]


class Servers(
    ChangingVerbs,
    RebuildingVerbs,
    CreatingVerbs,
    PowerVerbs,
    RescuingVerbs,
    ShelvingVerbs,
    MovingVerbs,
    EndingVerbs,
    NetworkVerbs,
    PasswordVerbs,
    ConsoleVerbs,
    VolumeVerbs,
):
    """Virtual machines."""

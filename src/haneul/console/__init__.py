"""What a browser is shown: pages, and what they are connected with."""

from __future__ import annotations

from pathlib import Path

from haneul.console.live import Pulse
from haneul.console.pages import Pages
from haneul.console.rooms import Rooms
from haneul.console.sessions import Sessions
from haneul.console.site import Site
from haneul.console.visit import HOME, PREFIX, Desk
from haneul.kit.http import Watcher
from haneul.kit.keyring import Keyring

__all__ = ["HOME", "PREFIX", "Pulse", "Rooms", "Site", "build"]


def build(rooms: Rooms, keys: Path, pulse: Pulse, watchers: tuple[Watcher, ...] = ()) -> Site:
    """The console, to be mounted below PREFIX.

    `keys`: the folder of the keys that seal its sessions; `pulse`: tells pages that are looked at to look again.
    """
    is_secure = rooms.public_url.startswith("https://")
    sessions = Sessions(Keyring(keys), rooms.clock, is_secure=is_secure)
    return Site(Desk(rooms, sessions, Pages(), pulse), watchers)

"""What the agent asks of whatever plugs guests into networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from haneul.hostapi import MetadataPort, NicSpec


@dataclass(frozen=True)
class Plug:
    """The host's end of a guest's network card."""

    device: str
    """The tap that the hypervisor opens."""
    mac: str
    mtu: int
    has_offload: bool
    """False where the guest must not leave checksums to the host."""


class Nics(Protocol):
    """Network cards bear the ids of their port and server, metadata ports that of their network."""

    def device(self, port_id: str) -> str:
        """What the host's end of a port is called, plugged in or not."""
        ...

    def ensure(self, nic: NicSpec, server_id: str) -> Plug:
        """Raises Unavailable("switch.away") while the switch does not answer."""
        ...

    def guard(self, nic: NicSpec) -> None:
        """Let a card that is plugged in send what its port may, and no more; fine if it is not plugged in.

        `ensure` does so too. Where a port has security, its guest cannot say that it is a router (IPv6).
        """
        ...

    def is_guarded(self, port_id: str) -> bool:
        """True where the guest cannot; also False where the card is not plugged in."""
        ...

    def put_back(self, nic: NicSpec, server_id: str) -> bool:
        """A device that is there is in the switch again; False if it is not there."""
        ...

    def remove(self, server_id: str, keep: frozenset[str] = frozenset(), besides: frozenset[str] = frozenset()) -> None:
        """Unplug the server's network cards, but for the ports to `keep`; fine if there is none.

        `besides` are ports that are the server's even if nothing says so: their plugging was cut short.
        """
        ...

    def list_ports(self) -> tuple[str, ...]:
        """All of which anything is left."""
        ...

    def list_plugged(self) -> tuple[str, ...]:
        """Those of them whose device is there and in the switch."""
        ...

    def ensure_metadata(self, port: MetadataPort) -> str:
        """Make this host answer at the port; the path of the network namespace to listen in, "" for our own."""
        ...

    def remove_metadata(self, network_id: str) -> None:
        """Fine if there is none."""
        ...

    def list_metadata(self) -> tuple[str, ...]:
        """The networks that have a metadata port here."""
        ...

    def chassis(self) -> str:
        """This host's name in the network's own books; empty if it is in none."""
        ...

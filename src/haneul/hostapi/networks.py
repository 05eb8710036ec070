"""How a guest is plugged into its networks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MetadataPort:
    """The local port by which a host answers 169.254.169.254 on one network; the same on every host."""

    port_id: str
    """The interface id (`iface-id`) that binds it in OVN."""
    network_id: str
    mac: str
    cidrs: tuple[str, ...]
    """Addresses with prefix length, e.g. 10.0.0.2/24; the agent adds 169.254.169.254/32 itself."""


@dataclass(frozen=True)
class NicSpec:
    """A network card of a guest, as it should be."""

    port_id: str
    mac: str
    mtu: int
    network_id: str
    fixed_ips: tuple[str, ...] = ()
    """By which, with the network, the metadata service knows the guest."""
    metadata: MetadataPort | None = None
    """None where no subnet of the network wants a metadata service."""
    has_port_security: bool = True
    """False where the guest may say on its network that it is a router."""

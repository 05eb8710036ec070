"""Networks carried by OVN."""

from haneul.drivers.network.ovn.driver import OvnNetworks

__all__ = ["OvnNetworks"]

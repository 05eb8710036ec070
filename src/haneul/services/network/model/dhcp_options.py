"""Extra DHCP options by the names that clients give them, and what their values are."""

from __future__ import annotations

import ipaddress
import re

_NUMBERS = frozenset({"mtu", "interface-mtu", "26", "lease-time", "51"})
_ADDRESSES = frozenset({"router", "3", "server-ip-address", "150", "netmask", "1"})
_LISTS = frozenset({"dns-server", "dns_server", "6", "ntp-server", "ntp_server", "42"})
_NAMES = frozenset({"domain-name", "15", "hostname", "12"})
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_MAX_NUMBER = 1 << 32


def explain_value(name: str, value: str) -> str:
    """What a value of this option must be that this one is not; empty if it fits or nothing is known of the option."""
    if name in _NUMBERS and not (value.isascii() and value.isdigit() and int(value) < _MAX_NUMBER):
        return "its value is a whole number"
    if name in _ADDRESSES and not _is_address(value):
        return "its value is an address"
    if name in _LISTS and not all(_is_address(part.strip()) for part in value.split(",")):
        return "its value is a list of addresses with commas between"
    if name in _NAMES and not is_name(value):
        return "its value is a name of letters, digits, dots and dashes"
    return ""


def is_name(text: str) -> bool:
    """True for what can be told as a host's or domain's name."""
    return _NAME.fullmatch(text) is not None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True

"""What makes a port sensible."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.policy import Caller
from haneul.services.network.model.addressing import parse_address, parse_cidr
from haneul.services.network.model.dhcp_options import explain_value, is_name
from haneul.services.network.model.grants import is_shared_with
from haneul.services.network.model.ports import AddressPair, DhcpOption, Port
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access
from haneul.services.network.verbs.default_groups import DefaultGroups

_MAC = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
_OPTION_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_:-]*")
_OPTION_VALUE = re.compile(r"[A-Za-z0-9 ._:,;/@+=\[\]%-]*")
MAX_ADDRESS_PAIRS = 10
VNIC_TYPES = frozenset({"normal", "macvtap", "direct", "baremetal", "direct-physical", "virtio-forwarder"})
VNIC_TYPES_SERVED = frozenset({"normal"})


def check_mac(text: str) -> str:
    """The MAC in lower case with colons. Raises Invalid `port.bad_mac`."""
    mac = text.strip().lower().replace("-", ":")
    if not _MAC.fullmatch(mac) or int(mac[:2], 16) & 1 or mac == "00:00:00:00:00:00":
        raise Invalid(
            "port.bad_mac", f"Invalid input for mac_address. Reason: '{text}' is not a valid MAC address for a port."
        )
    return mac


def check_pairs(pairs: Iterable[AddressPair]) -> tuple[AddressPair, ...]:
    """The pairs in their one form. Raises Invalid `port.bad_pairs`, `port.pairs_repeat`, `port.too_many_pairs`."""
    chosen: list[AddressPair] = []
    for pair in pairs:
        cidr = parse_cidr(pair.ip_address)
        if cidr.is_multicast:
            raise Invalid("port.bad_pairs", f"{pair.ip_address} is a multicast address: a port cannot own it.")
        plain = str(parse_address(pair.ip_address)) if "/" not in pair.ip_address else str(cidr)
        complete = AddressPair(plain, check_mac(pair.mac_address) if pair.mac_address else "")
        if complete in chosen:
            raise Invalid(
                "port.pairs_repeat",
                "Request contains duplicate address pair: "
                f"mac_address {complete.mac_address} ip_address {plain}. Name it once.",
            )
        chosen.append(complete)
    if len(chosen) > MAX_ADDRESS_PAIRS:
        raise Invalid(
            "port.too_many_pairs", f"Exceeded maximum number of allowed address pairs: {MAX_ADDRESS_PAIRS} at most."
        )
    return tuple(chosen)


def check_options(options: Iterable[DhcpOption], present: Iterable[DhcpOption] = ()) -> tuple[DhcpOption, ...]:
    """What is there with what is said. Raises Invalid `port.bad_option` for anything but plain text."""
    merged = {(option.opt_name, option.ip_version): option for option in present}
    for option in options:
        if not _OPTION_NAME.fullmatch(option.opt_name) or len(option.opt_name) > 64:
            raise _bad_option(option, "an option is named by letters, digits and dashes")
        if option.ip_version not in (4, 6):
            raise _bad_option(option, "its ip_version is 4 or 6")
        if option.opt_value is None:
            merged.pop((option.opt_name, option.ip_version), None)
            continue
        if not option.opt_value or not _OPTION_VALUE.fullmatch(option.opt_value) or len(option.opt_value) > 255:
            raise _bad_option(option, "its value is 1 to 255 letters, digits and . _ : , ; / @ + = [ ] % -")
        if why := explain_value(option.opt_name, option.opt_value):
            raise _bad_option(option, why)
        merged[option.opt_name, option.ip_version] = option
    return tuple(merged.values())


def _bad_option(option: DhcpOption, why: str) -> Invalid:
    return Invalid("port.bad_option", f"Invalid input for extra_dhcp_opts {option.opt_name!r:.80}: {why}.")


def check_dns_name(name: str) -> None:
    """Raises Invalid `port.bad_dns_name` for what no guest could be called."""
    if name and not is_name(name):
        raise Invalid("port.bad_dns_name", f"{name!r:.80} is no host name: use letters, digits, dots and dashes.")


def check_dns_domain(domain: str) -> None:
    """Raises Invalid `port.bad_dns_domain` for what is no domain with a dot at its end."""
    if domain and not (domain.endswith(".") and is_name(domain[:-1])):
        raise Invalid(
            "port.bad_dns_domain",
            f"{domain!r:.80} is no DNS domain: use letters, digits, dots and dashes, with a dot at its end.",
        )


def check_vnic(vnic_type: str) -> None:
    """Raises Invalid `port.bad_vnic`."""
    if vnic_type not in VNIC_TYPES_SERVED:
        raise Invalid("port.bad_vnic", f"Ports here are of vnic_type normal, not {vnic_type}: leave it out.")


def check_security(port: Port) -> None:
    """Raises Invalid or Conflict where groups or pairs are asked for on a port without port security."""
    if port.has_port_security:
        return
    if port.security_group_ids:
        raise Invalid(
            "port.security_groups_without_security",
            "Port security must be enabled and port must have an IP address in order to use security groups: "
            "enable it, or take the groups away.",
        )
    if port.address_pairs:
        raise Conflict(
            "port.pairs_without_security",
            "Port Security must be enabled in order to have allowed address pairs on a port: enable it.",
        )


@dataclass(frozen=True)
class Groups:
    """Which security groups a port is in."""

    parts: Parts

    def chosen(self, caller: Caller, group_ids: Iterable[str], project_id: str) -> tuple[str, ...]:
        """Raises NotFound `security_group.not_found` for one that the caller does not see."""
        wanted = tuple(dict.fromkeys(group_ids))
        access = Access(self.parts)
        found = self.parts.store.security_groups.by_ids(wanted)
        for group_id in wanted:
            group = found.get(group_id)
            own = (caller.project_id, project_id)
            is_seen = group is not None and (group.project_id in own or is_shared_with(group, caller.project_id))
            if group is None or not (is_seen or access.sees_all(caller)):
                raise NotFound("security_group.not_found", f"Security group {group_id} does not exist.")
        if len({group.is_stateful for group in found.values()}) > 1:
            raise Conflict(
                "security_group.mixed",
                "Cannot apply both stateful and stateless security groups on the same port at the same time: choose.",
            )
        return wanted

    def default(self, port: Port) -> tuple[str, ...]:
        """What a port is in unless somebody says: its project's default group, if it is secured at all."""
        if not port.has_port_security or port.device_owner.startswith("network:") or not port.project_id:
            return ()
        return (DefaultGroups(self.parts).ensure(port.project_id),)

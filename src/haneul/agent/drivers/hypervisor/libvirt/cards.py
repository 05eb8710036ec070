"""Network cards of a running domain: plugged in and pulled out."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from haneul.agent.drivers.hypervisor.libvirt.domain_xml import add_card
from haneul.agent.drivers.hypervisor.libvirt.unplug import BOTH, detach
from haneul.agent.drivers.nic.base import Plug


def set_cards(domain: Any, plugs: tuple[Plug, ...]) -> bool:
    """True once the running domain has just these; letting go takes the guest's consent."""
    wanted = {plug.device: plug for plug in plugs}
    there = _cards(domain)
    for device, element in there.items():
        if device not in wanted:
            detach(domain, element)
    for device, plug in wanted.items():
        if device not in there:
            holder = Element("devices")
            add_card(holder, plug)
            domain.attachDeviceFlags(ElementTree.tostring(holder[0], encoding="unicode"), BOTH)
    return list_cards(domain) == frozenset(wanted)


def list_cards(domain: Any) -> frozenset[str]:
    return frozenset(_cards(domain))


def _cards(domain: Any) -> dict[str, Element]:
    """The interfaces by the host's ends of them."""
    found = {}
    for element in ElementTree.fromstring(domain.XMLDesc(0)).iterfind("./devices/interface"):
        target = element.find("target")
        if target is not None and target.get("dev"):
            found[str(target.get("dev"))] = element
    return found

"""Devices pulled out of a domain that runs: it is asked, and lets go in its own time."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import libvirt

BOTH = libvirt.VIR_DOMAIN_AFFECT_LIVE | libvirt.VIR_DOMAIN_AFFECT_CONFIG
_IS_THINKING = "in the process of unplug"


def detach(domain: Any, element: Element) -> None:
    """Ask the guest; asked again while it thinks about it, libvirt says so."""
    try:
        domain.detachDeviceFlags(ElementTree.tostring(element, encoding="unicode"), BOTH)
    except libvirt.libvirtError as error:
        if _IS_THINKING not in str(error):
            _detach_live(domain, element, error)


def _detach_live(domain: Any, element: Element, error: libvirt.libvirtError) -> None:
    """The definition may have forgotten it already."""
    try:
        domain.detachDeviceFlags(ElementTree.tostring(element, encoding="unicode"), libvirt.VIR_DOMAIN_AFFECT_LIVE)
    except libvirt.libvirtError as again:
        if _IS_THINKING not in str(again):
            raise again from error

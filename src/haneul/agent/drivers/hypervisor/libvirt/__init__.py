"""Guests as libvirt's QEMU domains. The only place that speaks to libvirt."""

from haneul.agent.drivers.hypervisor.libvirt.driver import LibvirtHypervisor

__all__ = ["LibvirtHypervisor"]

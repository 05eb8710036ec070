"""What the kernel can do."""

from __future__ import annotations

import os
from collections.abc import Iterator

from haneul.cli.doctor.findings import Finding, fine, weak, wrong
from haneul.cli.machine import datapath, probe, tools
from haneul.cli.machine.daemons import Keeper
from haneul.kit import xdp
from haneul.settings import Settings

_DEBIANS_KERNEL = "Boot Debian's own kernel: apt install linux-image-amd64; in a container, ask its host for it."


def tun(settings: Settings, keeper: Keeper) -> Iterator[Finding]:
    """Whether guests can have network cards (tun)."""
    if settings.compute_driver == "fake":
        return
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except OSError as error:
        yield wrong(
            f"Guests can have no network cards: /dev/net/tun does not open ({error.strerror}).",
            "modprobe tun; in a container, hand it /dev/net/tun.",
        )
    else:
        yield fine("/dev/net/tun opens: guests can have network cards.")


def devices(settings: Settings, keeper: Keeper) -> Iterator[Finding]:
    """Whether the kernel has network namespaces, veth pairs, bridges and nf_tables."""
    if settings.compute_driver == "fake":
        return
    if os.geteuid() != 0:
        yield weak("Without root the kernel's network features cannot be tried.", "sudo ./haneul doctor")
        return
    trials = {
        "network namespaces": ("true",),
        "veth pairs": ("ip", "link", "add", "probe0", "type", "veth", "peer", "name", "probe1"),
        "bridges": ("ip", "link", "add", "probe0", "type", "bridge"),
    }
    for what, argv in trials.items():
        done = tools.attempt("unshare", "--net", *argv)
        if done.returncode == 0:
            yield fine(f"The kernel has {what}.")
        else:
            yield wrong(f"The kernel has no {what}: {done.stderr.strip()}", _DEBIANS_KERNEL)
    yield from _masquerading(settings)


def _masquerading(settings: Settings) -> Iterator[Finding]:
    if not settings.masquerade or tools.find_program("nft") is None:
        return
    chain = "type nat hook postrouting priority srcnat; policy accept; masquerade;"
    done = tools.attempt("unshare", "--net", "nft", f"table ip probe {{ chain out {{ {chain} }}; }}")
    if done.returncode == 0:
        yield fine("nf_tables can masquerade: guests reach the world.")
        return
    said = (done.stderr.strip() or "no reason").splitlines()[0]
    yield weak(
        f"Guests do not reach the world beyond this host: nf_tables cannot masquerade ({said}).",
        f"{_DEBIANS_KERNEL} Or say so: masquerade = false in {settings.state / 'settings.toml'}.",
    )


def advertisements(settings: Settings, keeper: Keeper) -> Iterator[Finding]:
    """Whether guests can be kept from posing as IPv6 routers, by a packet filter of the kernel's (XDP)."""
    if settings.compute_driver == "fake" or os.geteuid() != 0:
        return
    if xdp.is_offered():
        yield fine("The kernel filters packets at the guests' network cards: none of them can pose as an IPv6 router.")
    else:
        yield weak(
            "Guests can pose as IPv6 routers on their own networks: the kernel takes no packet filters (eBPF, XDP).",
            f"Give those networks to one tenant each. For more: {_DEBIANS_KERNEL}",
        )


def acceleration(settings: Settings, keeper: Keeper) -> Iterator[Finding]:
    """Whether KVM really runs guests, by running one."""
    if settings.compute_driver == "fake" or tools.find_program("qemu-system-x86_64") is None:
        return
    hardware_s, emulated_s = probe.time_guest("kvm"), probe.time_guest("tcg")
    if emulated_s is None:
        yield wrong("QEMU does not run even a guest of 512 bytes.", "apt install --reinstall qemu-system-x86")
    elif hardware_s is None:
        yield weak(
            "Guests are emulated, ten times slower than by KVM: a guest under KVM does not come to its end here.",
            "Switch on VT-x or AMD-V in the firmware; in a virtual machine, nested virtualisation on its host.",
        )
    elif probe.is_worth_it(hardware_s, emulated_s):
        yield fine(f"KVM runs guests (a guest of 512 bytes took {hardware_s:.2f} s, emulated {emulated_s:.2f} s).")
    else:
        yield weak(
            f"KVM is here but crawls: a guest that takes {emulated_s:.2f} s emulated took {hardware_s:.2f} s.",
            "Nothing, guests are emulated; or look at the virtualisation of the machine that runs this one.",
        )
    chosen = {"kvm": hardware_s is not None, "tcg": True, "": True}[settings.accelerator]
    if not chosen:
        yield wrong(
            "This cloud was set up for KVM, which does not run guests any more: they will hang.",
            f'Write accelerator = "tcg" into {settings.state / "settings.toml"}, then `haneul up`.',
        )


def switching(settings: Settings, keeper: Keeper) -> Iterator[Finding]:
    """Where packets are switched."""
    if settings.network_driver == "fake":
        return
    has_kernel = datapath.kernel_has_datapath()
    if has_kernel and settings.datapath == "netdev":
        yield weak(
            "Packets are switched in userspace although the kernel could do it.",
            f'With no guest running, write datapath = "system" into {settings.state}/settings.toml, then `haneul up`.',
        )
    elif settings.datapath == "system" and not has_kernel:
        yield wrong(
            "The cloud was set up for the kernel's Open vSwitch, which is not there: no packet passes.",
            f'modprobe openvswitch; or datapath = "netdev" in {settings.state / "settings.toml"}, then `haneul up`.',
        )
    elif not has_kernel:
        yield weak(
            "Packets are switched in userspace, some 300 Mbit/s a stream: the kernel has no Open vSwitch.",
            f"It is enough to try things out. For more: {_DEBIANS_KERNEL}",
        )
    else:
        yield fine("The kernel switches packets.")


EXAMINATIONS = (tun, devices, advertisements, acceleration, switching)

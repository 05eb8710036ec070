"""What everything that plugs guests into networks promises: agent/drivers/nic/base.py, held to its words."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from haneul.agent.drivers.nic.base import Nics
from haneul.agent.drivers.nic.commands import ip, ovs_vsctl
from haneul.agent.drivers.nic.fake import FakeNics
from haneul.agent.drivers.nic.ovs import OvsNics
from haneul.agent.metadata.namespaces import inside, listen_in
from haneul.hostapi import MetadataPort, NicSpec
from haneul.kit.errors import Unavailable
from tests.lab import frames_ipv6 as ipv6
from tests.lab.frames import Capture, End

SWITCH = os.environ.get("HANEUL_LAB_OVS_DB", "")
"""Set by the lab, inside its namespaces."""
SERVER, OTHER = "5a0c8d5e-0000-4000-8000-000000000001", "5a0c8d5e-0000-4000-8000-000000000002"
_TUNSETIFF, _IFF_TAP, _IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
needs_switch = pytest.mark.skipif(not SWITCH, reason="needs Open vSwitch: runs in the lab")


@pytest.fixture(params=["fake", pytest.param("ovs", marks=needs_switch)])
def nics(request: pytest.FixtureRequest) -> Iterator[Nics]:
    nics: Nics = FakeNics() if request.param == "fake" else OvsNics(SWITCH, "br-int")
    yield nics
    for server_id in (SERVER, OTHER):
        nics.remove(server_id)
    nics.remove_metadata("net-1")


def nic(number: int = 1) -> NicSpec:
    return NicSpec(f"{number}f2d4c11-0000-4000-8000-000000000001", f"fa:16:3e:00:00:0{number}", 1442, "net-1")


def metadata_port() -> MetadataPort:
    return MetadataPort("9f2d4c11-0000-4000-8000-000000000009", "net-1", "fa:16:3e:00:00:09", ("10.0.0.2/24",))


def test_a_card_is_plugged_in_once_however_often_it_is_asked_for(nics: Nics) -> None:
    first = nics.ensure(nic(), SERVER)
    second = nics.ensure(nic(), SERVER)

    assert first == second
    assert (first.mac, first.mtu, len(first.device) <= 15) == (nic().mac, 1442, True)
    assert nics.list_ports() == (nic().port_id,)


def test_only_the_cards_of_the_server_are_unplugged(nics: Nics) -> None:
    nics.ensure(nic(1), SERVER)
    nics.ensure(nic(2), SERVER)
    nics.ensure(nic(3), OTHER)

    nics.remove(SERVER)
    nics.remove(SERVER)

    assert nics.list_ports() == (nic(3).port_id,)


def test_cards_that_are_still_wanted_stay(nics: Nics) -> None:
    for number in (1, 2):
        nics.ensure(nic(number), SERVER)

    nics.remove(SERVER, keep=frozenset({nic(2).port_id}))

    assert nics.list_ports() == (nic(2).port_id,)


def test_a_card_that_is_there_is_put_back_and_stays(nics: Nics) -> None:
    nics.ensure(nic(1), SERVER)

    assert nics.put_back(nic(1), SERVER)
    assert nics.list_plugged() == nics.list_ports() == (nic(1).port_id,)


@needs_switch
def test_a_tap_that_somebody_took_out_of_the_switch_is_put_back() -> None:
    nics = OvsNics(SWITCH, "br-int")
    tap = nics.ensure(nic(1), SERVER).device
    try:
        ovs_vsctl(SWITCH, "del-port", "br-int", tap)
        assert nics.list_plugged() == ()
        assert nics.put_back(nic(1), SERVER)
        assert nics.list_plugged() == (nic(1).port_id,)

        ip("link", "delete", "dev", tap)
        assert (nics.list_plugged(), nics.list_ports()) == ((), (nic(1).port_id,))
        assert not nics.put_back(nic(1), SERVER)
    finally:
        nics.remove(SERVER)


@needs_switch
def test_a_plug_or_an_unplug_that_was_cut_short_leaves_nothing() -> None:
    nics = OvsNics(SWITCH, "br-int")
    half, gone = (nics.device(nic(number).port_id) for number in (1, 2))
    ip("tuntap", "add", "dev", half, "mode", "tap")
    nics.ensure(nic(2), SERVER)
    ip("link", "delete", "dev", gone)

    nics.remove(SERVER, besides=frozenset({nic(1).port_id}))

    assert not {half, gone} & {each.name for each in Path("/sys/class/net").iterdir()}
    assert nics.list_ports() == ()


def test_ports_said_to_be_the_servers_go_with_it(nics: Nics) -> None:
    nics.ensure(nic(1), OTHER)

    nics.remove(SERVER, besides=frozenset({nic(1).port_id}))

    assert nics.list_ports() == ()


def test_a_metadata_port_is_made_once_and_removed_twice(nics: Nics) -> None:
    assert nics.ensure_metadata(metadata_port()) == nics.ensure_metadata(metadata_port())
    assert nics.list_metadata() == ("net-1",)
    assert nics.list_ports() == ()

    nics.remove_metadata("net-1")
    nics.remove_metadata("net-1")

    assert nics.list_metadata() == ()


def test_the_host_has_a_name(nics: Nics) -> None:
    assert nics.chassis()


@needs_switch
def test_a_socket_in_a_metadata_port_s_namespace_is_heard_only_there() -> None:
    nics = OvsNics(SWITCH, "br-int")
    namespace = nics.ensure_metadata(metadata_port())
    sock = listen_in(namespace, "169.254.169.254", 80)
    try:
        addresses = inside(namespace, lambda: os.popen("ip -o address show dev eth0").read())
        assert "10.0.0.2/24" in addresses
        with pytest.raises(OSError, match="assign"):
            listen_in("", "169.254.169.254", 80)
    finally:
        sock.close()
        nics.remove_metadata("net-1")


def test_a_switch_that_is_away_says_so() -> None:
    nics = OvsNics("unix:/nonexistent/db.sock", "br-int")

    with pytest.raises(Unavailable) as refusal:
        nics.list_ports()

    assert refusal.value.code == "switch.away"


def test_a_card_is_guarded_as_its_port_says_now(nics: Nics) -> None:
    nics.ensure(nic(), SERVER)
    assert nics.is_guarded(nic().port_id)

    nics.guard(replace(nic(), has_port_security=False))
    assert not nics.is_guarded(nic().port_id)

    nics.guard(nic())
    nics.guard(nic())
    assert nics.is_guarded(nic().port_id)

    nics.ensure(replace(nic(), has_port_security=False), SERVER)
    assert not nics.is_guarded(nic().port_id)


def test_a_card_that_is_not_plugged_in_is_not_guarded(nics: Nics) -> None:
    nics.guard(nic())

    assert not nics.is_guarded(nic().port_id)


@needs_switch
def test_a_guest_behind_a_guarded_card_is_no_router() -> None:
    """The tap is opened as the hypervisor does it, and a guest's frames come out of it."""
    nics = OvsNics(SWITCH, "br-int")
    plug = nics.ensure(nic(), SERVER)
    guest = End(plug.mac, ipv6.link_local(plug.mac))
    lie, truth = ipv6.router_advertisement(guest, "2001:db8:bad::/64"), ipv6.router_solicitation(guest)
    card = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.ioctl(card, _TUNSETIFF, struct.pack("16sH22x", plug.device.encode(), _IFF_TAP | _IFF_NO_PI))

        def is_heard(frame: bytes) -> bool:
            with Capture("/proc/self/ns/net", plug.device) as capture:
                os.write(card, frame)
                return capture.first(lambda seen: ipv6.is_ipv6_from(seen, frame), 1.0) is not None

        assert is_heard(truth) and not is_heard(lie)
        nics.guard(replace(nic(), has_port_security=False))
        assert is_heard(truth) and is_heard(lie)
    finally:
        os.close(card)
        nics.remove(SERVER)

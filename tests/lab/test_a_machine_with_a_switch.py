"""A machine on which the distribution's Open vSwitch and OVN run already, for somebody else too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.cloud import LabCloud
from tests.lab.enclosure import Enclosure

_DISTRIBUTION = """
for place in /etc/openvswitch /var/lib/openvswitch /var/lib/ovn /var/log/openvswitch /var/log/ovn; do
    mkdir -p $place && mount -t tmpfs tmpfs $place
done
/usr/share/openvswitch/scripts/ovs-ctl --no-monitor --system-id=random --no-mlockall start
/usr/share/ovn/scripts/ovn-ctl start_northd
ovn-nbctl ls-add somebody-elses
ovs-vsctl --no-wait add-br br-other
"""


@pytest.fixture(scope="module")
def enclosure() -> Iterator[Enclosure]:
    machine = Enclosure()
    machine.ok(_DISTRIBUTION)
    yield machine
    machine.close()


@pytest.fixture(scope="module")
def cloud(enclosure: Enclosure, tiny_image: Path) -> LabCloud:
    return LabCloud(enclosure, tiny_image)


def test_the_cloud_uses_what_runs_and_leaves_the_rest_alone(cloud: LabCloud):
    machine = cloud.machine
    assert not (machine.state / "ovs").exists()
    assert "physnet1:br-ex" in machine.ok("ovs-vsctl get Open_vSwitch . external_ids:ovn-bridge-mappings")
    assert machine.haneul("status").returncode == 0
    assert "nothing to do" in machine.haneul("up").stderr

    gone = machine.haneul("uninstall", "--yes")

    assert gone.returncode == 0, gone.stderr
    assert machine.ok("ovn-nbctl ls-list").split()[-1] == "(somebody-elses)"
    assert machine.ok("ovn-nbctl lr-list").strip() == ""
    assert machine.ok("ovs-vsctl list-br").split() == ["br-other"]

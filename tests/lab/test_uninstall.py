"""The end of the lab's cloud, after everything else that was tried on it."""

from __future__ import annotations

from tests.lab.cloud import LabCloud


def test_uninstall_asks_first_and_leaves_nothing(cloud: LabCloud):
    refused = cloud.machine.haneul("uninstall")
    assert refused.returncode == 1
    assert "--yes" in refused.stderr
    assert cloud.machine.state.exists()

    done = cloud.machine.haneul("uninstall", "--yes")

    assert done.returncode == 0, done.stderr
    assert not cloud.machine.state.exists()
    assert cloud.machine.ok("ls /sys/class/net").split() == ["lo"]
    assert cloud.machine.ok("ip netns list") == ""
    left = cloud.machine.ok("cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
    assert str(cloud.machine.state) not in left
    assert "qemu" not in left

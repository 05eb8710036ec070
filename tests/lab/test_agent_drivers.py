"""The conformance suites of the agent's drivers, on the real things, inside the lab's namespaces."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from haneul.cli.machine import libvirt
from tests.lab.agent_host import ROOT, AgentHost, agent_host
from tests.lab.enclosure import Enclosure

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root for namespaces")


@pytest.fixture(scope="module")
def host(enclosure: Enclosure) -> Iterator[AgentHost]:
    with agent_host(enclosure) as host:
        yield host


@pytest.mark.parametrize("family", ["nic", "hypervisor"])
def test_the_real_drivers_keep_the_promises_of_the_fakes(host: AgentHost, family: str) -> None:
    environment = {
        "HANEUL_LAB_OVS_DB": f"unix:{host.switch.socket}",
        "HANEUL_LAB_LIBVIRT": libvirt.uri_of(host.state),
        "PYTHONPATH": f"{ROOT / 'src'}",
    }
    command = host.enter(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"tests/drivers/{family}")

    done = subprocess.run(
        command, env={**os.environ, **environment}, cwd=ROOT, capture_output=True, text=True, timeout=300
    )

    assert done.returncode == 0, done.stdout
    assert "s" not in done.stdout.split("[100%]")[0].splitlines()[-1], f"something was skipped: {done.stdout}"

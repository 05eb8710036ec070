"""How fast it all is: measured and shown, not judged, since a busy machine proves nothing."""

from __future__ import annotations

import re
import sys
import time

import pytest

from tests.lab.cloud import LabCloud


def test_the_figures(cloud: LabCloud, capsys: pytest.CaptureFixture[str]):
    up_s = re.findall(r"^ *([0-9.]+)s  done$", cloud.progress, re.MULTILINE)
    assert cloud.machine.haneul("down").returncode == 0
    began = time.monotonic()
    assert cloud.machine.haneul("up").returncode == 0
    again_s = time.monotonic() - began

    bench = cloud.machine.haneul("bench")
    pretended = cloud.machine.haneul("bench", "--fake", "--servers", "20", "--rows", "1000")

    told = f"""
  from nothing to the ssh command, packages and image at hand: {up_s[-1]} s (promised 30)
  up after down: {again_s:.1f} s
{bench.stdout}{pretended.stdout}"""
    with capsys.disabled():
        sys.stdout.write(told)
    assert "server ACTIVE" in bench.stdout, bench.stderr
    assert pretended.returncode == 0, pretended.stderr

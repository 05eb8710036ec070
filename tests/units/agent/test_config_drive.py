"""What lies on a config drive."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from haneul.agent.metadata.config_drive import build_config_drive
from haneul.hostapi import GuestMetadata


@pytest.mark.skipif(shutil.which("isoinfo") is None, reason="needs genisoimage")
def test_documents_and_files_lie_where_cloud_init_looks(tmp_path: Path) -> None:
    metadata = GuestMetadata('{"uuid": "1"}', "{}", b"#!/bin/sh\n", content=(b"one", b"\x00two"))

    drive = build_config_drive(tmp_path / "config.iso", metadata)

    def lies(path: str) -> bytes:
        asked = ["isoinfo", "-R", "-i", str(drive), "-x", path]
        return subprocess.run(asked, capture_output=True, check=True).stdout

    assert lies("/openstack/latest/meta_data.json") == b'{"uuid": "1"}'
    assert lies("/openstack/latest/user_data") == b"#!/bin/sh\n"
    assert lies("/openstack/content/0000") == b"one"
    assert lies("/openstack/content/0001") == b"\x00two"

"""The config drive: an ISO 9660 image labelled `config-2`, as cloud-init's ConfigDrive data source reads it."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from haneul.agent.metadata.tree import CONTENT, content_files, openstack_files
from haneul.hostapi import GuestMetadata
from haneul.kit.errors import Unavailable

_ISO = ("-quiet", "-ldots", "-allow-lowercase", "-allow-multidot", "-l", "-J", "-r", "-V", "config-2")


def build_config_drive(path: Path, metadata: GuestMetadata) -> Path:
    """Write the drive to `path`, whole or not at all."""
    with tempfile.TemporaryDirectory(prefix="config-", dir=path.parent) as folder:
        tree = Path(folder) / "tree"
        files = {f"latest/{name}": data for name, data in openstack_files(metadata).items()}
        files |= {f"{CONTENT}/{name}": data for name, data in content_files(metadata).items()}
        for name, data in files.items():
            file = tree / "openstack" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        fresh = Path(folder) / "config.iso"
        command = ["genisoimage", *_ISO, "-o", str(fresh), str(tree)]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=60)
        except FileNotFoundError as error:
            raise Unavailable(
                "host.no_genisoimage", "Install genisoimage on the host: it makes config drives"
            ) from error
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode(errors="replace").strip()
            raise Unavailable("host.config_drive_failed", f"genisoimage failed: {said}") from error
        fresh.replace(path)
    return path

"""What a control plane costs on this machine.

One of its own with fake hosts is started in a temporary state directory, so that only the control plane is measured;
a running cloud is neither needed nor touched. Costs are CPU time per request: on a busy machine times on the wall
say little.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from haneul.cli.bench.cloud import BenchCloud
from haneul.cli.bench.figures import Figure, table
from haneul.cli.bench.networks import measure_many, measure_networks
from haneul.cli.bench.requests import measure_requests
from haneul.cli.bench.rows import measure_rows
from haneul.cli.bench.servers import measure_servers
from haneul.cli.bench.steps import measure_steps
from haneul.cli.bench.transfers import measure_transfers
from haneul.cli.bench.volumes import measure_volumes


def run(args: argparse.Namespace) -> int:
    """Print every figure beside its budget; the exit code is 0 whatever they are."""
    with tempfile.TemporaryDirectory(prefix="haneul-bench-") as folder, BenchCloud(Path(folder)) as cloud:
        parts: tuple[Callable[[], list[Figure]], ...] = (
            cloud.figures,
            lambda: measure_requests(cloud),
            lambda: measure_transfers(cloud, Path(folder)),
            lambda: measure_networks(cloud),
            lambda: measure_many(cloud, args.networks),
            lambda: measure_servers(cloud, args.servers),
            lambda: measure_volumes(cloud),
            lambda: measure_steps(Path(folder)),
            cloud.memory_after,
            lambda: measure_rows(cloud, args.rows),
        )
        for part in parts:
            for line in table(part()):
                print(line, flush=True)
    return 0

"""`python -m haneul`: the command line, and the two programs that it starts."""

from __future__ import annotations

import sys
from pathlib import Path

from haneul import cli


def serve(state: Path) -> int:
    """Run the control plane until it is told to stop."""
    from haneul import main as cloud
    from haneul import settings
    from haneul.kit import log

    known = settings.read(state)
    log.configure(known.log_level)
    cloud.serve(known)
    return 0


def agent(state: Path, join: str | None) -> int:
    """Run this host's agent until it is told to stop; `join` is the one-time token of its first start."""
    from haneul import settings
    from haneul.agent import main as host
    from haneul.agent.settings import AgentSettings
    from haneul.kit import log

    known = settings.read(state)
    log.configure(known.log_level)
    mine = AgentSettings(
        state=known.state,
        control=known.agents_url,
        libvirt_uri=known.hypervisor,
        ovs_db=known.switch_db,
        accelerator=known.accelerator,
        address=known.host_address,
    )
    host.run(mine, join)
    return 0


def main() -> int:
    return cli.main(sys.argv[1:], cli.Programs(serve=serve, agent=agent))


if __name__ == "__main__":
    sys.exit(main())

"""`python -m haneul`: the command line, and the two programs that it starts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from haneul import cli

if TYPE_CHECKING:
    from haneul.agent.settings import AgentSettings
    from haneul.settings import Settings


def serve(state: Path) -> int:
    """Run the control plane until it is told to stop."""
    from haneul import settings
    from haneul.kit import log
    from haneul.main import serve as work

    known = settings.read(state)
    log.configure(known.log_level)
    work(known)
    return 0


def agent(state: Path) -> int:
    """Run this host's agent until it is told to stop."""
    from haneul import settings
    from haneul.agent import main as host
    from haneul.kit import log

    known = settings.read(state)
    log.configure(known.log_level)
    host.run(_agent_settings(known))
    return 0


def join(state: Path, token: str) -> str:
    """Make this machine a host of the cloud that gave the one-time token; the host's id."""
    import asyncio
    import socket

    from haneul import settings
    from haneul.agent.enrol import Identity
    from haneul.agent.enrol import join as enrol
    from haneul.cli.machine import facts
    from haneul.hostapi import parse_join_token
    from haneul.kit.errors import Invalid

    try:
        parsed = parse_join_token(token)
    except ValueError as error:
        raise Invalid("host.token_damaged", str(error)) from error
    known = settings.read(state)
    identity = Identity(_agent_settings(known).folder / "identity")
    host_id = asyncio.run(enrol(parsed, identity, socket.gethostname()))
    if parsed.address != known.agents_url:
        facts.learn(state, control_address=parsed.address)
    return host_id


def prepare_database(url: str) -> None:
    """Have the newest tables in the database with this URL; raises CloudError."""
    from haneul import migrations
    from haneul.kit.db import Database

    db = Database(url)
    migrations.ensure_newest(db)
    db.close()


def copy_database(known: Settings, url: str) -> dict[str, int]:
    """Every row of a cloud's database, as of one moment, into the one with this URL; how many by table."""
    from haneul import migrations
    from haneul.kit.db import Database, copy_rows

    source, target = Database(known.database), Database(url)
    copied = copy_rows(source, target, migrations.SEEDED)
    source.close()
    target.close()
    return copied


def _agent_settings(known: Settings) -> AgentSettings:
    from haneul.agent.settings import AgentSettings

    return AgentSettings(
        state=known.state,
        control=known.agents_url,
        libvirt_uri=known.hypervisor,
        ovs_db=known.switch_db,
        accelerator=known.accelerator or "tcg",
        address=known.host_address,
        volumes=known.volume_folders,
    )


def main() -> int:
    programs = cli.Programs(
        serve=serve, agent=agent, join=join, prepare_database=prepare_database, copy_database=copy_database
    )
    return cli.main(sys.argv[1:], programs)


if __name__ == "__main__":
    sys.exit(main())

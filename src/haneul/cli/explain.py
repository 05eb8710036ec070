"""`haneul explain`: where a server could go, and what stands in the way."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from haneul import settings as settings_module
from haneul.cli import rest
from haneul.cli.trouble import TroubleError


def run(args: argparse.Namespace) -> int:
    """0 if some host fits, else 1."""
    settings = settings_module.read(args.state)
    file = settings.state / "keys" / "admin-password"
    if not file.exists():
        raise TroubleError(f"There is no cloud in {settings.state}: name its directory with --state.")
    admin = rest.Rest(settings.url, rest.Credentials("admin", file.read_text().strip(), "admin"))
    told = admin.get(f"/haneul/v1/servers/{args.server}/placement")["placement"]
    for line in lines(told):
        print(line)
    return 0 if told["candidates"] else 1


def lines(told: rest.Json) -> Iterator[str]:
    """What GET /haneul/v1/servers/{id}/placement says, in words."""
    yield f"Server {told['server_id']}, now on {told['host_id'] or 'no host'}."
    yield told["message"]
    for each in told["candidates"]:
        free = ", ".join(f"{amount} {name}" for name, amount in sorted(each["free"].items()))
        yield f"  {each['name']}: {free} free"
    if told["candidates"]:
        for each in told["removed"]:
            yield f"  not {each['count']} {each['reason']}"

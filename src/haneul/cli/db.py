"""`haneul db promote`: from the embedded database to PostgreSQL, with everything that is in it."""

from __future__ import annotations

import argparse
import sys

from haneul import settings as settings_module
from haneul.cli.machine import facts
from haneul.cli.machine.daemons import Places
from haneul.cli.machine.keeping import keeper_for
from haneul.cli.machine.programs import CONTROL, control_part
from haneul.cli.progress import Progress
from haneul.cli.trouble import TroubleError
from haneul.settings import Settings

_SCHEME = "postgresql+psycopg://"


def run(args: argparse.Namespace) -> int:
    """The control plane stands still while rows are copied; guests and their networks notice nothing."""
    before = settings_module.read(args.state)
    url = _url(sys.stdin.read().strip() if args.url == "-" else args.url)
    _refuse_what_cannot_be(before, url)
    progress, places = Progress(), Places(args.state)
    keeper = keeper_for(places)
    with progress.step("looking at PostgreSQL and making the tables there"):
        args.programs.prepare_database(url)
    was_running = keeper.stop(CONTROL)
    try:
        with progress.step("copying every row"):
            count = sum(args.programs.copy_database(before, url).values())
        facts.learn(args.state, database_url=url)
    finally:
        if was_running:
            now = settings_module.read(args.state)
            control_part(now).start(keeper, places)
    progress.change(f"{count} rows are in PostgreSQL, and the control plane works with it")
    progress.note(f"{args.state}/haneul.db is as it was before; delete it when you no longer want to look at it")
    return 0


def _url(text: str) -> str:
    for prefix in ("postgresql://", "postgres://"):
        if text.startswith(prefix):
            return _SCHEME + text.removeprefix(prefix)
    return text


def _refuse_what_cannot_be(before: Settings, url: str) -> None:
    if not url.startswith(_SCHEME):
        raise TroubleError("Name the database by its URL: postgresql://USER:PASSWORD@HOST/DATABASE.")
    if before.database == url:
        raise TroubleError("The cloud works with that database already.")
    if before.database_url:
        raise TroubleError("The cloud has left the embedded database already: `database_url` names another.")

"""The commands: one table, read from top to bottom by `haneul --help`."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from haneul.cli.trouble import TroubleError
from haneul.kit.errors import CloudError

if TYPE_CHECKING:
    from haneul.settings import Settings

AddArguments = Callable[[argparse.ArgumentParser], None]


@dataclass(frozen=True)
class Programs:
    """What the command line starts but does not know; the first three take the state directory."""

    serve: Callable[[Path], int]
    agent: Callable[[Path], int]
    join: Callable[[Path, str], str]
    prepare_database: Callable[[str], None]
    """Has the tables in the database with this URL; raises CloudError when it cannot be used."""
    copy_database: Callable[[Settings, str], dict[str, int]]
    """Everything of a cloud's database into the one with this URL; how many rows by table."""


@dataclass(frozen=True)
class Command:
    name: str
    promise: str
    module: str
    """Has `run(args) -> int`; imported only when the command is given."""
    arguments: AddArguments = lambda parser: None


def _up(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fake", action="store_true", help="fake hosts and networks: no root, no virtual machines")
    parser.add_argument("--hosts", type=int, default=10, metavar="N", help="how many fake hosts (with --fake)")
    parser.add_argument("--image", type=Path, metavar="FILE", help="a qcow2 file instead of building the image tiny")
    parser.add_argument("--no-server", action="store_true", help="prepare the cloud, but boot no first VM")


def _logs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-f", "--follow", action="store_true", help="go on showing what is added")
    parser.add_argument("-n", "--lines", type=int, default=40, help="how many lines of each part (40)")
    parser.add_argument("part", nargs="*", help="control, agent, ovn-nb ...; without: all")


def _down(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="stop the network and libvirt too")


def _uninstall(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do not ask")


def _test(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("stage", nargs="*", help="which stages; without: all (`haneul test --list` names them)")
    parser.add_argument("--list", action="store_true", help="name the stages and stop")
    parser.add_argument("--require-lab", action="store_true", help="fail where the lab cannot run")
    chaos = parser.add_argument_group("of the stage chaos", "deaths at random, by a plan that a seed replays")
    chaos.add_argument("--seed", type=int, help="what to replay (any; it is printed)")
    chaos.add_argument("--kills", type=int, help="how many blows (25)")
    chaos.add_argument("--hosts", type=int, help="how many pretended hosts (10)")
    chaos.add_argument("--clients", type=int, help="how many clients at once (6)")
    chaos.add_argument("--every", type=float, help="seconds from one blow to the next (1.2)")
    chaos.add_argument("--replicas", type=int, help="so many control planes, more than one on PostgreSQL (1)")
    chaos.add_argument("--postgres", action="store_true", help="on PostgreSQL, which is killed too")


def _image(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="build")
    build = verbs.add_parser("build", help="build a guest image from Debian's packages")
    build.add_argument("name", choices=["tiny"])
    build.add_argument("--out", type=Path, default=Path("tiny.qcow2"), help="the file to write (tiny.qcow2)")


def _join(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("token", help="one-time token from the control plane; - reads it from standard input")


def _db(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="promote")
    promote = verbs.add_parser("promote", help="move from the embedded database to PostgreSQL")
    promote.add_argument("url", help="postgresql://USER:PASSWORD@HOST/DATABASE; - reads it from standard input")


def _backup(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="create|verify|restore")
    create = verbs.add_parser("create", help="save database, keys and settings in one file, while the cloud works")
    create.add_argument("file", type=Path, nargs="?", help="the file to write (haneul-DATE-TIME.tar)")
    create.add_argument("--images", action="store_true", help="the images' data too")
    verbs.add_parser("verify", help="prove that a backup is whole").add_argument("file", type=Path)
    verbs.add_parser("restore", help="bring a cloud back from it").add_argument("file", type=Path)


def _runs(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|show|explain|retry|cancel")
    listing = verbs.add_parser("list", help="what is under way, the newest first")
    listing.add_argument("--all", action="store_true", help="what has ended too")
    states = ("unfinished", "waiting", "stuck", "failed", "ended")
    listing.add_argument("--state", choices=states, default=states[0], help="only those in it (unfinished)")
    listing.add_argument("--subject", help="only of this server, image, ... (its id)")
    listing.add_argument("--limit", type=int, default=100, help="so many at most (100)")
    promises = {
        "show": "one run with its steps, tries, failures and interruptions",
        "explain": "what it does, what it waits for and what comes next",
        "retry": "have it tried now",
        "cancel": "have it taken back",
    }
    for verb, promise in promises.items():
        verbs.add_parser(verb, help=promise).add_argument("id", help="the run's id")


def _audit(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|verify")
    listing = verbs.add_parser("list", help="the newest first")
    for name, promise in (
        ("user", "only of this user (id)"),
        ("project", "only of this project (id)"),
        ("request", "only of this request (req-...)"),
        ("path", "only what begins like this: /compute/v2.1/servers/ID"),
        ("since", "from this moment on: 2026-01-31T12:00:00Z"),
        ("until", "before this moment"),
    ):
        listing.add_argument(f"--{name}", help=promise)
    listing.add_argument("--limit", type=int, default=50, help="so many at most (50)")
    verbs.add_parser("verify", help="prove that no record was altered or taken away")


def _bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--servers", type=int, default=20, help="how many servers to create at once (20)")
    parser.add_argument("--rows", type=int, default=10_000, help="with --fake: rows of the large tables (10,000)")
    parser.add_argument("--networks", type=int, default=0, help="with --fake: make so many networks at once too (0)")
    parser.add_argument("--fake", action="store_true", help="measure a control plane with fake hosts, started for it")


def _net(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="explain|foreign")
    explain = verbs.add_parser("explain", help="whether a packet would arrive, and what stops it")
    explain.add_argument("--from", dest="source", required=True, metavar="SERVER", help="a server, or a port's id")
    explain.add_argument("--to", required=True, metavar="ADDRESS:PORT", help="10.0.0.5:80, or [2001:db8::5]:80")
    explain.add_argument("--protocol", default="tcp", help="tcp, udp, icmp or a protocol's number (tcp)")
    verbs.add_parser("foreign", help="what others wrote into OVN beside the cloud")


def _drift(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as the API answers it")


def _doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="also tell what was found in order")


def _explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("server", help="the server's id")


COMMANDS = (
    Command("up", "install what is missing, start the cloud, boot a first VM", "up", _up),
    Command("status", "what runs, since when, in which versions", "status"),
    Command("doctor", "what is wrong with this machine, and what would mend it", "doctor", _doctor),
    Command("logs", "what the parts have to say", "logs", _logs),
    Command("explain", "where a server could go, and what stands in the way", "explain", _explain),
    Command("down", "stop the cloud; guests keep running", "down", _down),
    Command("uninstall", "remove guests, networks, services and files", "uninstall", _uninstall),
    Command("test", "check the code, then the real thing in a lab", "checks", _test),
    Command("net", "whether a packet would arrive, and what stops it", "net", _net),
    Command("bench", "measure this cloud, or one with fake hosts, against what is promised", "bench", _bench),
    Command("image", "build guest images", "image", _image),
    Command("db", "move the cloud's database to PostgreSQL", "db", _db),
    Command("backup", "save what a cloud must not lose, prove it, bring it back", "backup", _backup),
    Command("runs", "the cloud's long work: what is under way, and what it waits for", "runs", _runs),
    Command("drift", "where the world and what is written part, and what is done about it", "drift", _drift),
    Command("audit", "who asked for what change, from where, and what came of it", "audit", _audit),
    Command("settings", "every setting, its value here and what it is for", "show_settings"),
    Command("version", "the version of Haneul and of what it stands on", "version"),
    Command("supervise", "keep the parts running where there is no systemd (started by `up`)", "supervise"),
    Command("bridges", "give this host its place on the external network (runs at boot)", "bridges"),
    Command("serve", "the control plane, in the foreground (started by `up`)", ""),
    Command("agent", "this host's agent, in the foreground (started by `up`)", ""),
    Command("join", "make this machine a host of a cloud, by a one-time token", "", _join),
)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="haneul", description="A private cloud that speaks the OpenStack APIs.")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--state", type=Path, help="the directory that holds everything of this cloud")
    commands = top.add_subparsers(dest="command", required=True, metavar="command")
    for command in COMMANDS:
        sub = commands.add_parser(command.name, help=command.promise, description=command.promise, parents=[common])
        command.arguments(sub)
    return top


def main(argv: Sequence[str], programs: Programs) -> int:
    """Do what the command line asks; the exit code: 0 done, 1 refused or failed, 130 interrupted."""
    from haneul import settings
    from haneul.cli import privilege

    args = parser().parse_args(argv)
    args.programs = programs
    try:
        if privilege.is_lacking(args):
            return privilege.go_on_as_root(argv)
        args.state = args.state.absolute() if args.state else settings.default_state()
        if args.command == "serve":
            return programs.serve(args.state)
        if args.command == "agent":
            return programs.agent(args.state)
        if args.command == "join":
            host = programs.join(args.state, sys.stdin.read() if args.token == "-" else args.token)
            print(f"This machine is host {host} now; `haneul agent` does its work.")
            return 0
        module = next(command.module for command in COMMANDS if command.name == args.command)
        return int(importlib.import_module(f"haneul.cli.{module}").run(args))
    except (TroubleError, CloudError, settings.SettingsError) as trouble:
        print(f"haneul: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1

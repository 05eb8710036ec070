"""`haneul up`: from a machine as it is to a login in a virtual machine."""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from haneul import settings as settings_module
from haneul.cli import credentials, first_cloud, tiny_image
from haneul.cli.first_cloud import servers
from haneul.cli.machine import facts, packages, programs, tools
from haneul.cli.machine.daemons import Keeper, Places
from haneul.cli.machine.foundations import Foundations, study, study_processor
from haneul.cli.machine.keeping import keeper_for
from haneul.cli.progress import Progress
from haneul.cli.rest import Rest
from haneul.cli.trouble import TroubleError
from haneul.settings import Settings


@dataclass(frozen=True)
class Desk:
    """What every step of `up` has at hand."""

    settings: Settings
    places: Places
    keeper: Keeper
    progress: Progress


def run(args: argparse.Namespace) -> int:
    places, progress = Places(args.state), Progress()
    _keep_environment(args)
    is_real = settings_module.read(args.state).compute_driver == "agents"
    if is_real:
        _need_root()
    places.make()
    if is_real:
        packages.ensure(args.state, progress, packages.wanted())
    with ThreadPoolExecutor(2, "aside") as pool:
        settings = study(args.state, progress) if is_real else settings_module.read(args.state)
        desk = Desk(settings, places, keeper_for(places), progress)
        image = pool.submit(_image_of, desk, args.image, is_real)
        processor = pool.submit(study_processor, args.state, progress) if is_real else None
        access = _start(desk, processor)
        prepared = _prepare(desk, access, image, with_server=not args.no_server)
    _tell(desk, access, prepared)
    return 0


def _keep_environment(args: argparse.Namespace) -> None:
    """What was asked for this time holds for the other commands too."""
    named = {name: os.environ.get(f"HANEUL_{name.upper()}") for name in Settings.__struct_fields__}
    asked = {name: text for name, text in named.items() if text is not None and name != "state"}
    if args.fake:
        asked |= {"network_driver": "fake", "compute_driver": "fake", "fake_hosts": str(args.hosts)}
    settings_module.read(args.state)
    if asked:
        args.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        facts.learn(args.state, **asked)


def _need_root() -> None:
    if os.geteuid() != 0:
        raise TroubleError("This needs root: `sudo ./haneul up`. Without: `./haneul up --fake` runs on fake hosts.")


def _start(desk: Desk, processor: Future[Settings] | None) -> credentials.Access:
    """Everything runs; without a processor to find out about, there are no real guests and no agent."""
    settings, progress = desk.settings, desk.progress
    passwords = first_cloud.passwords(settings.state)
    if processor:
        Foundations(settings, desk.keeper, progress).ensure()
    _require_ports(desk)
    if programs.control_part(settings).start(desk.keeper, desk.places):
        progress.change(f"started the control plane, which answers at {settings.url}")
    access = credentials.access(settings.url, settings.region, *passwords)
    if credentials.write(settings.state, access):
        progress.change(f"wrote the credentials to {settings.state}/clouds.yaml and openrc")
    if processor:
        _ensure_agent(desk, processor.result(), Rest(access.url, access.clouds["haneul-admin"]))
    return access


def _require_ports(desk: Desk) -> None:
    """Raises TroubleError if another program, another cloud even, would answer in this one's place."""
    taken = programs.taken_ports(desk.settings) if desk.keeper.find(programs.CONTROL) is None else []
    if taken:
        ports = " and ".join(str(port) for _, port in taken)
        others = " ".join(f"HANEUL_{name.upper()}={port + 10}" for name, port in taken)
        raise TroubleError(
            f"Somebody else listens on port {ports}, which the control plane needs: another cloud perhaps. "
            f"Stop it (`sudo ss -ltnp` names it), or choose other ports: `{others} ./haneul up ...`"
        )


def _ensure_agent(desk: Desk, settings: Settings, admin: Rest) -> None:
    hostname = socket.gethostname()
    if not programs.has_joined(settings):
        with desk.progress.step("letting this machine join the cloud as a host"):
            token = str(admin.post("/haneul/v1/hosts/join-tokens", {})["token"])
            join_here(settings.state, token)
    if programs.agent_part(settings, admin, hostname).start(desk.keeper, desk.places):
        desk.progress.change(f"started the agent of this host, {hostname}")


def join_here(state: Path, token: str) -> None:
    """Make this machine a host; the token goes by standard input, which no other user of the machine sees."""
    argv = tools.haneul_argv("join", "--state", str(state), "-")
    env = {**os.environ, **tools.ENVIRONMENT}
    done = subprocess.run(argv, input=token, env=env, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise TroubleError(f"This machine could not join the cloud: {done.stderr.strip()[-1000:]}")


def _image_of(desk: Desk, given: Path | None, is_real: bool) -> Callable[[], Path]:
    """Begins to build the guest image while other things start; answers with how to get its file."""
    if given is not None:
        return given.absolute
    if first_cloud.prepared(desk.settings.state):
        return lambda: _never()
    out = desk.settings.state / "cache" / "tiny.img"
    out.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if is_real:
        tiny_image.build(out, out.parent / "tiny", lambda text: desk.progress.note(f"image: {text}"))
    else:
        out.write_bytes(b"\0" * 2**20)
    return lambda: out


def _never() -> Path:
    raise TroubleError("The image is gone: `haneul image build tiny` builds it anew.")


def _prepare(
    desk: Desk, access: credentials.Access, image: Future[Callable[[], Path]], with_server: bool
) -> first_cloud.Prepared:
    known = first_cloud.prepared(desk.settings.state)
    if known is not None:
        return known
    is_real = desk.settings.compute_driver == "agents"
    plan = first_cloud.Plan(
        image=lambda: image.result()(),
        disk_format="qcow2" if is_real else "raw",
        with_server=with_server,
        logs_in=is_real,
    )
    return first_cloud.prepare(desk.settings, access, plan, desk.progress)


def _tell(desk: Desk, access: credentials.Access, prepared: first_cloud.Prepared) -> None:
    settings, progress = desk.settings, desk.progress
    offered = credentials.offer(access, credentials.home_of_user())
    progress.note("done" if progress.changed else "nothing to do: everything runs and is as it should be")
    through_sudo = bool(os.environ.get("SUDO_USER"))
    use = f"export OS_CLOUD={credentials.OWN}"
    rows = [
        ("URL", settings.url),
        ("credentials", f"{settings.state}/clouds.yaml and {settings.state}/openrc ({offered})"),
        ("use them", use if through_sudo else f"{use}   or   . {settings.state}/openrc"),
    ]
    is_there = bool(prepared.server) and servers.exists(Rest(access.url, access.clouds["haneul-demo"]), prepared.server)
    if prepared.server:
        rows.append(("first server", prepared.address if is_there else "was deleted since"))
    if is_there and settings.compute_driver == "agents":
        sudo = "sudo " if through_sudo else ""
        rows.append(("log in", sudo + servers.ssh_command(settings.state / "keys" / "first", prepared.address)))
    print()
    for name, value in rows:
        print(f"  {name:14} {value}")
    print()

"""The first virtual machine, up to the login."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from haneul.cli.machine import tools
from haneul.cli.machine.waiting import wait_until
from haneul.cli.rest import Json, RefusedError, Rest
from haneul.cli.trouble import TroubleError

NAME = "first"
USER = "cirros"
_API = "/compute/v2.1"
_ACTIVE_S = 300
_LOGIN_S = 600


@dataclass(frozen=True)
class Wanted:
    """What the first server is made of."""

    image: str
    flavor: str
    network: str
    group: str
    key: str


def ensure_keypair(demo: Rest, public_key: str) -> str:
    """The name of the keypair that holds this public key."""
    known = {row["keypair"]["name"]: row["keypair"] for row in demo.get(f"{_API}/os-keypairs")["keypairs"]}
    found = known.get(NAME)
    if found and found["public_key"].split()[1] != public_key.split()[1]:
        demo.delete(f"{_API}/os-keypairs/{NAME}")
        found = None
    if not found:
        demo.post(f"{_API}/os-keypairs", {"keypair": {"name": NAME, "public_key": public_key}})
    return NAME


def ensure_server(demo: Rest, wanted: Wanted) -> str:
    """The id of the first server, running."""
    found = find_server(demo)
    if found and found["status"] == "ERROR":
        _remove(demo, str(found["id"]))
        found = None
    server = str(found["id"]) if found else create(demo, NAME, wanted)
    wait_until(lambda: _is_active(demo, server), _ACTIVE_S, f"server {NAME} to become ACTIVE", "See `haneul logs`.")
    return server


def find_server(demo: Rest) -> Json | None:
    """The first server as the API shows it, if there is one."""
    found = demo.get(f"{_API}/servers/detail", name=f"^{NAME}$")["servers"]
    return found[0] if found else None


def exists(demo: Rest, server: str) -> bool:
    """True unless the server has been deleted."""
    try:
        demo.get(f"{_API}/servers/{server}")
    except RefusedError as error:
        if error.status == 404:
            return False
        raise
    return True


def find_flavor(demo: Rest, name: str) -> str:
    """The id of a flavor."""
    return str(next(row["id"] for row in demo.get(f"{_API}/flavors")["flavors"] if row["name"] == name))


def wait_for_login(key: Path, address: str) -> None:
    """Return once a command runs in the guest over ssh."""
    argv = [*ssh_command(key, address).split(), "true"]
    hint = "Its console may tell more: `openstack console log show first`."
    wait_until(lambda: _logs_in(argv), _LOGIN_S, f"a login at {address}", hint)


def ssh_command(key: Path, address: str) -> str:
    """What an operator types to be in the guest."""
    careless = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
    return f"ssh -i {key} {careless} {USER}@{address}"


def _logs_in(argv: list[str]) -> bool:
    how = ("-o", "BatchMode=yes", "-o", "ConnectTimeout=3")
    return tools.attempt(argv[0], *how, *argv[1:], timeout_s=30).returncode == 0


def create(demo: Rest, name: str, wanted: Wanted) -> str:
    """Ask for a server; its id."""
    body = {
        "name": name,
        "imageRef": wanted.image,
        "flavorRef": wanted.flavor,
        "networks": [{"uuid": wanted.network}],
        "security_groups": [{"name": wanted.group}],
        "key_name": wanted.key,
    }
    return str(demo.post(f"{_API}/servers", {"server": body})["server"]["id"])


def _is_active(demo: Rest, server: str) -> bool:
    shown = demo.get(f"{_API}/servers/{server}")["server"]
    if shown["status"] == "ERROR":
        why = shown.get("fault", {}).get("message", "no reason given")
        raise TroubleError(f"The first server could not be built: {why} Run `haneul doctor`, then `haneul up` again.")
    return bool(shown["status"] == "ACTIVE")


def _remove(demo: Rest, server: str) -> None:
    demo.delete(f"{_API}/servers/{server}")
    wait_until(lambda: find_server(demo) is None, 60, "the failed first server to go away")

"""Where clients find who they are: clouds.yaml and openrc in the state directory, clouds.yaml in the user's own."""

from __future__ import annotations

import os
import pwd
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from haneul.cli.first_cloud.keys import write_secret
from haneul.cli.rest import Credentials

OWN = "haneul"
"""The operator's credentials at work in the demo project: all that the tour needs."""


@dataclass(frozen=True)
class Access:
    """How clients reach the cloud."""

    url: str
    region: str
    clouds: dict[str, Credentials]
    """By the name that the cloud has in clouds.yaml."""


def access(url: str, region: str, admin_password: str, demo_password: str) -> Access:
    clouds = {
        OWN: Credentials("admin", admin_password, "demo"),
        "haneul-admin": Credentials("admin", admin_password, "admin"),
        "haneul-demo": Credentials("demo", demo_password, "demo"),
    }
    return Access(url, region, clouds)


def write(state: Path, known: Access) -> bool:
    """`clouds.yaml` and `openrc` in the state directory; True if one of them was not so before."""
    files = {state / "clouds.yaml": _clouds_yaml(known), state / "openrc": _openrc(known)}
    stale = {path: text for path, text in files.items() if not path.exists() or path.read_text() != text}
    for path, text in stale.items():
        write_secret(path, text)
    return bool(stale)


def offer(known: Access, home: Path) -> str:
    """Put the clouds into the user's clouds.yaml if that can be done without harm; says in words what was done.

    A file that is there keeps its every line; where our clouds cannot be added so, it stays as it is.
    """
    path = home / ".config" / "openstack" / "clouds.yaml"
    if not path.exists():
        write_secret(path, _clouds_yaml(known))
        _give_to_owner(path, home)
        return f"written to {path}"
    before = path.read_text()
    after = merged(before, known)
    if after == before:
        return f"in {path} already"
    if after is None:
        return f"not added to {path}, which is yours and holds something else by these names"
    write_secret(path, after)
    _give_to_owner(path, home)
    return f"added to {path}"


def merged(text: str, known: Access) -> str | None:
    """The file with our clouds brought up to date; None if that would touch anything else in it."""
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError:
        return None
    wanted = _entries(known)
    if not isinstance(content, dict) or not isinstance(content.get("clouds"), dict):
        return None
    clouds = content["clouds"]
    if all(clouds.get(name) == entry for name, entry in wanted.items()):
        return text
    if any(name in clouds for name in wanted):
        return None
    heading = re.search(r"^clouds:[ \t]*(#.*)?\n", text, re.MULTILINE)
    child = re.search(r"^clouds:[^\n]*\n(?:[ \t]*(?:#[^\n]*)?\n)*([ ]+)\S", text, re.MULTILINE)
    if heading is None or child is None:
        return None
    block = yaml.safe_dump(wanted, sort_keys=False)
    indented = "".join(child[1] + line for line in block.splitlines(keepends=True))
    after = text[: heading.end()] + indented + text[heading.end() :]
    return after if yaml.safe_load(after) == content | {"clouds": clouds | wanted} else None


def withdraw(known: Access, home: Path) -> bool:
    """Take the user's clouds.yaml away if it holds nothing but what was written there; True if it is gone."""
    path = home / ".config" / "openstack" / "clouds.yaml"
    if path.exists() and path.read_text() == _clouds_yaml(known):
        path.unlink()
        return True
    return False


def home_of_user() -> Path:
    """The home of who gave the command, also through sudo."""
    name = os.environ.get("SUDO_USER")
    return Path(pwd.getpwnam(name).pw_dir) if name and os.geteuid() == 0 else Path.home()


def _give_to_owner(path: Path, home: Path) -> None:
    owner = home.stat()
    for each in (path, path.parent, path.parent.parent):
        if each.stat().st_uid == 0 and owner.st_uid != 0:
            os.chown(each, owner.st_uid, owner.st_gid)


def _entries(known: Access) -> dict[str, Any]:
    return {name: _entry(known, who) for name, who in known.clouds.items()}


def _entry(known: Access, who: Credentials) -> dict[str, Any]:
    auth = {
        "auth_url": f"{known.url}/identity/v3",
        "username": who.user,
        "password": who.password,
        "project_name": who.project,
        "user_domain_id": "default",
        "project_domain_id": "default",
    }
    return {"auth": auth, "region_name": known.region, "identity_api_version": 3}


def _clouds_yaml(known: Access) -> str:
    note = "# Written by `haneul up`. Choose one: export OS_CLOUD=haneul\n"
    return note + yaml.safe_dump({"clouds": _entries(known)}, sort_keys=False)


def _openrc(known: Access) -> str:
    who = known.clouds[OWN]
    values = {
        "OS_AUTH_URL": f"{known.url}/identity/v3",
        "OS_USERNAME": who.user,
        "OS_PASSWORD": who.password,
        "OS_PROJECT_NAME": who.project,
        "OS_USER_DOMAIN_ID": "default",
        "OS_PROJECT_DOMAIN_ID": "default",
        "OS_REGION_NAME": known.region,
        "OS_IDENTITY_API_VERSION": "3",
    }
    lines = [f"export {name}={value}\n" for name, value in values.items()]
    return "# Written by `haneul up`: . openrc\nunset OS_CLOUD\n" + "".join(lines)

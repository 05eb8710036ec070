"""API access: where the APIs are, and the files by which clients find them as whoever is signed in."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

import yaml

from haneul.console.visit import Visit
from haneul.kit.http import Reply, Request
from haneul.services.identity import CatalogEntry, Token

_PUBLIC = "public"


def show_api_access(visit: Visit, request: Request) -> Reply:
    token, entries = _token(visit), _catalogue(visit)
    endpoints = [
        (entry.service.type, entry.service.name, endpoint.region_id or "", endpoint.url)
        for entry in entries
        for endpoint in entry.endpoints
        if endpoint.interface == _PUBLIC
    ]
    return visit.page("api_access.html", token=token, auth_url=_auth_url(visit), endpoints=sorted(endpoints))


def download_clouds_yaml(visit: Visit, request: Request) -> Reply:
    """Without a password: clients ask for it."""
    token = _token(visit)
    auth = {
        "auth_url": _auth_url(visit),
        "username": token.user.name,
        "user_domain_name": token.user_domain.name,
        "project_id": visit.caller.project_id,
        "project_name": visit.caller.project_name,
    }
    cloud = {"auth": auth, "region_name": _region(visit), "identity_api_version": 3}
    note = "# ~/.config/openstack/clouds.yaml, without the password: clients ask for it. export OS_CLOUD=haneul\n"
    text = note + yaml.safe_dump({"clouds": {"haneul": cloud}}, sort_keys=False, allow_unicode=True)
    return _file("clouds.yaml", text, "application/yaml")


def download_openrc(visit: Visit, request: Request) -> Reply:
    """For shells; asks for the password when it is read in."""
    token = _token(visit)
    values = {
        "OS_AUTH_URL": _auth_url(visit),
        "OS_USERNAME": token.user.name,
        "OS_USER_DOMAIN_NAME": token.user_domain.name,
        "OS_PROJECT_ID": visit.caller.project_id,
        "OS_PROJECT_NAME": visit.caller.project_name,
        "OS_REGION_NAME": _region(visit),
        "OS_IDENTITY_API_VERSION": "3",
    }
    lines = [
        "# . openrc",
        "unset OS_CLOUD OS_TOKEN",
        *(f"export {name}={shlex.quote(values[name])}" for name in values),
    ]
    lines += ["printf 'Password of %s: ' \"$OS_USERNAME\" >&2", "stty -echo 2>/dev/null", "IFS= read -r OS_PASSWORD"]
    lines += ["stty echo 2>/dev/null", "printf '\\n' >&2", "export OS_PASSWORD", ""]
    return _file("openrc", "\n".join(lines), "text/x-shellscript")


def _token(visit: Visit) -> Token:
    return visit.rooms.identity.tokens.read(visit.session.token)


def _catalogue(visit: Visit) -> Sequence[CatalogEntry]:
    return visit.rooms.identity.catalog.of(_token(visit))


def _auth_url(visit: Visit) -> str:
    return f"{visit.rooms.public_url}/identity/v3"


def _region(visit: Visit) -> str:
    """In which the identity API is."""
    of_identity = (entry for entry in _catalogue(visit) if entry.service.type == "identity")
    return next((each.region_id or "" for entry in of_identity for each in entry.endpoints), "")


def _file(name: str, text: str, kind: str) -> Reply:
    headers = {"content-type": f"{kind}; charset=utf-8", "content-disposition": f'attachment; filename="{name}"'}
    return Reply(200, text.encode(), headers)

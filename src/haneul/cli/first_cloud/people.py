"""The demo project and its user."""

from __future__ import annotations

from typing import Any

from haneul.cli.rest import Rest

PROJECT = "demo"
USER = "demo"


def ensure_project(admin: Rest) -> str:
    """The id of the demo project; the operator's own user may work in it too."""
    project = _ensure(admin, "project", PROJECT, {"description": "For trying things out", "domain_id": "default"})
    own = admin.get("/identity/v3/users", name="admin")["users"][0]["id"]
    _grant(admin, project, own, "admin")
    return project


def ensure_user(admin: Rest, project: str, password: str) -> str:
    """The id of the demo user, a member of the demo project."""
    details = {"password": password, "domain_id": "default", "default_project_id": project}
    user = _ensure(admin, "user", USER, details)
    _grant(admin, project, user, "member")
    return user


def _ensure(admin: Rest, noun: str, name: str, details: dict[str, Any]) -> str:
    found = admin.get(f"/identity/v3/{noun}s", name=name, domain_id="default")[f"{noun}s"]
    if found:
        return str(found[0]["id"])
    return str(admin.post(f"/identity/v3/{noun}s", {noun: {"name": name} | details})[noun]["id"])


def _grant(admin: Rest, project: str, user: str, role_name: str) -> None:
    role = admin.get("/identity/v3/roles", name=role_name)["roles"][0]["id"]
    admin.put(f"/identity/v3/projects/{project}/users/{user}/roles/{role}")

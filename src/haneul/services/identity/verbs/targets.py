"""Things as policy rules see them: flat keys such as `target.user.domain_id`; nothing for what does not exist."""

from __future__ import annotations

from haneul.kit.policy import Caller
from haneul.services.identity.model import Group, Project, Role, User

Facts = dict[str, object]


def of_project(project: Project | None) -> Facts:
    if project is None:
        return {}
    return {
        "target.project.id": project.id,
        "target.project.domain_id": project.domain_id,
        "target.project.name": project.name,
    }


def of_domain(domain: Project | None) -> Facts:
    return {} if domain is None else {"target.domain.id": domain.id, "target.domain.name": domain.name}


def of_user(user: User | None) -> Facts:
    if user is None:
        return {}
    return {"target.user.id": user.id, "target.user.domain_id": user.domain_id, "target.user.name": user.name}


def of_group(group: Group | None) -> Facts:
    return {} if group is None else {"target.group.id": group.id, "target.group.domain_id": group.domain_id}


def of_role(role: Role | None) -> Facts:
    if role is None:
        return {}
    return {"target.role.id": role.id, "target.role.name": role.name, "target.role.domain_id": role.domain_id}


def of_listing(caller: Caller) -> Facts:
    """A listing asked for with a domain's token is a listing of that domain."""
    return {"target.domain_id": caller.domain_id} if caller.domain_id else {}

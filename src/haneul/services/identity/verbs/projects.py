"""Projects: who owns things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from haneul.kit.errors import Forbidden, Invalid, NotFound
from haneul.kit.ids import new_hex
from haneul.kit.policy import Caller
from haneul.services.identity.model import (
    DEFAULT_DOMAIN,
    EVERYTHING,
    DomainId,
    Listing,
    Project,
    ProjectDeleted,
    ProjectId,
    UserId,
)
from haneul.services.identity.parts import Parts
from haneul.services.identity.verbs import targets
from haneul.services.identity.verbs.access import Access
from haneul.services.identity.verbs.immutable import merged_options, require_mutable

MAX_TAGS = 80


@dataclass(frozen=True)
class NewProject:
    name: str
    domain_id: str | None = None
    """None: the parent's domain, else the one of the caller's token."""
    parent_id: str | None = None
    description: str = ""
    is_enabled: bool = True
    tags: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


def home_domain(caller: Caller) -> str:
    """Where something is made that names no domain: the domain of the token, or of its project."""
    return caller.domain_id or caller.project_domain_id or DEFAULT_DOMAIN


class Projects:
    def __init__(self, parts: Parts, access: Access) -> None:
        self._parts = parts
        self._policy = parts.policy
        self._store = parts.store
        self._access = access

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[Project]:
        self._policy.require(caller, "identity:list_projects", targets.of_listing(caller))
        if caller.domain_id:
            listing = listing.where("domain_id", caller.domain_id)
        return self._store.projects.page(listing)

    def get(self, caller: Caller, project_id: str, rule: str = "identity:get_project") -> Project:
        project = self._store.projects.find(project_id)
        self._policy.require(caller, rule, targets.of_project(project))
        if project is None:
            raise self._store.projects.missing(project_id)
        return project

    def mine(self, caller: Caller) -> Sequence[Project]:
        """Every enabled project for which the caller could have a token."""
        self._policy.require(caller, "identity:get_auth_projects")
        found = self._access.projects(UserId(caller.user_id), caller.group_ids)
        homes = self._store.projects.find_many(project.home for project in found)
        return [each for each in found if each.is_enabled and homes[each.home].is_enabled]

    def of_user(self, caller: Caller, user_id: str) -> Sequence[Project]:
        user = self._store.users.find(user_id)
        self._policy.require(caller, "identity:list_user_projects", targets.of_user(user))
        if user is None:
            raise self._store.users.missing(user_id)
        return self._access.projects(user.id)

    def create(self, caller: Caller, new: NewProject) -> Project:
        domain_id = self._domain_of(caller, new)
        self._policy.require(caller, "identity:create_project", {"target.project.domain_id": domain_id})
        with self._store.changing():
            parent = self._store.projects.find(new.parent_id or domain_id)
            if parent is None or (domain := self._store.projects.find(domain_id)) is None:
                raise Invalid(
                    "project.parent", f"Could not find project: {new.parent_id or domain_id}. Create it first."
                )
            self._require_place(parent, domain)
            project_id = ProjectId(new_hex())
            project = Project(
                id=project_id,
                name=new.name,
                domain_id=DomainId(domain.id),
                parent_id=parent.id,
                path=f"{parent.path}/{project_id}",
                description=new.description,
                is_enabled=new.is_enabled,
                tags=new.tags,
                options=merged_options({}, new.options),
                extra=new.extra,
            )
            return self._store.projects.add(project)

    def update(self, caller: Caller, project_id: str, changes: Mapping[str, Any]) -> Project:
        """`changes`: any of name, description, is_enabled, tags, options, extra."""
        with self._store.changing():
            project = self.get(caller, project_id, "identity:update_project")
            require_mutable(project.options, changes, "project", project.id)
            changed = replace(project, **changes)
            changed = replace(
                changed,
                options=merged_options(project.options, changes.get("options", {})),
                extra={**project.extra, **changes.get("extra", {})},
            )
            self._require_consistent(project, changed)
            return self._store.projects.change(changed)

    def delete(self, caller: Caller, project_id: str) -> None:
        with self._store.changing():
            project = self.get(caller, project_id, "identity:delete_project")
            require_mutable(project.options, {"deleted": True}, "project", project.id)
            if project.is_domain and project.is_enabled:
                raise Forbidden("domain.enabled", f"Cannot delete the domain {project.name}: disable it first.")
            if self._store.projects.below(project):
                raise Forbidden(
                    "project.not_a_leaf",
                    f"Cannot delete the project {project.id} since it is not a leaf in the hierarchy: "
                    "delete the projects below it first.",
                )
            remove_projects(self._parts, [project.id])
            self._store.projects.remove(project.id)

    def parents(self, project: Project) -> Sequence[Project]:
        """Those above it, the nearest first."""
        found = self._store.projects.find_many(project.ancestors)
        return [found[each] for each in reversed(project.ancestors)]

    def subtree(self, project: Project) -> Sequence[Project]:
        """Those below it, parents before children."""
        return sorted(self._store.projects.below(project), key=lambda each: each.path)

    def mine_among(self, caller: Caller, projects: Sequence[Project]) -> Sequence[Project]:
        """Those on which the caller has a role."""
        mine = {project.id for project in self._access.projects(UserId(caller.user_id), caller.group_ids)}
        return [each for each in projects if each.id in mine]

    def require_tag(self, project: Project, tag: str) -> None:
        if tag not in project.tags:
            raise NotFound("project_tag.not_found", f"Could not find project tag: {tag}.")

    def set_tags(self, caller: Caller, project_id: str, rule: str, tags: tuple[str, ...]) -> Project:
        """The project's tags from now on; `rule` is the policy of the operation asked for."""
        if len(tags) > MAX_TAGS:
            raise Invalid("project.too_many_tags", f"A project may have at most {MAX_TAGS} tags: remove some.")
        with self._store.changing():
            project = self.get(caller, project_id, rule)
            require_mutable(project.options, {"tags": tags}, "project", project.id)
            return self._store.projects.change(replace(project, tags=tuple(dict.fromkeys(tags))))

    def _domain_of(self, caller: Caller, new: NewProject) -> str:
        if new.domain_id is not None:
            return new.domain_id
        parent = self._store.projects.find(new.parent_id) if new.parent_id else None
        return parent.home if parent else home_domain(caller)

    def _require_place(self, parent: Project, domain: Project) -> None:
        if not domain.is_domain:
            raise Invalid("project.domain", f"The project {domain.id} is no domain: name a domain as domain_id.")
        if parent.home != domain.id:
            raise Invalid(
                "project.other_domain",
                f"The parent {parent.id} is in another domain: a project must be in its parent's domain {parent.home}.",
            )
        if not all(each.is_enabled for each in (parent, *self.parents(parent))):
            raise Forbidden(
                "project.parent_disabled",
                "Cannot create a project in a branch that contains a disabled project: enable it first.",
            )
        depth = parent.path.count("/") + 1
        if depth > self._parts.settings.tree_depth:
            raise Forbidden(
                "project.too_deep",
                f"Projects may be nested {self._parts.settings.tree_depth} deep: choose a parent higher up.",
            )

    def _require_consistent(self, before: Project, after: Project) -> None:
        if len(after.tags) > MAX_TAGS:
            raise Invalid("project.too_many_tags", f"A project may have at most {MAX_TAGS} tags: remove some.")
        if after.is_enabled and not before.is_enabled and not all(each.is_enabled for each in self.parents(after)):
            raise Forbidden(
                "project.parent_disabled", f"Cannot enable the project {after.id} since one above it is disabled."
            )
        if (
            before.is_enabled
            and not after.is_enabled
            and not before.is_domain
            and any(each.is_enabled for each in self._store.projects.below(before))
        ):
            raise Forbidden(
                "project.subtree_enabled",
                f"Cannot disable the project {after.id} since its subtree contains enabled projects: "
                "disable those first.",
            )


def remove_projects(parts: Parts, project_ids: list[ProjectId]) -> None:
    """What belongs to the projects in identity, and the news of their end; the rows themselves stay."""
    store = parts.store
    store.assignments.remove_on_targets(project_ids)
    credentials = store.credentials.table
    store.credentials.remove_where(credentials.c.project_id.in_(project_ids))
    for project_id in project_ids:
        store.users.forget_default_project(project_id)
        parts.bus.publish(ProjectDeleted(project_id))

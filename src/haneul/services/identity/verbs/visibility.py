"""Which projects see which endpoints: chosen singly, or by groups of endpoints (OS-EP-FILTER)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from haneul.kit.errors import NotFound
from haneul.kit.ids import new_hex
from haneul.kit.policy import Caller
from haneul.services.identity.model import EVERYTHING, Endpoint, EndpointGroup, Listing, Project
from haneul.services.identity.parts import Parts


class EndpointGroups:
    def __init__(self, parts: Parts) -> None:
        self._policy = parts.policy
        self._store = parts.store

    def get(self, caller: Caller, group_id: str, rule: str = "identity:get_endpoint_group") -> EndpointGroup:
        self._policy.require(caller, rule)
        return self._store.endpoint_groups.get(group_id)

    def create(self, caller: Caller, new: EndpointGroup) -> EndpointGroup:
        self._policy.require(caller, "identity:create_endpoint_group")
        with self._store.changing():
            return self._store.endpoint_groups.add(replace(new, id=new_hex()))

    def update(self, caller: Caller, group_id: str, changes: Mapping[str, Any]) -> EndpointGroup:
        """`changes`: any of name, description, filters."""
        with self._store.changing():
            group = self.get(caller, group_id, "identity:update_endpoint_group")
            return self._store.endpoint_groups.change(replace(group, **changes))

    def delete(self, caller: Caller, group_id: str) -> None:
        with self._store.changing():
            group = self.get(caller, group_id, "identity:delete_endpoint_group")
            self._store.endpoint_groups.remove(group.id)

    def endpoints(self, caller: Caller, group_id: str) -> Sequence[Endpoint]:
        group = self.get(caller, group_id, "identity:list_endpoints_associated_with_endpoint_group")
        return [each for each in self._store.endpoints.all() if group.holds(each)]

    def projects(self, caller: Caller, group_id: str) -> Sequence[Project]:
        group = self.get(caller, group_id, "identity:list_projects_associated_with_endpoint_group")
        return list(self._store.projects.find_many(self._store.visibility.projects_of_group(group.id)).values())

    def of_project(self, caller: Caller, project_id: str) -> Sequence[EndpointGroup]:
        self._policy.require(caller, "identity:list_endpoint_groups_for_project")
        self._store.projects.get(project_id)
        return list(self._store.endpoint_groups.find_many(self._store.visibility.group_ids(project_id)).values())

    def show(self, caller: Caller, group_id: str, project_id: str) -> None:
        """Let the project see the group's endpoints."""
        with self._store.changing():
            group = self.get(caller, group_id, "identity:add_endpoint_group_to_project")
            self._store.projects.get(project_id)
            self._store.visibility.show_group(project_id, group.id)

    def require_shown(self, caller: Caller, group_id: str, project_id: str) -> EndpointGroup:
        """NotFound unless the project was given the group."""
        return self._shown(caller, group_id, project_id, "identity:get_endpoint_group_in_project")

    def hide(self, caller: Caller, group_id: str, project_id: str) -> None:
        with self._store.changing():
            group = self._shown(caller, group_id, project_id, "identity:remove_endpoint_group_from_project")
            self._store.visibility.hide_group(project_id, group.id)

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[EndpointGroup]:
        self._policy.require(caller, "identity:list_endpoint_groups")
        return self._store.endpoint_groups.page(listing)

    def _shown(self, caller: Caller, group_id: str, project_id: str, rule: str) -> EndpointGroup:
        group = self.get(caller, group_id, rule)
        self._store.projects.get(project_id)
        if group.id not in self._store.visibility.group_ids(project_id):
            raise NotFound("endpoint_group.not_shown", f"The endpoint group {group_id} is not in project {project_id}.")
        return group


class EndpointFilter:
    """Single endpoints chosen for projects."""

    def __init__(self, parts: Parts) -> None:
        self._policy = parts.policy
        self._store = parts.store

    def endpoints(self, caller: Caller, project_id: str) -> list[Endpoint]:
        """Those chosen for the project, singly or by group."""
        self._policy.require(caller, "identity:list_endpoints_for_project")
        self._store.projects.get(project_id)
        chosen = set(self._store.visibility.endpoint_ids(project_id))
        groups = self._store.endpoint_groups.find_many(self._store.visibility.group_ids(project_id)).values()
        return [
            each
            for each in self._store.endpoints.all()
            if each.id in chosen or any(group.holds(each) for group in groups)
        ]

    def projects(self, caller: Caller, endpoint_id: str) -> list[Project]:
        self._policy.require(caller, "identity:list_projects_for_endpoint")
        self._store.endpoints.get(endpoint_id)
        return list(self._store.projects.find_many(self._store.visibility.projects_of_endpoint(endpoint_id)).values())

    def show(self, caller: Caller, project_id: str, endpoint_id: str) -> None:
        with self._store.changing():
            self._require_both(caller, project_id, endpoint_id, "identity:add_endpoint_to_project")
            self._store.visibility.show_endpoint(project_id, endpoint_id)

    def require_shown(self, caller: Caller, project_id: str, endpoint_id: str) -> None:
        """NotFound unless the endpoint was chosen for the project."""
        self._require_both(caller, project_id, endpoint_id, "identity:check_endpoint_in_project")
        self._require_chosen(project_id, endpoint_id)

    def hide(self, caller: Caller, project_id: str, endpoint_id: str) -> None:
        with self._store.changing():
            self._require_both(caller, project_id, endpoint_id, "identity:remove_endpoint_from_project")
            self._require_chosen(project_id, endpoint_id)
            self._store.visibility.hide_endpoint(project_id, endpoint_id)

    def _require_both(self, caller: Caller, project_id: str, endpoint_id: str, rule: str) -> None:
        self._policy.require(caller, rule)
        self._store.projects.get(project_id)
        self._store.endpoints.get(endpoint_id)

    def _require_chosen(self, project_id: str, endpoint_id: str) -> None:
        if endpoint_id not in self._store.visibility.endpoint_ids(project_id):
            raise NotFound("endpoint.not_shown", f"The endpoint {endpoint_id} is not in project {project_id}.")

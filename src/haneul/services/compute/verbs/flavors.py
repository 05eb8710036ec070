"""Flavors: which sizes there are, who may use them, and what is special about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.paging import Page
from haneul.kit.policy import Caller
from haneul.services.compute.model import Flavor
from haneul.services.compute.parts import Parts
from haneul.services.compute.store import FlavorFilter


class Flavors:
    """Seen by everybody if public, otherwise by the projects that were given access."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._store = parts.store.flavors

    def create(self, caller: Caller, flavor: Flavor) -> Flavor:
        """An empty id becomes a UUID. Raises Conflict("flavor.exists")."""
        self._require(caller, "os-flavor-manage:create")
        made = flavor if flavor.id else replace(flavor, id=new_uuid())
        with self._parts.db.write():
            self._store.add(made)
            self._store.set_specs(made.id, made.extra_specs)
        return made

    def get(self, caller: Caller, flavor_id: str) -> Flavor:
        """Raises NotFound("flavor.absent"), also for one that the caller's project may not use."""
        found = self._store.find(flavor_id)
        if found is None or not self._sees(caller, found):
            raise NotFound("flavor.absent", f"Flavor {flavor_id} could not be found.")
        return found

    def list(self, caller: Caller, wanted: FlavorFilter, page: Page) -> Sequence[Flavor]:
        """Others than the administrator get what their project may use, whatever they ask for.

        Raises Invalid("page.marker").
        """
        if not caller.is_admin:
            wanted = replace(wanted, is_public=None, project_id=caller.project_id)
        marker = None
        if page.marker is not None:
            marker = self._store.find(page.marker)
            if marker is None or not self._sees(caller, marker):
                raise Invalid("page.marker", f"marker [{page.marker}] not found")
        return self._store.list(wanted, page, marker)

    def describe(self, caller: Caller, flavor_id: str, description: str | None) -> Flavor:
        self._require(caller, "os-flavor-manage:update")
        with self._parts.db.write():
            flavor = self.get(caller, flavor_id)
            self._store.describe(flavor_id, description)
            return replace(flavor, description=description)

    def remove(self, caller: Caller, flavor_id: str) -> None:
        """Servers of it keep their size. Raises NotFound("flavor.absent")."""
        self._require(caller, "os-flavor-manage:delete")
        if not self._store.remove(flavor_id):
            raise NotFound("flavor.absent", f"Flavor {flavor_id} could not be found.")

    # Extra specs: what is special about a flavor.

    def specs(self, caller: Caller, flavor_id: str, action: str = "index") -> Mapping[str, str]:
        self._require(caller, f"os-flavor-extra-specs:{action}")
        return self.get(caller, flavor_id).extra_specs

    def get_spec(self, caller: Caller, flavor_id: str, key: str) -> str:
        """Raises NotFound("flavor.no_spec")."""
        specs = self.specs(caller, flavor_id, "show")
        if key not in specs:
            raise _no_spec(flavor_id, key)
        return specs[key]

    def set_specs(self, caller: Caller, flavor_id: str, specs: Mapping[str, str], action: str = "create") -> None:
        """Add these or replace those of the same keys; `action`: create or update, as policy names it."""
        self._require(caller, f"os-flavor-extra-specs:{action}")
        with self._parts.db.write():
            self.get(caller, flavor_id)
            self._store.set_specs(flavor_id, specs)

    def remove_spec(self, caller: Caller, flavor_id: str, key: str) -> None:
        """Raises NotFound("flavor.no_spec")."""
        self._require(caller, "os-flavor-extra-specs:delete")
        self.get(caller, flavor_id)
        if not self._store.remove_spec(flavor_id, key):
            raise _no_spec(flavor_id, key)

    # Access: who may use a flavor that is not public.

    def list_access(self, caller: Caller, flavor_id: str) -> Sequence[str]:
        """The projects' ids. Raises NotFound("flavor.public") for one that all may use."""
        self._require(caller, "os-flavor-access")
        if self.get(caller, flavor_id).is_public:
            raise NotFound("flavor.public", "Access list not available for public flavors.")
        return self._store.list_access(flavor_id)

    def add_access(self, caller: Caller, flavor_id: str, project_id: str) -> Sequence[str]:
        """Raises Conflict("flavor.public") and Conflict("flavor.access_exists")."""
        self._require(caller, "os-flavor-access:add_tenant_access")
        with self._parts.db.write():
            if self.get(caller, flavor_id).is_public:
                raise Conflict("flavor.public", "Can not add access to a public flavor.")
            if project_id in self._store.list_access(flavor_id):
                raise Conflict(
                    "flavor.access_exists", f"Flavor access already exists for flavor {flavor_id} and {project_id}."
                )
            self._store.add_access(flavor_id, project_id)
            return self._store.list_access(flavor_id)

    def remove_access(self, caller: Caller, flavor_id: str, project_id: str) -> Sequence[str]:
        """Raises NotFound("flavor.no_access")."""
        self._require(caller, "os-flavor-access:remove_tenant_access")
        with self._parts.db.write():
            self.get(caller, flavor_id)
            if not self._store.remove_access(flavor_id, project_id):
                raise NotFound(
                    "flavor.no_access", f"Flavor access not found for {flavor_id} / {project_id} combination."
                )
            return self._store.list_access(flavor_id)

    def _sees(self, caller: Caller, flavor: Flavor) -> bool:
        return flavor.is_public or caller.is_admin or caller.project_id in self._store.list_access(flavor.id)

    def _require(self, caller: Caller, rule: str) -> None:
        self._parts.policy.require(caller, f"os_compute_api:{rule}", {"project_id": caller.project_id})


def _no_spec(flavor_id: str, key: str) -> NotFound:
    return NotFound("flavor.no_spec", f"Flavor {flavor_id} has no extra specs with key {key}.")

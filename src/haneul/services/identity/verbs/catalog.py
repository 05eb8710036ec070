"""Where the APIs are: regions, services, endpoints, and what of them a token shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from haneul.kit.errors import Conflict, Forbidden, Invalid
from haneul.kit.ids import new_hex
from haneul.kit.policy import Caller
from haneul.services.identity.model import (
    EVERYTHING,
    CatalogEntry,
    Endpoint,
    EndpointId,
    Listing,
    Region,
    RegionId,
    Service,
    ServiceId,
    Token,
)
from haneul.services.identity.parts import Parts
from haneul.services.identity.store import IdentityStore

_CIRCLE = "A region cannot be below itself: choose another parent region."


class Regions:
    def __init__(self, parts: Parts) -> None:
        self._policy = parts.policy
        self._store = parts.store

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[Region]:
        self._policy.require(caller, "identity:list_regions")
        return self._store.regions.page(listing)

    def get(self, caller: Caller, region_id: str) -> Region:
        self._policy.require(caller, "identity:get_region")
        return self._store.regions.get(region_id)

    def create(self, caller: Caller, new: Region) -> Region:
        """`new.id` may be empty: then it is chosen. Conflict if there is one with this id."""
        self._policy.require(caller, "identity:create_region")
        region = new if new.id else replace(new, id=RegionId(new_hex()))
        self._require_parent(region)
        with self._store.changing():
            return self._store.regions.add(region)

    def update(self, caller: Caller, region_id: str, changes: Mapping[str, Any]) -> Region:
        """`changes`: any of description, parent_region_id, extra."""
        self._policy.require(caller, "identity:update_region")
        with self._store.changing():
            region = replace(self._store.regions.get(region_id), **changes)
            self._require_parent(region)
            return self._store.regions.change(region)

    def delete(self, caller: Caller, region_id: str) -> None:
        """With all regions below it; Conflict while an endpoint or a limit is in one of them."""
        self._policy.require(caller, "identity:delete_region")
        with self._store.changing():
            self._store.regions.get(region_id)
            doomed = self._with_children(region_id)
            for rows in (self._store.endpoints, self._store.registered_limits, self._store.limits):
                if rows.exists(rows.table.c.region_id.in_(doomed)):
                    raise Conflict(
                        "region.in_use",
                        f"The region {region_id} or one below it still has an {rows.word.replace('_', ' ')}: "
                        "delete or move that first.",
                    )
            for each in reversed(doomed):
                self._store.regions.remove(each)

    def _with_children(self, region_id: str) -> Sequence[str]:
        """The parents before their children."""
        found = [region_id]
        everything = self._store.regions.all()
        for parent in found:
            found.extend(each.id for each in everything if each.parent_region_id == parent)
        return found

    def _require_parent(self, region: Region) -> None:
        parent = region.parent_region_id
        while parent:
            if parent == region.id:
                raise Invalid("region.circle", _CIRCLE)
            above = self._store.regions.get(parent)
            parent = above.parent_region_id


class Services:
    def __init__(self, parts: Parts) -> None:
        self._policy = parts.policy
        self._store = parts.store

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[Service]:
        self._policy.require(caller, "identity:list_services")
        return self._store.services.page(listing)

    def get(self, caller: Caller, service_id: str) -> Service:
        self._policy.require(caller, "identity:get_service")
        return self._store.services.get(service_id)

    def create(self, caller: Caller, new: Service) -> Service:
        self._policy.require(caller, "identity:create_service")
        with self._store.changing():
            return self._store.services.add(replace(new, id=ServiceId(new_hex())))

    def update(self, caller: Caller, service_id: str, changes: Mapping[str, Any]) -> Service:
        """`changes`: any of type, name, description, is_enabled, extra."""
        self._policy.require(caller, "identity:update_service")
        with self._store.changing():
            return self._store.services.change(replace(self._store.services.get(service_id), **changes))

    def delete(self, caller: Caller, service_id: str) -> None:
        """With its endpoints; Conflict while limits are registered for it."""
        self._policy.require(caller, "identity:delete_service")
        with self._store.changing():
            self._store.services.get(service_id)
            limits = self._store.registered_limits
            if limits.exists(limits.table.c.service_id == service_id):
                raise Conflict("service.has_limits", "Limits are registered for the service: delete them first.")
            self._store.services.remove(service_id)


class Endpoints:
    def __init__(self, parts: Parts) -> None:
        self._policy = parts.policy
        self._store = parts.store

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[Endpoint]:
        self._policy.require(caller, "identity:list_endpoints")
        return self._store.endpoints.page(listing)

    def get(self, caller: Caller, endpoint_id: str) -> Endpoint:
        self._policy.require(caller, "identity:get_endpoint")
        return self._store.endpoints.get(endpoint_id)

    def create(self, caller: Caller, new: Endpoint, *, makes_region: bool = False) -> Endpoint:
        """Invalid if its service or region does not exist; with `makes_region` a missing region is made."""
        self._policy.require(caller, "identity:create_endpoint")
        with self._store.changing():
            self._require_places(new, makes_region)
            return self._store.endpoints.add(replace(new, id=EndpointId(new_hex())))

    def update(
        self, caller: Caller, endpoint_id: str, changes: Mapping[str, Any], *, makes_region: bool = False
    ) -> Endpoint:
        """`changes`: any of service_id, interface, url, region_id, is_enabled, extra."""
        self._policy.require(caller, "identity:update_endpoint")
        with self._store.changing():
            endpoint = replace(self._store.endpoints.get(endpoint_id), **changes)
            self._require_places(endpoint, makes_region)
            return self._store.endpoints.change(endpoint)

    def delete(self, caller: Caller, endpoint_id: str) -> None:
        self._policy.require(caller, "identity:delete_endpoint")
        with self._store.changing():
            self._store.endpoints.get(endpoint_id)
            self._store.endpoints.remove(endpoint_id)

    def _require_places(self, endpoint: Endpoint, makes_region: bool) -> None:
        require_url(endpoint.url)
        if self._store.services.find(endpoint.service_id) is None:
            raise Invalid("endpoint.service", f"Could not find service: {endpoint.service_id}. Create it first.")
        if endpoint.region_id is None or self._store.regions.find(endpoint.region_id) is not None:
            return
        if not makes_region:
            raise Invalid("endpoint.region", f"Could not find region: {endpoint.region_id}. Create it first.")
        self._store.regions.add(Region(endpoint.region_id))


@dataclass(frozen=True)
class _Known:
    """Everything enabled, as it was while the version had this number."""

    number: int
    services: tuple[Service, ...]
    endpoints: tuple[Endpoint, ...]
    visible_by_project: dict[str, list[Endpoint]] = field(default_factory=dict)


class Catalog:
    """What of the catalogue a token shows."""

    def __init__(self, parts: Parts) -> None:
        self._store: IdentityStore = parts.store
        self._known: _Known | None = None

    def of(self, token: Token) -> tuple[CatalogEntry, ...]:
        """Every service, with the endpoints that the token's scope may see; Forbidden for an unscoped token."""
        if token.claims.is_unscoped:
            raise Forbidden("catalog.unscoped", "An unscoped token has no catalogue: sign in to a project.")
        known = self._everything()
        project_id = token.project.id if token.project else ""
        endpoints = self._visible(known, project_id) if project_id else known.endpoints
        values = {"project_id": project_id, "tenant_id": project_id, "user_id": token.user.id}
        by_service: dict[str, list[Endpoint]] = {service.id: [] for service in known.services}
        for endpoint in endpoints:
            there = _filled(endpoint, values)
            if endpoint.service_id in by_service and there is not None:
                by_service[endpoint.service_id].append(there)
        return tuple(CatalogEntry(service, tuple(by_service[service.id])) for service in known.services)

    def _everything(self) -> _Known:
        number = self._store.version.number()
        if self._known is None or self._known.number != number:
            with self._store.db.read():
                services = (each for each in self._store.services.all() if each.is_enabled)
                endpoints = (each for each in self._store.endpoints.all() if each.is_enabled)
                self._known = _Known(number, tuple(services), tuple(endpoints))
        return self._known

    def _visible(self, known: _Known, project_id: str) -> list[Endpoint]:
        """All, unless endpoints or groups of them were chosen for the project."""
        if project_id not in known.visible_by_project:
            with self._store.db.read():
                chosen = set(self._store.visibility.endpoint_ids(project_id))
                groups = self._store.endpoint_groups.find_many(self._store.visibility.group_ids(project_id)).values()
            known.visible_by_project[project_id] = [
                each
                for each in known.endpoints
                if not (chosen or groups) or each.id in chosen or any(group.holds(each) for group in groups)
            ]
        return known.visible_by_project[project_id]


_NAMES = ("project_id", "tenant_id", "user_id")


def _filled(endpoint: Endpoint, values: Mapping[str, str]) -> Endpoint | None:
    """The endpoint as it is for these values; None if it needs one that there is none of."""
    if "(" not in endpoint.url:
        return endpoint
    url = fill(endpoint.url, values)
    return None if url is None else replace(endpoint, url=url)


def fill(url: str, values: Mapping[str, str]) -> str | None:
    """The URL with $(name)s or %(name)s filled in; None if it needs a value that there is none of."""
    for name in _NAMES:
        for mark in (f"$({name})s", f"%({name})s"):
            if mark in url:
                if not values[name]:
                    return None
                url = url.replace(mark, values[name])
    return url


def require_url(url: str) -> None:
    """Invalid if something other than the known names is to be filled in."""
    bare = fill(url, dict.fromkeys(_NAMES, "x")) or ""
    if "$(" in bare or "%(" in bare:
        raise Invalid(
            "endpoint.url",
            f"The URL {url} is malformed: only $(project_id)s, $(tenant_id)s and $(user_id)s are filled in.",
        )

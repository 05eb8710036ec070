"""The first of everything, so that somebody can sign in and find the APIs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from haneul.kit import passwords
from haneul.kit.ids import new_hex
from haneul.services.identity.model import (
    DEFAULT_DOMAIN,
    SYSTEM,
    Assignment,
    Endpoint,
    EndpointId,
    Project,
    ProjectId,
    Region,
    RegionId,
    Role,
    RoleId,
    Service,
    ServiceId,
    User,
    UserId,
)
from haneul.services.identity.parts import Parts
from haneul.services.identity.verbs.password_rules import new_password

ROLES = ("admin", "manager", "member", "reader", "service")
IMPLIED = (("admin", "manager"), ("manager", "member"), ("member", "reader"))
INTERFACES = ("public", "internal", "admin")
APIS = (
    ("identity", "keystone", "/identity"),
    ("image", "glance", "/image"),
    ("compute", "nova", "/compute/v2.1"),
    ("network", "neutron", "/network"),
    ("block-storage", "cinder", "/volume/v3"),
    ("volumev3", "cinderv3", "/volume/v3/$(project_id)s"),
    ("placement", "placement", "/placement"),
)
"""Service type, name and path of every API that the cloud serves."""


class Bootstrap:
    """What must exist; may be repeated, and then changes only what differs."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._store = parts.store

    def __call__(self, admin_password: str, public_url: str, region: str, written_at: datetime | None = None) -> None:
        """Domain `default`, projects admin and service, user admin, roles, the catalogue.

        The password counts if admin has none, or if it was written down after admin got the one that counts now:
        a restart does not bring back an old password, and a new one in the file is the way back in.
        """
        is_news = self._is_news(written_at)
        new_hash = passwords.hash_password(admin_password) if is_news else None
        with self._store.changing():
            self._ensure_domain()
            project = self._ensure_project("admin", "The operators' own project.")
            self._ensure_project("service", "What the cloud itself owns.")
            roles = {name: self._ensure_role(name) for name in ROLES}
            self._ensure_implied(roles)
            admin = self._ensure_admin(project.id, new_hash)
            role_id = roles["admin"].id
            self._store.assignments.add(Assignment("user", admin.id, "project", project.id, role_id))
            self._store.assignments.add(Assignment("user", admin.id, "system", SYSTEM, role_id))
            self._ensure_catalog(public_url, RegionId(region))

    def _is_news(self, written_at: datetime | None) -> bool:
        admin = self._store.users.find_by_name("admin", DEFAULT_DOMAIN)
        newest = self._store.passwords.newest(admin.id) if admin else []
        return not newest or (written_at is not None and written_at > newest[0].created_at)

    def _ensure_domain(self) -> None:
        if self._store.projects.find(DEFAULT_DOMAIN) is None:
            self._store.projects.add(
                Project(
                    id=DEFAULT_DOMAIN,
                    name="Default",
                    domain_id=None,
                    parent_id=None,
                    path=DEFAULT_DOMAIN,
                    description="The default domain",
                    is_domain=True,
                )
            )

    def _ensure_project(self, name: str, description: str) -> Project:
        found = self._store.projects.find_by_name(name, DEFAULT_DOMAIN)
        if found is not None:
            return found
        project_id = ProjectId(new_hex())
        return self._store.projects.add(
            Project(
                id=project_id,
                name=name,
                domain_id=DEFAULT_DOMAIN,
                parent_id=DEFAULT_DOMAIN,
                path=f"{DEFAULT_DOMAIN}/{project_id}",
                description=description,
            )
        )

    def _ensure_role(self, name: str) -> Role:
        found = self._store.roles.find_by_name(name)
        return found or self._store.roles.add(Role(RoleId(new_hex()), name, options={"immutable": True}))

    def _ensure_implied(self, roles: dict[str, Role]) -> None:
        present = self._store.roles.implications()
        for prior, implied in IMPLIED:
            if roles[implied].id not in present.get(roles[prior].id, []):
                self._store.roles.imply(roles[prior].id, roles[implied].id)

    def _ensure_admin(self, project_id: ProjectId, new_hash: str | None) -> User:
        admin = self._store.users.find_by_name("admin", DEFAULT_DOMAIN)
        if admin is None:
            admin = self._store.users.add(
                User(UserId(new_hex()), "admin", DEFAULT_DOMAIN, default_project_id=project_id)
            )
        if new_hash is not None:
            self._store.passwords.push(new_password(self._parts, admin, new_hash, is_self_chosen=True), keep=0)
            self._store.users.void_tokens(admin.id)
        return admin

    def _ensure_catalog(self, public_url: str, region: RegionId) -> None:
        if self._store.regions.find(region) is None:
            self._store.regions.add(Region(region))
        services = {service.type: service for service in self._store.services.all()}
        endpoints = {
            (endpoint.service_id, endpoint.interface, endpoint.region_id): endpoint
            for endpoint in self._store.endpoints.all()
        }
        for kind, name, path in APIS:
            service = services.get(kind) or self._store.services.add(Service(ServiceId(new_hex()), kind, name))
            for interface in INTERFACES:
                self._ensure_endpoint(
                    endpoints.get((service.id, interface, region)),
                    Endpoint(EndpointId(new_hex()), service.id, interface, public_url + path, region),
                )

    def _ensure_endpoint(self, present: Endpoint | None, wanted: Endpoint) -> None:
        if present is None:
            self._store.endpoints.add(wanted)
        elif present.url != wanted.url:
            self._store.endpoints.change(replace(present, url=wanted.url))

"""Volume types: what administrators offer, and which of them a caller gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.paging import Page
from haneul.kit.policy import Caller
from haneul.services.volume.model import DEFAULT_TYPE, DefaultType, Encryption, VolumeType
from haneul.services.volume.parts import Parts
from haneul.services.volume.store import VolumeStore, Wanted
from haneul.services.volume.verbs.base import EVERYTHING, NEWEST_FIRST, ListWish, Verbs

_VISIBLE_SPECS = ("RESKEY:availability_zones", "multiattach", "replication_enabled")
"""Extra specs that are told to everybody."""


@dataclass(frozen=True)
class TypeView:
    type: VolumeType
    extra_specs: Mapping[str, str] | None
    """As much of them as the caller may see."""
    shows_qos: bool = False


def visible_type(store: VolumeStore, caller: Caller, name: str) -> VolumeType:
    """The type by its id or name. Raises NotFound("volume_type.absent") also for one that is not the caller's."""
    found = store.types.find(name) or store.types.find_by(name=name)
    if found is None or not (caller.is_admin or found.id in store.types.visible_ids(caller.project_id)):
        raise store.types.absent(name)
    return found


def chosen_type(store: VolumeStore, caller: Caller, name: str) -> VolumeType:
    """The type asked for; with an empty name the project's default, or that of all."""
    if name:
        return visible_type(store, caller, name)
    for default in store.types.defaults(caller.project_id):
        return store.types.get(default.type_id)
    return visible_type(store, caller, DEFAULT_TYPE)


def ensure_default_type(parts: Parts) -> None:
    """There is one type at least; may be repeated."""
    with parts.db.write():
        if parts.store.types.find_by(name=DEFAULT_TYPE) is None:
            now = parts.clock.now()
            parts.store.types.add(VolumeType(new_uuid(), DEFAULT_TYPE, now, now, "Default Volume Type"))


class Types(Verbs):
    def list(
        self,
        caller: Caller,
        wish: ListWish = EVERYTHING,
        is_public: bool | None = True,
        specs: Mapping[str, str] | None = None,
    ) -> Sequence[TypeView]:
        """Those in sight. Administrators say with `is_public` which: None for all."""
        self._require(caller, "volume_extension:type_get_all")
        equals: dict[str, Any] = dict(wish.equals)
        if not caller.is_admin:
            equals["id"] = tuple(sorted(self._store.types.visible_ids(caller.project_id)))
        elif is_public is not None:
            equals["is_public"] = is_public
        page = Page(wish.page.limit, wish.page.marker, wish.page.sort or NEWEST_FIRST)
        found = self._store.types.list(Wanted(equals), page, wish.offset)
        wanted = (specs or {}).items()
        return [self._view(caller, kind) for kind in found if wanted <= kind.extra_specs.items()]

    def get(self, caller: Caller, type_id: str) -> TypeView:
        self._require(caller, "volume_extension:type_get")
        found = self._store.types.find(type_id)
        if found is None or not (caller.is_admin or found.id in self._store.types.visible_ids(caller.project_id)):
            raise self._store.types.absent(type_id)
        return self._view(caller, found)

    def default(self, caller: Caller) -> TypeView:
        """What a volume gets when nobody says otherwise."""
        self._require(caller, "volume_extension:type_get")
        return self._view(caller, chosen_type(self._store, caller, ""))

    def create(self, caller: Caller, new: VolumeType) -> TypeView:
        """`new.id` and its times are filled in. Raises Conflict("volume_type.exists")."""
        self._require(caller, "volume_extension:type_create")
        now = self._parts.clock.now()
        kind = replace(new, id=new_uuid(), created_at=now, updated_at=now)
        with self._parts.db.write():
            self._require_free(kind.name)
            self._store.types.add(kind)
        return self._view(caller, kind)

    def update(self, caller: Caller, type_id: str, changes: Mapping[str, Any]) -> TypeView:
        """`changes`: name, description, is_public."""
        self._require(caller, "volume_extension:type_update")
        with self._parts.db.write():
            kind = self._store.types.get(type_id)
            if "name" in changes and changes["name"] != kind.name:
                self._require_free(changes["name"])
            self._store.types.change(type_id, updated_at=self._parts.clock.now(), **changes)
        return self._view(caller, self._store.types.get(type_id))

    def delete(self, caller: Caller, type_id: str) -> None:
        """Raises Conflict("volume_type.in_use")."""
        self._require(caller, "volume_extension:type_delete")
        with self._parts.db.write():
            kind = self._store.types.get(type_id)
            if self._store.types.is_used(type_id):
                raise Conflict("volume_type.in_use", f"Volume type {kind.name} has volumes: delete or retype them.")
            if kind.name == DEFAULT_TYPE:
                message = f"Volume type {kind.name} is everybody's default and cannot be deleted: leave it."
                raise Conflict("volume_type.is_default", message)
            self._store.types.remove(type_id)

    def _require_free(self, name: str) -> None:
        if self._store.types.find_by(name=name) is not None:
            raise Conflict("volume_type.exists", f"Volume Type {name} already exists: choose another name.")

    def _view(self, caller: Caller, kind: VolumeType) -> TypeView:
        specs: Mapping[str, str] | None = kind.extra_specs
        if not self._may(caller, "volume_extension:types_extra_specs:read_sensitive", caller.project_id):
            specs = {name: value for name, value in kind.extra_specs.items() if name in _VISIBLE_SPECS}
        if not self._may(caller, "volume_extension:access_types_extra_specs", caller.project_id):
            specs = None
        return TypeView(kind, specs, self._may(caller, "volume_extension:access_types_qos_specs_id", caller.project_id))

    # Extra specs

    def extra_specs(self, caller: Caller, type_id: str) -> Mapping[str, str]:
        self._require(caller, "volume_extension:types_extra_specs:index")
        return self.get(caller, type_id).extra_specs or {}

    def extra_spec(self, caller: Caller, type_id: str, key: str) -> str:
        """Raises NotFound("volume_type.no_spec")."""
        self._require(caller, "volume_extension:types_extra_specs:show")
        return self._spec(self.get(caller, type_id).extra_specs or {}, type_id, key)

    def set_extra_specs(self, caller: Caller, type_id: str, specs: Mapping[str, str], rule: str = "create") -> None:
        """Add to them."""
        self._require(caller, f"volume_extension:types_extra_specs:{rule}")
        with self._parts.db.write():
            kind = self._store.types.get(type_id)
            if any(
                not 0 < len(key) <= 255 or ("multiattach" in key and self._store.types.is_used(type_id))
                for key in specs
            ):
                message = f"Volume Type {kind.name} has volumes, or a key is empty: neither may be."
                raise Invalid("volume_type.bad_spec", message)
            merged = {**kind.extra_specs, **specs}
            self._store.types.change(type_id, extra_specs=merged, updated_at=self._parts.clock.now())

    def remove_extra_spec(self, caller: Caller, type_id: str, key: str) -> None:
        """Raises NotFound("volume_type.no_spec")."""
        self._require(caller, "volume_extension:types_extra_specs:delete")
        with self._parts.db.write():
            kind = self._store.types.get(type_id)
            self._spec(kind.extra_specs, type_id, key)
            kept = {name: value for name, value in kind.extra_specs.items() if name != key}
            self._store.types.change(type_id, extra_specs=kept, updated_at=self._parts.clock.now())

    def _spec(self, specs: Mapping[str, str], type_id: str, key: str) -> str:
        if key not in specs:
            raise NotFound("volume_type.no_spec", f"Volume Type {type_id} has no extra specs with key {key}.")
        return specs[key]

    # Who may use it

    def projects(self, caller: Caller, type_id: str) -> Sequence[str]:
        """Raises NotFound("volume_type.public") for a public type."""
        self._require(caller, "volume_extension:volume_type_access:get_all_for_type")
        return self._store.types.projects(self._private(type_id).id)

    def open_to(self, caller: Caller, type_id: str, project_id: str) -> None:
        """Raises Conflict for a type that is open to the project, or to all."""
        self._require(caller, "volume_extension:volume_type_access:addProjectAccess")
        with self._parts.db.write():
            kind = self._store.types.get(type_id)
            if kind.is_public or project_id in self._store.types.projects(type_id):
                message = f"Volume type {kind.name} is open to project {project_id} already: nothing is to be done."
                raise Conflict("volume_type.open", message)
            self._store.types.open_to(type_id, project_id)

    def close_to(self, caller: Caller, type_id: str, project_id: str) -> None:
        """Raises NotFound("volume_type.not_open"), Conflict for a public type."""
        self._require(caller, "volume_extension:volume_type_access:removeProjectAccess")
        with self._parts.db.write():
            kind = self._store.types.get(type_id)
            if kind.is_public:
                raise Conflict("volume_type.open", f"Volume type {kind.name} is public: it cannot be closed to one.")
            if project_id not in self._store.types.projects(type_id):
                message = f"Volume type access not found for {type_id} / {project_id} combination."
                raise NotFound("volume_type.not_open", message)
            self._store.types.close_to(type_id, project_id)

    def _private(self, type_id: str) -> VolumeType:
        kind = self._store.types.get(type_id)
        if kind.is_public:
            message = f"Access list not available for public volume type {kind.name}: everybody may use it."
            raise NotFound("volume_type.public", message)
        return kind

    # Encryption

    def encryption(self, caller: Caller, type_id: str) -> Encryption | None:
        self._require(caller, "volume_extension:volume_type_encryption:get")
        return self._store.types.get(type_id).encryption

    def set_encryption(self, caller: Caller, type_id: str, wanted: Encryption, *, is_new: bool) -> Encryption:
        """Raises Conflict while the type has volumes, or has encryption already."""
        self._require(caller, f"volume_extension:volume_type_encryption:{'create' if is_new else 'update'}")
        with self._parts.db.write():
            kind = self._store.types.get(type_id)
            if is_new and kind.encryption is not None:
                message = f"Volume type encryption for type {type_id} already exists: update it."
                raise Conflict("volume_type.has_encryption", message)
            if not is_new and kind.encryption is None:
                raise NotFound(
                    "volume_type.no_encryption", f"Volume type encryption for type {type_id} does not exist."
                )
            self._require_unused(kind)
            old = kind.encryption or Encryption(new_uuid(), "", "", created_at=self._now())
            made = replace(wanted, id=old.id, created_at=old.created_at)
            self._store.types.change(type_id, encryption=made)
        return made

    def _now(self) -> str:
        return self._parts.clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")

    def remove_encryption(self, caller: Caller, type_id: str) -> None:
        self._require(caller, "volume_extension:volume_type_encryption:delete")
        with self._parts.db.write():
            kind = self._store.types.get(type_id)
            if kind.encryption is None:
                raise NotFound(
                    "volume_type.no_encryption", f"Volume type encryption for type {type_id} does not exist."
                )
            self._require_unused(kind)
            self._store.types.change(type_id, encryption=None)

    def _require_unused(self, kind: VolumeType) -> None:
        if self._store.types.is_used(kind.id):
            message = f"Cannot change the encryption of volume type {kind.name}: it has volumes. Make another type."
            raise Conflict("volume_type.in_use", message)

    # Defaults of projects

    def defaults(self, caller: Caller) -> Sequence[DefaultType]:
        self._require(caller, "volume_extension:default_get_all")
        return self._store.types.defaults()

    def default_of(self, caller: Caller, project_id: str) -> DefaultType:
        """Raises NotFound("volume_type.no_default")."""
        self._require(caller, "volume_extension:default_get", project_id)
        for found in self._store.types.defaults(project_id):
            return found
        raise NotFound("volume_type.no_default", f"Default type for project {project_id} not found.")

    def set_default(self, caller: Caller, project_id: str, type_name: str) -> DefaultType:
        self._require(caller, "volume_extension:default_set_or_update", project_id)
        with self._parts.db.write():
            kind = visible_type(self._store, caller, type_name)
            self._store.types.set_default(project_id, kind.id)
        return DefaultType(project_id, kind.id)

    def unset_default(self, caller: Caller, project_id: str) -> None:
        self._require(caller, "volume_extension:default_unset", project_id)
        self._store.types.set_default(project_id, None)

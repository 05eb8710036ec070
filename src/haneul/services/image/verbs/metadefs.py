"""What a caller may ask of definitions of metadata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from haneul.kit.errors import Conflict, Forbidden, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.paging import Page
from haneul.kit.policy import Caller
from haneul.services.image.model import (
    Association,
    Definition,
    DefinitionKind,
    Namespace,
    NamespaceContent,
    NamespaceFilter,
    NamespaceId,
    NewAssociation,
    NewDefinition,
    NewNamespace,
    ResourceType,
)
from haneul.services.image.parts import Parts
from haneul.services.image.verbs.access import Access

_RULES: dict[DefinitionKind, dict[str, str]] = {
    DefinitionKind.OBJECT: {
        "list": "get_metadef_objects",
        "get": "get_metadef_object",
        "add": "add_metadef_object",
        "add_all": "add_metadef_object",
        "modify": "modify_metadef_object",
        "remove": "delete_metadef_object",
        "clear": "delete_metadef_namespace",
    },
    DefinitionKind.PROPERTY: {
        "list": "get_metadef_properties",
        "get": "get_metadef_property",
        "add": "add_metadef_property",
        "add_all": "add_metadef_property",
        "modify": "modify_metadef_property",
        "remove": "remove_metadef_property",
        "clear": "delete_metadef_namespace",
    },
    DefinitionKind.TAG: {
        "list": "get_metadef_tags",
        "get": "get_metadef_tag",
        "add": "add_metadef_tag",
        "add_all": "add_metadef_tags",
        "modify": "modify_metadef_tag",
        "remove": "delete_metadef_tag",
        "clear": "delete_metadef_tags",
    },
}


@dataclass(frozen=True)
class Metadefs:
    """Namespaces, and to what they apply."""

    parts: Parts

    def list(
        self, caller: Caller, wanted: NamespaceFilter, page: Page
    ) -> Sequence[tuple[Namespace, Sequence[Association]]]:
        """The namespaces in the caller's sight. Raises Forbidden, NotFound for an unknown marker."""
        self.parts.policy.require(caller, "get_metadef_namespaces", {"project_id": caller.project_id})
        found = self.parts.store.metadefs.list(Access(self.parts).viewer(caller), wanted, page)
        by_id = self.parts.store.metadefs.associations([each.id for each in found])
        return [(each, by_id.get(each.id, ())) for each in found]

    def get(self, caller: Caller, name: str) -> tuple[Namespace, NamespaceContent]:
        """Raises NotFound."""
        namespace = self.permitted(caller, name, "get_metadef_namespace")
        return namespace, self.parts.store.metadefs.content(namespace)

    def create(
        self,
        caller: Caller,
        new: NewNamespace,
        associations: Sequence[NewAssociation] = (),
        definitions: Sequence[NewDefinition] = (),
    ) -> Namespace:
        """With everything in it, or not at all. Raises Forbidden, Conflict `metadef.namespace_exists`."""
        target: dict[str, object] = {"project_id": caller.project_id, "visibility": str(new.visibility)}
        rules = {"add_metadef_namespace"} | {_RULES[each.kind]["add"] for each in definitions}
        for rule in sorted(rules | ({"add_metadef_resource_type_association"} if associations else set())):
            self.parts.policy.require(caller, rule, target)
        now = self.parts.clock.now()
        with self.parts.db.write():
            self._require_free(new.name)
            owner = new.owner or caller.project_id or None
            values = vars(new) | {"owner": owner, "created_at": now, "updated_at": now}
            namespace = Namespace(id=NamespaceId(new_uuid()), **values)
            self.parts.store.metadefs.add(namespace)
            for association in associations:
                self._associate(namespace, association)
            for definition in definitions:
                Definitions(self.parts, definition.kind).put(namespace, definition)
        return namespace

    def update(self, caller: Caller, name: str, new: NewNamespace) -> Namespace:
        """As `new` says in everything. Raises NotFound, Forbidden, Conflict `metadef.namespace_exists`."""
        with self.parts.db.write():
            namespace = self.permitted(caller, name, "modify_metadef_namespace")
            if new.name != namespace.name:
                self._require_free(new.name)
            owner = new.owner or caller.project_id or None
            namespace = replace(namespace, **vars(new) | {"owner": owner, "updated_at": self.parts.clock.now()})
            self.parts.store.metadefs.save(namespace)
        return namespace

    def delete(self, caller: Caller, name: str) -> None:
        """With everything in it. Raises NotFound, Forbidden, also where it is protected."""
        with self.parts.db.write():
            namespace = self.permitted(caller, name, "delete_metadef_namespace")
            require_unprotected(namespace)
            self.parts.store.metadefs.remove(namespace)

    def list_resource_types(self, caller: Caller) -> Sequence[ResourceType]:
        self.parts.policy.require(caller, "list_metadef_resource_types", {"project_id": caller.project_id})
        return self.parts.store.metadefs.resource_types()

    def list_associations(self, caller: Caller, name: str) -> Sequence[Association]:
        namespace = self.permitted(caller, name, "list_metadef_resource_types")
        return self.parts.store.metadefs.associations([namespace.id]).get(namespace.id, ())

    def associate(self, caller: Caller, name: str, new: NewAssociation) -> None:
        """Raises NotFound, Forbidden, Conflict `metadef.associated`."""
        with self.parts.db.write():
            self._associate(self.permitted(caller, name, "add_metadef_resource_type_association"), new)

    def dissociate(self, caller: Caller, name: str, resource_type: str) -> None:
        """Raises NotFound, Forbidden."""
        with self.parts.db.write():
            namespace = self.permitted(caller, name, "remove_metadef_resource_type_association")
            require_unprotected(namespace)
            if not self.parts.store.metadefs.dissociate(namespace, resource_type):
                raise NotFound("metadef.no_association", f"Namespace {name} is not associated with {resource_type}.")

    def permitted(self, caller: Caller, name: str, rule: str) -> Namespace:
        """The namespace, if the caller may do with it what the rule is about. Raises NotFound, Forbidden."""
        namespace = self.parts.store.metadefs.find(name)
        if namespace is None:
            raise _no_namespace(name)
        target = {"project_id": namespace.owner, "visibility": str(namespace.visibility)}
        if not self.parts.policy.allows(caller, "get_metadef_namespace", target):
            raise _no_namespace(name)
        self.parts.policy.require(caller, rule, target)
        return namespace

    def _require_free(self, name: str) -> None:
        if self.parts.store.metadefs.find(name) is not None:
            raise Conflict("metadef.namespace_exists", f"Namespace {name} already exists: choose another name.")

    def _associate(self, namespace: Namespace, new: NewAssociation) -> None:
        present = self.parts.store.metadefs.associations([namespace.id]).get(namespace.id, ())
        if any(each.resource_type == new.resource_type for each in present):
            raise Conflict("metadef.associated", f"{namespace.name} is associated with {new.resource_type} already.")
        self.parts.store.metadefs.associate(namespace, new, self.parts.clock.now())


@dataclass(frozen=True)
class Definitions:
    """Definitions of one kind: objects, properties or tags."""

    parts: Parts
    kind: DefinitionKind

    def list(self, caller: Caller, namespace_name: str, page: Page) -> Sequence[Definition]:
        """Raises NotFound, Forbidden."""
        namespace = self._permitted(caller, namespace_name, "list")
        return self.parts.store.metadefs.definitions(namespace, self.kind, page)

    def get(self, caller: Caller, namespace_name: str, name: str) -> Definition:
        """Raises NotFound, Forbidden."""
        return self._found(self._permitted(caller, namespace_name, "get"), name)

    def create(self, caller: Caller, namespace_name: str, new: NewDefinition) -> Definition:
        """Raises NotFound, Forbidden, Conflict `metadef.definition_exists`."""
        with self.parts.db.write():
            return self.put(self._permitted(caller, namespace_name, "add"), new)

    def replace_all(
        self, caller: Caller, namespace_name: str, new: Sequence[NewDefinition], *, keep_others: bool
    ) -> None:
        """These, and no others unless they are to be kept. Raises NotFound, Forbidden, Conflict."""
        with self.parts.db.write():
            namespace = self._permitted(caller, namespace_name, "add_all")
            if not keep_others:
                self.parts.store.metadefs.remove_definitions(namespace, self.kind)
            for each in new:
                self.put(namespace, each)

    def update(self, caller: Caller, namespace_name: str, name: str, new: NewDefinition) -> Definition:
        """Raises NotFound, Forbidden, Conflict `metadef.definition_exists` for a name that is taken."""
        with self.parts.db.write():
            namespace = self._permitted(caller, namespace_name, "modify")
            old = self._found(namespace, name)
            if new.name != name:
                self._require_free(namespace, new.name)
            changed = replace(old, name=new.name, body=new.body, updated_at=self.parts.clock.now())
            self.parts.store.metadefs.save_definition(namespace, name, changed)
        return changed

    def delete(self, caller: Caller, namespace_name: str, name: str) -> None:
        """Raises NotFound, Forbidden, also where the namespace is protected."""
        with self.parts.db.write():
            namespace = self._permitted(caller, namespace_name, "remove")
            self._found(namespace, name)
            require_unprotected(namespace)
            self.parts.store.metadefs.remove_definitions(namespace, self.kind, name)

    def delete_all(self, caller: Caller, namespace_name: str) -> None:
        """Raises NotFound, Forbidden, also where the namespace is protected."""
        with self.parts.db.write():
            namespace = self._permitted(caller, namespace_name, "clear")
            require_unprotected(namespace)
            self.parts.store.metadefs.remove_definitions(namespace, self.kind)

    def put(self, namespace: Namespace, new: NewDefinition) -> Definition:
        """Into a namespace that the caller may change."""
        self._require_free(namespace, new.name)
        now = self.parts.clock.now()
        definition = Definition(new.kind, new.name, new.body, now, now)
        self.parts.store.metadefs.add_definition(namespace, definition)
        return definition

    def _permitted(self, caller: Caller, namespace_name: str, what: str) -> Namespace:
        return Metadefs(self.parts).permitted(caller, namespace_name, _RULES[self.kind][what])

    def _found(self, namespace: Namespace, name: str) -> Definition:
        found = self.parts.store.metadefs.find_definition(namespace, self.kind, name)
        if found is None:
            raise NotFound("metadef.no_definition", f"Namespace {namespace.name} has no {self.kind} named {name}.")
        return found

    def _require_free(self, namespace: Namespace, name: str) -> None:
        if self.parts.store.metadefs.find_definition(namespace, self.kind, name) is not None:
            raise Conflict(
                "metadef.definition_exists",
                f"Namespace {namespace.name} has a {self.kind} named {name} already: change that one.",
            )


def require_unprotected(namespace: Namespace) -> None:
    if namespace.is_protected:
        raise Forbidden("metadef.protected", f"Namespace {namespace.name} is protected: set protected to false first.")


def _no_namespace(name: str) -> NotFound:
    return NotFound("metadef.no_namespace", f"Namespace {name} not found.")

"""The well-known definitions of metadata, in a cloud that has none yet."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import msgspec

from haneul.kit.ids import new_uuid
from haneul.services.image.model import (
    Definition,
    DefinitionKind,
    Namespace,
    NamespaceId,
    NamespaceVisibility,
    NewAssociation,
)
from haneul.services.image.parts import Parts


def load_common_metadefs(parts: Parts) -> int:
    """Load them once; how many namespaces. What an operator changes or deletes afterwards stays so."""
    if not parts.store.metadefs.is_empty():
        return 0
    text = files("haneul.services.image.model").joinpath("common.json").read_text()
    common: list[dict[str, Any]] = msgspec.json.decode(text)
    with parts.db.write():
        for entry in common:
            _load(parts, entry)
    return len(common)


def _load(parts: Parts, entry: dict[str, Any]) -> None:
    now = parts.clock.now()
    namespace = Namespace(
        id=NamespaceId(new_uuid()),
        name=entry["namespace"],
        display_name=entry["display_name"],
        description=entry["description"],
        visibility=NamespaceVisibility(entry["visibility"]),
        is_protected=entry["protected"],
        owner=None,
        created_at=now,
        updated_at=now,
    )
    rows = parts.store.metadefs
    rows.add(namespace)
    for each in entry.get("resource_type_associations", ()):
        rows.associate(namespace, NewAssociation(each["name"], each.get("prefix"), each.get("properties_target")), now)
    for name, body in entry.get("properties", {}).items():
        rows.add_definition(namespace, Definition(DefinitionKind.PROPERTY, name, body, now, now))
    for each in entry.get("objects", ()):
        body = {key: value for key, value in each.items() if key != "name"}
        rows.add_definition(namespace, Definition(DefinitionKind.OBJECT, each["name"], body, now, now))

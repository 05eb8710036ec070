"""Options of things, among them the one that protects from changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from haneul.kit.errors import Forbidden


def merged_options(present: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The options with the changes; None takes one away."""
    return {key: value for key, value in {**present, **changes}.items() if value is not None}


def require_mutable(options: Mapping[str, Any], changes: Mapping[str, Any], word: str, thing_id: str) -> None:
    """Forbidden for an immutable thing, unless the change is only that it is no longer immutable."""
    if not options.get("immutable"):
        return
    wanted = changes.get("options", {})
    only_that = set(changes) <= {"options"} and set(wanted) <= {"immutable"}
    if not (only_that and "immutable" in wanted):
        raise Forbidden(
            f"{word}.immutable",
            f"Unable to change the immutable {word} {thing_id}: set its option immutable to false first.",
        )

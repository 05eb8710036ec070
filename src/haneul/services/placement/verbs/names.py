"""Names that everybody knows and names that operators invent: traits and resource classes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.policy import Caller
from haneul.services.placement.model import RESOURCE_CLASSES, TRAITS
from haneul.services.placement.parts import Parts
from haneul.services.placement.store import NameRows

_CUSTOM = re.compile(r"CUSTOM_[A-Z0-9_]{1,248}")


class Names:
    """Names of one sort: standard ones, which stay, and custom ones."""

    def __init__(self, parts: Parts, sort: str, rows: NameRows, standard: Collection[str]) -> None:
        """`sort` is trait or resource_class."""
        self._parts = parts
        self._title = sort.replace("_", " ")
        self._rows = rows
        self._standard = standard
        self._rules = "traits" if sort == "trait" else "resource_classes"

    def list(self, caller: Caller) -> tuple[str, ...]:
        """The standard ones in their own order, then the custom ones."""
        self._require(caller, "list")
        standard = self._standard if isinstance(self._standard, tuple) else sorted(self._standard)
        return (*standard, *self._rows.list())

    def list_used(self, caller: Caller) -> set[str]:
        """Those that some provider has."""
        self._require(caller, "list")
        return self._rows.used()

    def get(self, caller: Caller, name: str) -> str:
        """Raises NotFound."""
        self._require(caller, "show")
        if not self.exists(name):
            raise NotFound("placement.no_such_name", f"No such {self._title}: {name}")
        return name

    def create(self, caller: Caller, name: str) -> None:
        """Raises Conflict when there is one of this name, Invalid when the name is not a custom one."""
        self._require(caller, "create")
        self._check(name)
        with self._parts.db.write():
            if self.exists(name):
                raise Conflict("placement.name_exists", f"The {self._title} {name} exists already")
            self._rows.add(name, self._parts.clock.now())

    def ensure(self, caller: Caller, name: str) -> bool:
        """Have a custom one of this name; True if it is new."""
        self._require(caller, "update")
        self._check(name)
        with self._parts.db.write():
            if self.exists(name):
                return False
            self._rows.add(name, self._parts.clock.now())
            return True

    def rename(self, caller: Caller, name: str, to: str) -> None:
        """Give a custom one another name, wherever it is used."""
        self._require(caller, "update")
        with self._parts.db.write():
            if not self.exists(name):
                raise NotFound("placement.no_such_name", f"No such {self._title}: {name}")
            self._refuse_standard(name)
            self._check(to)
            if self.exists(to):
                raise Conflict("placement.name_exists", f"The {self._title} {to} exists already")
            self._rows.rename(name, to)

    def delete(self, caller: Caller, name: str) -> None:
        """Raises Conflict while it is in use."""
        self._require(caller, "delete")
        with self._parts.db.write():
            if not self.exists(name):
                raise NotFound("placement.no_such_name", f"No such {self._title}: {name}")
            self._refuse_standard(name)
            if self._rows.is_used(name):
                raise Conflict(
                    "placement.name_in_use",
                    f"The {self._title} {name} is in use. Take it from all resource providers first",
                )
            self._rows.remove(name)

    def exists(self, name: str) -> bool:
        return name in self._standard or self._rows.exists(name)

    def check_known(self, names: Iterable[str]) -> None:
        """Raises Invalid when one of them does not exist."""
        unknown = sorted(name for name in names if not self.exists(name))
        if unknown:
            raise Invalid(
                "placement.unknown_name",
                f"No such {self._title}: {', '.join(unknown)}. Correct it or create it first",
            )

    def _refuse_standard(self, name: str) -> None:
        if name in self._standard:
            raise Invalid("placement.standard_name", f"{name} is a standard {self._title}: it stays")

    def _check(self, name: str) -> None:
        if not _CUSTOM.fullmatch(name):
            raise Invalid(
                "placement.bad_name",
                f"{name} cannot be the name of a {self._title}. Begin with CUSTOM_, go on with A-Z, 0-9 and _, and "
                "stay within 255 characters",
            )

    def _require(self, caller: Caller, operation: str) -> None:
        self._parts.policy.require(caller, f"placement:{self._rules}:{operation}", {})


def trait_names(parts: Parts) -> Names:
    return Names(parts, "trait", parts.store.traits, TRAITS)


def resource_class_names(parts: Parts) -> Names:
    return Names(parts, "resource_class", parts.store.resource_classes, RESOURCE_CLASSES)

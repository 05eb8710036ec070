"""QoS specs: limits that volume types bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.paging import Page
from haneul.kit.policy import Caller
from haneul.services.volume.model import Qos, VolumeType
from haneul.services.volume.store import ALL_OF_IT, EVERYTHING, Wanted
from haneul.services.volume.verbs.base import NEWEST_FIRST, Verbs

_RULE = "volume_extension:qos_specs_manage"
CONSUMERS = ("front-end", "back-end", "both")


class QosVerbs(Verbs):
    def list(self, caller: Caller, page: Page = ALL_OF_IT) -> Sequence[Qos]:
        self._require(caller, f"{_RULE}:get_all")
        return self._store.qos.list(EVERYTHING, Page(page.limit, page.marker, page.sort or NEWEST_FIRST))

    def get(self, caller: Caller, qos_id: str) -> Qos:
        self._require(caller, f"{_RULE}:get")
        return self._store.qos.get(qos_id)

    def create(self, caller: Caller, name: str, consumer: str, specs: Mapping[str, str]) -> Qos:
        """Raises Conflict("qos.exists"), Invalid("qos.consumer")."""
        self._require(caller, f"{_RULE}:create")
        _check_consumer(consumer)
        with self._parts.db.write():
            if self._store.qos.find_by(name=name) is not None:
                raise Conflict("qos.exists", f"QoS Specs {name} already exists: choose another name.")
            made = Qos(new_uuid(), name, consumer, self._parts.clock.now(), dict(specs))
            self._store.qos.add(made)
        return made

    def update(self, caller: Caller, qos_id: str, consumer: str | None, specs: Mapping[str, str]) -> None:
        """Counts for guests from the next time on that a volume is attached."""
        self._require(caller, f"{_RULE}:update")
        with self._parts.db.write():
            qos = self._store.qos.get(qos_id)
            _check_consumer(consumer or qos.consumer)
            self._store.qos.change(qos_id, consumer=consumer or qos.consumer, specs={**qos.specs, **specs})

    def remove_keys(self, caller: Caller, qos_id: str, keys: Sequence[str]) -> None:
        """Raises NotFound("qos.no_key")."""
        self._require(caller, f"{_RULE}:delete")
        with self._parts.db.write():
            qos = self._store.qos.get(qos_id)
            missing = [key for key in keys if key not in qos.specs]
            if missing:
                raise NotFound("qos.no_key", f"QoS spec {qos_id} has no spec with key {missing[0]}.")
            self._store.qos.change(qos_id, specs={key: value for key, value in qos.specs.items() if key not in keys})

    def delete(self, caller: Caller, qos_id: str, *, force: bool = False) -> None:
        """Raises Conflict("qos.in_use") while types have it, unless forced."""
        self._require(caller, f"{_RULE}:delete")
        with self._parts.db.write():
            qos = self._store.qos.get(qos_id)
            types = self._types(qos_id)
            if types and not force:
                raise Conflict(
                    "qos.in_use", f"QoS Specs {qos.name} is in use by {types[0].name}: disassociate it first."
                )
            self._let_go(types)
            self._store.qos.remove(qos_id)

    def types(self, caller: Caller, qos_id: str) -> Sequence[VolumeType]:
        """Those that have it."""
        self._require(caller, f"{_RULE}:get")
        return self._types(self._store.qos.get(qos_id).id)

    def associate(self, caller: Caller, qos_id: str, type_id: str) -> None:
        """Raises Conflict("qos.type_has_another")."""
        self._require(caller, f"{_RULE}:update")
        with self._parts.db.write():
            self._store.qos.get(qos_id)
            kind = self._store.types.get(type_id)
            if kind.qos_id not in (None, qos_id):
                message = f"Volume type {kind.name} has other QoS specs: disassociate those first."
                raise Conflict("qos.type_has_another", message)
            self._store.types.change(type_id, qos_id=qos_id)

    def disassociate(self, caller: Caller, qos_id: str, type_id: str | None) -> None:
        """From one type; without one from all."""
        self._require(caller, f"{_RULE}:update")
        with self._parts.db.write():
            self._store.qos.get(qos_id)
            self._let_go(self._types(qos_id) if type_id is None else [self._store.types.get(type_id)])

    def _types(self, qos_id: str) -> Sequence[VolumeType]:
        return self._store.types.list(Wanted({"qos_id": qos_id}))

    def _let_go(self, types: Sequence[VolumeType]) -> None:
        for kind in types:
            self._store.types.change(kind.id, qos_id=None)


def _check_consumer(consumer: str) -> None:
    if consumer not in CONSUMERS:
        raise Invalid("qos.consumer", f"Valid consumer of QoS specs are: {', '.join(CONSUMERS)}. Choose one.")

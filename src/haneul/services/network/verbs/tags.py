"""Tags: words that owners put on their things."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from haneul.kit.errors import Invalid, NotFound
from haneul.kit.policy import Caller
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access, changed, check_tags

MAX_TAGS = 50


@dataclass(frozen=True)
class Tags:
    """`noun` is the plural that the API has in its paths, e.g. networks."""

    parts: Parts

    def get(self, caller: Caller, noun: str, noun_id: str) -> tuple[str, ...]:
        """Raises NotFound."""
        found: tuple[str, ...] = self._seen(caller, noun, noun_id).tags
        return found

    def set(self, caller: Caller, noun: str, noun_id: str, tags: Iterable[str]) -> tuple[str, ...]:
        """The thing has these tags and no others. Raises NotFound, Forbidden, Invalid."""
        chosen = check_tags(tags)
        if len(chosen) > MAX_TAGS:
            raise Invalid("request.too_many_tags", f"A thing has at most {MAX_TAGS} tags: take some away first.")
        with self.parts.db.write():
            thing = self._seen(caller, noun, noun_id)
            singular = "policy" if noun == "policies" else noun.removesuffix("s")
            rule = f"update_{singular.replace('-', '_')}"
            network = self.parts.store.networks.find(getattr(thing, "network_id", thing.id))
            self.parts.policy.require(
                caller,
                rule,
                {
                    "project_id": thing.project_id,
                    "network:project_id": network.project_id if network is not None else "",
                    "device_owner": getattr(thing, "device_owner", ""),
                },
            )
            self._rows(noun).save(changed(thing, tags=chosen), self.parts.clock.now())
        return chosen

    def add(self, caller: Caller, noun: str, noun_id: str, tag: str) -> None:
        """Fine if it has it already."""
        self.set(caller, noun, noun_id, (*self.get(caller, noun, noun_id), tag))

    def remove(self, caller: Caller, noun: str, noun_id: str, tag: str) -> None:
        """Raises NotFound `tag.not_found`."""
        tags = self.require(caller, noun, noun_id, tag)
        self.set(caller, noun, noun_id, (each for each in tags if each != tag))

    def require(self, caller: Caller, noun: str, noun_id: str, tag: str) -> tuple[str, ...]:
        """All tags, `tag` being one of them. Raises NotFound `tag.not_found`."""
        tags = self.get(caller, noun, noun_id)
        if tag not in tags:
            raise NotFound("tag.not_found", f"Tag {tag} could not be found.")
        return tags

    def _rows(self, noun: str) -> Any:
        store = self.parts.store
        rows = {
            "networks": store.networks,
            "subnets": store.subnets,
            "ports": store.ports,
            "routers": store.routers,
            "floatingips": store.floating_ips,
            "security-groups": store.security_groups,
            "policies": store.qos_policies,
            "subnetpools": store.subnet_pools,
            "trunks": store.trunks,
        }.get(noun)
        if rows is None:
            raise NotFound("tag.no_such_noun", f"Resource {noun} could not be found: it bears no tags.")
        return rows

    def _seen(self, caller: Caller, noun: str, noun_id: str) -> Any:
        thing = Access(self.parts).find(caller, self._rows(noun), noun_id)
        if thing is None:
            raise NotFound("tag.no_such_thing", f"Resource {noun} {noun_id} could not be found.")
        return thing

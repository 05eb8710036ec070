"""Who sees what, and who may do something to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from haneul.kit.errors import Invalid, NotFound, OverQuota
from haneul.kit.policy import Caller
from haneul.services.network.model.grants import EVERYBODY, is_shared_with
from haneul.services.network.model.listing import Listing
from haneul.services.network.model.networks import VirtualNetwork
from haneul.services.network.model.quotas import UNLIMITED
from haneul.services.network.parts import Parts
from haneul.services.network.policy import ATTRIBUTES

Target = Mapping[str, object]
T = TypeVar("T")
MAX_TEXT = 255


@dataclass(frozen=True)
class Access:
    """The rules of sight: what is out of it is NotFound, not Forbidden."""

    parts: Parts

    def sees_all(self, caller: Caller) -> bool:
        policy = self.parts.policy
        return policy.allows(caller, "context_is_admin") or policy.allows(caller, "service_api")

    def find(self, caller: Caller, rows: Any, noun_id: str) -> Any:
        """The thing if it is there and in sight, else None."""
        return rows.find(noun_id, None if self.sees_all(caller) else rows.seen_by(caller.project_id))

    def list(self, caller: Caller, rows: Any, rule: str, listing: Listing) -> Any:
        """Everything in sight that is wanted; nothing for callers without a role to read."""
        own = {"project_id": caller.project_id, "network:project_id": caller.project_id}
        if not self.parts.policy.allows(caller, rule, own | {"security_group:project_id": caller.project_id}):
            return []
        wanted = _as_seen_by(caller, listing)
        return rows.page(wanted, None if self.sees_all(caller) else rows.seen_by(caller.project_id))

    def network(self, caller: Caller, network_id: str) -> VirtualNetwork:
        """Raises NotFound `network.not_found`."""
        network: VirtualNetwork | None = self.find(caller, self.parts.store.networks, network_id)
        if network is None:
            raise NotFound("network.not_found", f"Network {network_id} could not be found.")
        return network

    def require(self, caller: Caller, rule: str, target: Target, said: Iterable[str] = ()) -> None:
        """Forbidden unless the caller may do it, with each of the said fields; sight has been asked before.

        Who may only see another project's thing is told NotFound, as by Neutron, when they would change it.
        """
        policy = self.parts.policy
        is_foreign = target.get("project_id") != caller.project_id
        if is_foreign and rule.startswith(("update_", "delete_")) and not policy.allows(caller, rule, target):
            raise NotFound("request.not_yours", "The resource could not be found: it is another project's.")
        policy.require(caller, rule, target)
        for field in said:
            part = f"{rule}:{ATTRIBUTES.get(field, '')}"
            if part in policy.rules:
                policy.require(caller, part, target)

    def owner(self, caller: Caller, project_id: str) -> str:
        """To whom something new belongs. Raises Invalid `project.foreign`."""
        if not project_id or project_id == caller.project_id:
            return caller.project_id
        if not self.sees_all(caller):
            raise Invalid(
                "project.foreign",
                "Specifying 'project_id' or 'tenant_id' other than authenticated project in request "
                "requires admin privileges: leave it out.",
            )
        return project_id

    def require_room(self, project_id: str, resource: str, more: int = 1) -> None:
        """Raises OverQuota; inside the transaction that adds them, so that no two callers count the same room."""
        limits = self.parts.store.quotas.of_project(project_id)
        limit = limits.get(resource, self.parts.options.default_limits[resource])
        if limit == UNLIMITED:
            return
        used = self.parts.store.count_to_add(resource, project_id)
        if used + more > limit:
            raise OverQuota(
                "quota.exceeded",
                f"Quota exceeded for resources: ['{resource}']. {used} of {limit} are in use: "
                "delete some, or ask for more.",
            )


def _as_seen_by(caller: Caller, listing: Listing) -> Listing:
    """Whether something is shared is a question of who asks: with them, or with everybody."""
    where = dict(listing.filter.where)
    wanted = set(where.pop("is_shared", ()))
    if len(wanted) == 1:
        where["shared_with" if wanted == {True} else "not_shared_with"] = (EVERYBODY, caller.project_id)
    return replace(listing, filter=replace(listing.filter, where=where))


def network_target(caller: Caller, network: VirtualNetwork) -> dict[str, object]:
    """What rules are asked about a network, or about something on it that belongs to the same project."""
    return {
        "project_id": network.project_id,
        "tenant_id": network.project_id,
        "network:project_id": network.project_id,
        "shared": is_shared_with(network, caller.project_id),
        "router:external": network.is_external,
    }


def check_text(**texts: object) -> None:
    """Raises Invalid for a name, description or tag beyond 255 characters."""
    for name, text in texts.items():
        if isinstance(text, str) and len(text) > MAX_TEXT:
            raise Invalid(
                "request.text_too_long",
                f"Invalid input for {name}. Reason: '{text[:20]}...' exceeds maximum length of {MAX_TEXT}.",
            )


def check_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """The tags without repetitions. Raises Invalid."""
    chosen = tuple(dict.fromkeys(tags))
    for tag in chosen:
        if not tag or len(tag) > 255:
            raise Invalid("request.bad_tag", "A tag has 1 to 255 characters: shorten it.")
    return chosen


def changed(noun: T, **values: Any) -> T:
    """The noun with these fields set."""
    copy: T = replace(noun, **values)  # type: ignore[type-var]
    return copy

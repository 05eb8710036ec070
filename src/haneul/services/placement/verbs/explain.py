"""Why there is no room: the conditions of a request, looked at one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from haneul.services.placement.model import DISABLED, Bound, CandidateRequest, Refusal, Removed, Room


@dataclass(frozen=True)
class _Condition:
    holds: Callable[[Room], bool]
    reason: str
    """What a provider is that does not meet it."""
    remedy: str
    """What would make it meet the condition."""
    told: str = ""
    """The reason for tenants."""


def explain(request: CandidateRequest, rooms: Sequence[Room]) -> Refusal:
    """How many of the rooms each condition takes away, and the nearest change that would leave one."""
    conditions = [*_about_the_host(request), *_about_amounts(request)]
    left, removed = list(rooms), []
    for condition in conditions:
        stay = [room for room in left if condition.holds(room)]
        if len(stay) < len(left):
            removed.append(Removed(condition.reason, len(left) - len(stay), condition.told))
        left = stay
    return Refusal(len(rooms), tuple(removed), "" if left else _nearest(request, rooms))


def _about_the_host(request: CandidateRequest) -> list[_Condition]:
    """The conditions on what a provider is, in the order in which they are told."""
    wanted, tried = request.in_provider, request.not_in
    found = []
    if wanted is not None:
        found.append(_Condition(lambda room: room.provider.id == wanted, "not the one asked for", "do not ask for one"))
    if tried:
        found.append(_Condition(lambda room: room.provider.id not in tried, "tried in vain", "try again later"))
    found += [_without(trait) for trait in sorted(request.forbidden)]
    found += [_with(trait) for trait in sorted(request.required)]
    return [*found, *(_within(bound) for bound in request.bounds)]


def _within(bound: Bound) -> _Condition:
    return _Condition(
        lambda room: bound.holds(room.provider.id, room.aggregates), bound.reason, bound.remedy, bound.told
    )


def _without(trait: str) -> _Condition:
    if trait == DISABLED:
        return _Condition(lambda room: trait not in room.traits, "switched off", "enable it")
    return _Condition(lambda room: trait not in room.traits, f"with the trait {trait}", f"take {trait} from it")


def _with(trait: str) -> _Condition:
    reason = f"without the trait {trait}"
    return _Condition(lambda room: trait in room.traits, reason, f"do not require {trait}", reason)


def _about_amounts(request: CandidateRequest) -> list[_Condition]:
    """The conditions on what a provider has, one per class of resource."""
    return [_amount(name, amount) for name, amount in sorted(request.resources.items()) if amount]


def _amount(name: str, amount: int) -> _Condition:
    def holds(room: Room) -> bool:
        return room.grants(name, amount) == amount

    reason = f"with less than {amount} {name} free"
    return _Condition(holds, reason, f"ask for less {name}", reason)


def _nearest(request: CandidateRequest, rooms: Sequence[Room]) -> str:
    """The smallest change as a sentence: less of something on a host that is fit, else a host made fit."""
    conditions = _about_the_host(request)
    fit = [room for room in rooms if all(condition.holds(room) for condition in conditions)]
    amounts = {name: amount for name, amount in sorted(request.resources.items()) if amount}
    by_lack = sorted((_lack(room, amounts), room.provider.name, room) for room in fit)
    if by_lack and by_lack[0][0] < len(amounts):
        return _with_less(by_lack[0][2], amounts)
    for room in rooms:
        broken = [condition for condition in conditions if not condition.holds(room)]
        if len(broken) == 1 and _lack(room, amounts) == 0:
            return f"Nearest: {room.provider.name} has the room, but is {broken[0].reason}; {broken[0].remedy}."
    return ""


def _lack(room: Room, amounts: dict[str, int]) -> float:
    """How much is missing, each class as a share of what is asked; as many as there are classes: nothing fits."""
    missing = [1 - room.grants(name, amount) / amount for name, amount in amounts.items()]
    return float(len(amounts)) if 1 in missing else sum(missing)


def _with_less(room: Room, amounts: dict[str, int]) -> str:
    granted = {name: room.grants(name, amount) for name, amount in amounts.items()}
    less = [f"{granted[name]} {name} instead of {amount}" for name, amount in amounts.items() if granted[name] < amount]
    return f"Nearest: {room.provider.name} has room for {' and '.join(less)}."

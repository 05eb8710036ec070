"""Where the network and what is written of it part."""

from __future__ import annotations

from collections.abc import Iterator

from haneul.kit.drift import Difference, Drift, Parting, Unseen
from haneul.kit.errors import CloudError
from haneul.services.network.driver import Foreign, Intent, Kind, Owned
from haneul.services.network.parts import Parts
from haneul.services.network.upkeep.mend import EVERY_S
from haneul.services.network.workflows.intents import Intents

SERVICE = "network"
MENDER = "network.mend"
FOREIGN_REMEDY = "The cloud leaves it alone: remove it with the tool that made it, if nobody needs it."
_WITHIN_S = 1.25 * EVERY_S


def find_drift(parts: Parts) -> Drift:
    """Everything that differs; a network that does not answer is told as unseen, and nothing is said of it."""
    try:
        with parts.telling:
            with parts.db.read():
                intents = _intents(parts)
            owned, differing = parts.driver.list_owned(), parts.driver.differing(intents)
        foreign = parts.driver.list_foreign()
    except CloudError as error:
        return Drift((), (Unseen(SERVICE, "", error.message),))
    wanted = {Owned(intent.kind, intent.id) for intent in intents}
    return Drift((*_own(owned, wanted, differing), *map(_foreign, foreign)))


def _intents(parts: Parts) -> list[Intent]:
    composer = Intents(parts)
    return [intent for kind in Kind for intent in composer.of(kind, composer.all_ids(kind)).values()]


def _own(owned: frozenset[Owned], wanted: set[Owned], differing: frozenset[Owned]) -> Iterator[Difference]:
    for each in _in_order(differing):
        yield _told(Parting.CHANGED if each in owned else Parting.MISSING, each, "It is made as it is written.")
    for each in _in_order(owned - wanted):
        yield _told(Parting.LEFT_OVER, each, "It is removed.")


def _in_order(things: frozenset[Owned]) -> list[Owned]:
    order = tuple(Kind)
    return sorted(things, key=lambda each: (order.index(each.kind), each.id))


def _told(parting: Parting, owned: Owned, remedy: str) -> Difference:
    return Difference(SERVICE, parting, owned.kind.value, owned.id, loop=MENDER, within_s=_WITHIN_S, remedy=remedy)


def _foreign(each: Foreign) -> Difference:
    within = None if each.within is None else (each.within.kind.value, each.within.id)
    return Difference(
        SERVICE, Parting.FOREIGN, each.table, each.id, name=each.name, within=within, remedy=FOREIGN_REMEDY
    )

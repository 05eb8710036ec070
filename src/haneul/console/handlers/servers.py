"""Servers in a table: many found, sorted and paged by the database; acted upon one by one or together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlencode

from haneul.console.live import Piece, seen_of
from haneul.console.sessions import Told
from haneul.console.visit import PREFIX, Visit, own_page
from haneul.kit.errors import CloudError, Invalid
from haneul.kit.http import Query, Reply, Request
from haneul.kit.ids import is_uuid
from haneul.kit.paging import Page, SortKey
from haneul.kit.policy import Caller
from haneul.services.compute import ListWish, ServerFilter, ServerState, ServerView

SERVERS = f"{PREFIX}/servers"
_PAGE = 50
_MOST_AT_ONCE = 200
_SORT_KEYS = {"name": "display_name", "created": "created_at", "state": "vm_state"}
STATES_SHOWN = (
    ServerState.ACTIVE,
    ServerState.STOPPED,
    ServerState.BUILDING,
    ServerState.ERROR,
    ServerState.PAUSED,
    ServerState.SUSPENDED,
    ServerState.RESCUED,
    ServerState.RESIZED,
    ServerState.SHELVED,
    ServerState.OFFLOADED,
    ServerState.SOFT_DELETED,
)
_LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Wanted:
    """What part of the servers the page shows."""

    search: str = ""
    state: str = ""
    sort: str = "created"
    descending: bool = True
    marker: str = ""

    def address(self, **changes: object) -> str:
        """Of the page that shows the servers otherwise."""
        other = replace(self, **changes)  # type: ignore[arg-type]
        told = {"search": other.search, "state": other.state, "marker": other.marker}
        if (other.sort, other.descending) != ("created", True):
            told |= {"sort": other.sort, "order": "down" if other.descending else "up"}
        query = urlencode({name: value for name, value in told.items() if value})
        return f"{SERVERS}?{query}" if query else SERVERS

    def sorted_by(self, sort: str) -> str:
        """Of the page sorted by that, or the other way round if it is so already."""
        return self.address(sort=sort, descending=self.sort == sort and not self.descending, marker="")

    def wish(self) -> ListWish:
        """One row more than the page has tells whether there are more."""
        ids = frozenset({self.search}) if is_uuid(self.search) else None
        patterns = {"name": f"(?i){re.escape(self.search)}"} if self.search and ids is None else {}
        states = frozenset({ServerState(self.state)}) if self.state else None
        sort = (SortKey(_SORT_KEYS[self.sort], self.descending),)
        page = Page(_PAGE + 1, self.marker or None, sort)
        return ListWish(ServerFilter(ids=ids, states=states, patterns=patterns), page)


def wanted_of(query: Query) -> Wanted:
    """What the address asks for; what there is not is left out."""
    state, sort = query.get("state") or "", query.get("sort") or ""
    return Wanted(
        search=(query.get("search") or "").strip()[:_LONGEST_SEARCH],
        state=state if state in {each.value for each in STATES_SHOWN} else "",
        sort=sort if sort in _SORT_KEYS else "created",
        descending=query.get("order") == "down" if sort in _SORT_KEYS else True,
        marker=query.get("marker") or "",
    )


def list_servers(visit: Visit, request: Request) -> Reply:
    wanted = wanted_of(request.query)
    found = visit.rooms.compute.servers.list_detail(visit.caller, wanted.wish())
    shown = found[:_PAGE]
    return visit.page(
        "servers.html",
        wanted=wanted,
        views=shown,
        states=STATES_SHOWN,
        next=wanted.address(marker=shown[-1].server.id) if len(found) > _PAGE else "",
        ids=",".join(view.server.id for view in shown),
        seen=seen_of(_pieces(shown)),
        back=wanted.address(),
    )


def watch_servers(visit: Visit, request: Request) -> Sequence[Piece]:
    """State, addresses and what may be done, of the servers that the page shows."""
    ids = [each for each in (request.query.get("ids") or "").split(",") if is_uuid(each)][:_PAGE]
    wish = ListWish(ServerFilter(ids=frozenset(ids)))
    views_by_id = {str(view.server.id): view for view in visit.rooms.compute.servers.list_detail(visit.caller, wish)}
    there = _pieces([view for each in ids if (view := views_by_id.get(each))])
    gone = [each for each in ids if each not in views_by_id]
    return [*there, *(Piece(f"state-{each}", "gone", "pieces/server_gone.html") for each in gone)] + [
        Piece(f"acts-{each}", "gone", "pieces/nothing.html") for each in gone
    ]


def _pieces(views: Sequence[ServerView]) -> list[Piece]:
    return [piece for view in views for piece in pieces_of(view)]


def pieces_of(view: ServerView) -> list[Piece]:
    """What changes in a server's row."""
    server = view.server
    state = (server.state.value, view.task, server.fault.message if server.fault else "", server.lock is not None)
    addresses = [each.address for each in view.addresses]
    words = {"view": view}
    return [
        Piece(f"state-{server.id}", state, "pieces/server_state.html", words),
        Piece(f"addresses-{server.id}", addresses, "pieces/server_addresses.html", words),
        Piece(f"acts-{server.id}", state[:2], "pieces/server_acts.html", words),
    ]


# Acting on them.

ACTS: Mapping[str, str] = {
    "start": "Starting: %(names)s",
    "stop": "Stopping: %(names)s",
    "reboot": "Rebooting: %(names)s",
    "hard_reboot": "Rebooting: %(names)s",
    "delete": "Deleting: %(names)s",
}
"""What may be done, and what is told when it has begun."""


def _verb(visit: Visit, act: str) -> Callable[[Caller, str], None]:
    servers = visit.rooms.compute.servers
    verbs: Mapping[str, Callable[[Caller, str], None]] = {
        "start": servers.start,
        "stop": servers.stop,
        "reboot": partial(servers.reboot, is_hard=False),
        "hard_reboot": partial(servers.reboot, is_hard=True),
        "delete": servers.delete,
    }
    return verbs[act]


def act_on_servers(visit: Visit, request: Request) -> Reply:
    """One by a button of its row (`one`: act and id), or those that are ticked (`act`). To delete asks back first."""
    act, _, one = visit.field("one").partition(":")
    act, ids = (act, [one]) if one else (visit.field("act"), visit.form.get("ids", []))
    if act not in ACTS:
        raise Invalid("console.no_act", "There is no such action: reload the page and choose one of its buttons.")
    names_by_id = _names(visit, ids)
    back = own_page(visit.field("back") or SERVERS)
    if not names_by_id:
        return visit.go(back, Told(refused=(visit.say("Tick the servers first."),)))
    if act == "delete":
        return visit.page("delete_servers.html", names_by_id=names_by_id, proof=_proof(visit, names_by_id), back=back)
    return visit.go(back, _done(visit, act, names_by_id))


def delete_servers(visit: Visit, request: Request) -> Reply:
    """For whoever has written the server's name, or the project's for several."""
    names_by_id = _names(visit, visit.form.get("ids", []))
    back = own_page(visit.field("back") or SERVERS)
    if not names_by_id:
        return visit.go(back, Told(refused=(visit.say("They are gone already."),)))
    proof = _proof(visit, names_by_id)
    if visit.field("proof").strip() != proof.strip():
        words = {"names_by_id": names_by_id, "proof": proof, "back": back}
        return visit.page("delete_servers.html", 400, is_wrong=True, **words)
    is_of_one = back.startswith(f"{SERVERS}/")
    return visit.go(SERVERS if is_of_one else back, _done(visit, "delete", names_by_id))


def _proof(visit: Visit, names_by_id: Mapping[str, str]) -> str:
    """What is to be written before they are deleted."""
    return next(iter(names_by_id.values())) if len(names_by_id) == 1 else visit.caller.project_name


def _names(visit: Visit, ids: Sequence[str]) -> dict[str, str]:
    """By id, of those that are the caller's project's; in one query. One alone may be whoever's the caller may see."""
    if len(ids) == 1:
        server = visit.rooms.compute.servers.get(visit.caller, ids[0]).server
        return {str(server.id): server.name}
    if len(ids) > _MOST_AT_ONCE:
        raise Invalid("console.too_many", f"At most {_MOST_AT_ONCE} servers are acted on at once: tick fewer.")
    wish = ListWish(ServerFilter(ids=frozenset(ids)))
    return {str(server.id): server.name for server in visit.rooms.compute.servers.list(visit.caller, wish)}


def _done(visit: Visit, act: str, names_by_id: Mapping[str, str]) -> Told:
    """What came of it, in a sentence for those where it has begun and one for each refusal."""
    do = _verb(visit, act)
    begun, refused = [], []
    for server_id, name in names_by_id.items():
        try:
            do(visit.caller, server_id)
            begun.append(name)
        except CloudError as error:
            refused.append(f"{name}: {error.message}")
    return Told((visit.say(ACTS[act], names=", ".join(begun)),) if begun else (), tuple(refused))

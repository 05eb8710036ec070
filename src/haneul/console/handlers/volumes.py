"""Volumes and their snapshots: made, given to servers and taken back, enlarged, copied, deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from haneul.console.deleting import Doomed, ask_or_delete
from haneul.console.live import Piece, seen_of
from haneul.console.sessions import Told
from haneul.console.tables import part_of
from haneul.console.visit import PREFIX, Visit, if_allowed, status_of
from haneul.kit.errors import CloudError, Invalid
from haneul.kit.http import Reply, Request
from haneul.kit.ids import is_uuid
from haneul.kit.paging import Page
from haneul.services import compute
from haneul.services.image import Status as ImageStatus
from haneul.services.volume import ListWish, NewBackup, NewSnapshot, NewVolume, Snapshot, Status, VolumeView

VOLUMES, SNAPSHOTS = f"{PREFIX}/volumes", f"{PREFIX}/snapshots"
_MOST = 200
_MOST_DIGITS = 9


def list_volumes(visit: Visit, request: Request) -> Reply:
    return _list_page(visit)


def watch_volumes(visit: Visit, request: Request) -> Sequence[Piece]:
    """State and servers of the volumes that the page shows."""
    ids = tuple(each for each in (request.query.get("ids") or "").split(",") if is_uuid(each))[:_MOST]
    views = visit.rooms.volume.volumes.list_detail(visit.caller, ListWish({"id": ids})).things if ids else ()
    there = {view.volume.id for view in views}
    gone = [Piece(f"state-{each}", "gone", "pieces/server_gone.html") for each in ids if each not in there]
    return [*_pieces(visit, views), *gone]


def create_volume(visit: Visit, request: Request) -> Reply:
    """Empty, or as large as the image or the snapshot that it begins as if no size is said."""
    kind, _, source = visit.field("source").partition(":")
    try:
        new = NewVolume(
            size_gib=_gib(visit) if visit.field("size").strip() or not source else None,
            name=visit.field("name").strip(),
            image_id=source if kind == "image" else None,
            snapshot_id=source if kind == "snapshot" else None,
        )
        made = visit.rooms.volume.volumes.create(visit.caller, new)
    except CloudError as error:
        return _list_page(visit, error)
    told = visit.say("It is being made: %(name)s", name=made.name or made.id)
    return visit.go(f"{VOLUMES}/{made.id}", Told((told,)))


def show_volume(visit: Visit, request: Request) -> Reply:
    return _volume_page(visit, _volume(visit))


def watch_volume(visit: Visit, request: Request) -> Sequence[Piece]:
    """State, servers and what may be done with it; raises NotFound when it is gone."""
    return _all_pieces(visit, visit.rooms.volume.volumes.get(visit.caller, request.query.get("id") or ""))


def attach_volume(visit: Visit, request: Request) -> Reply:
    view = _volume(visit)
    wish = compute.VolumeWish(view.volume.id)
    return _done(visit, view, lambda: visit.rooms.compute.servers.attach_volume(visit.caller, _server(visit), wish))


def detach_volume(visit: Visit, request: Request) -> Reply:
    view = _volume(visit)
    servers, volume_id = visit.rooms.compute.servers, view.volume.id
    return _done(visit, view, lambda: servers.detach_volume(visit.caller, _server(visit), volume_id))


def extend_volume(visit: Visit, request: Request) -> Reply:
    view = _volume(visit)
    return _done(visit, view, lambda: visit.rooms.volume.volumes.extend(visit.caller, view.volume.id, _gib(visit)))


def create_snapshot(visit: Visit, request: Request) -> Reply:
    """Also of a volume that a server has, as of that moment."""
    view = _volume(visit)
    new = NewSnapshot(view.volume.id, name=visit.field("name").strip(), force=True)
    return _done(visit, view, lambda: visit.rooms.volume.snapshots.create(visit.caller, new))


def create_backup(visit: Visit, request: Request) -> Reply:
    """Of all that is on it, or of what changed since its last backup; also while a server has it."""
    view = _volume(visit)
    is_incremental = visit.field("incremental") == "yes"
    new = NewBackup(view.volume.id, name=visit.field("name").strip(), is_incremental=is_incremental, force=True)
    return _done(visit, view, lambda: visit.rooms.volume.backups.create(visit.caller, new))


def delete_volume(visit: Visit, request: Request) -> Reply:
    volume = _volume(visit).volume
    doomed = Doomed(
        name=volume.name or volume.id,
        question=visit.say("Delete this volume?"),
        warning=visit.say("All that is on it is lost. Its snapshots are to be deleted first."),
        back=f"{VOLUMES}/{volume.id}",
        home=VOLUMES,
    )
    return ask_or_delete(visit, doomed, lambda: visit.rooms.volume.volumes.delete(visit.caller, volume.id))


def list_snapshots(visit: Visit, request: Request) -> Reply:
    caller, volumes = visit.caller, visit.rooms.volume
    part = part_of(visit, lambda page: volumes.snapshots.list(caller, ListWish(page=page)).things)
    of = tuple({snapshot.volume_id for snapshot in part.rows})
    found = volumes.volumes.list(caller, ListWish({"id": of})).things if of else ()
    names = {volume.id: volume.name or volume.id for volume in found}
    return visit.page("snapshots.html", part=part, volume_names=names)


def delete_snapshot(visit: Visit, request: Request) -> Reply:
    snapshots = visit.rooms.volume.snapshots
    snapshot: Snapshot = snapshots.get(visit.caller, request.params["snapshot_id"])
    doomed = Doomed(
        name=snapshot.name or snapshot.id,
        question=visit.say("Delete this snapshot?"),
        warning=visit.say("The volume stays as it is, and so do volumes that began as the snapshot."),
        back=SNAPSHOTS,
        home=SNAPSHOTS,
    )
    return ask_or_delete(visit, doomed, lambda: snapshots.delete(visit.caller, snapshot.id))


def _volume(visit: Visit) -> VolumeView:
    return visit.rooms.volume.volumes.get(visit.caller, visit.request.params["volume_id"])


def _server(visit: Visit) -> str:
    """Raises Invalid("console.no_server")."""
    if not visit.field("server"):
        raise Invalid("console.no_server", "No server is chosen: choose one of the list.")
    return visit.field("server")


def _gib(visit: Visit) -> int:
    """What the form says of the size. Raises Invalid("volume.bad_size")."""
    said = visit.field("size").strip()
    if not (said.isascii() and said.isdigit() and len(said) <= _MOST_DIGITS):
        raise Invalid("volume.bad_size", f"{said!r:.40} is no size: say how many whole GiB.")
    return int(said)


def _done(visit: Visit, view: VolumeView, do: Callable[[], object]) -> Reply:
    """The volume's page after `do`, or with what it was refused for."""
    try:
        do()
    except CloudError as error:
        return _volume_page(visit, view, error)
    return visit.go(f"{VOLUMES}/{view.volume.id}")


def _list_page(visit: Visit, error: CloudError | None = None) -> Reply:
    caller, rooms = visit.caller, visit.rooms
    part = part_of(
        visit,
        lambda page: rooms.volume.volumes.list_detail(caller, ListWish(page=page)).things,
        key=lambda view: view.volume.id,
    )
    pieces = _pieces(visit, part.rows)
    ready = ListWish({"status": Status.AVAILABLE}, page=Page(_MOST))
    images = if_allowed(lambda: rooms.image.images.list(caller, page=Page(_MOST))) or ()
    return visit.page(
        "volumes.html",
        200 if error is None else status_of(error),
        part=part,
        pieces={piece.id: piece for piece in pieces},
        seen=seen_of(pieces),
        ids=",".join(view.volume.id for view in part.rows),
        images=[each for each in images if each.status is ImageStatus.ACTIVE],
        snapshots=rooms.volume.snapshots.list(caller, ready).things,
        message=error.message if error else "",
    )


def _volume_page(visit: Visit, view: VolumeView, error: CloudError | None = None) -> Reply:
    rooms, caller, volume = visit.rooms, visit.caller, view.volume
    pieces = _all_pieces(visit, view)
    of_it = ListWish({"volume_id": volume.id}, page=Page(_MOST))
    told = if_allowed(lambda: rooms.volume.messages.list(caller, ListWish({"resource_id": volume.id})).things)
    return visit.page(
        "volume.html",
        200 if error is None else status_of(error),
        view=view,
        volume=volume,
        image=rooms.image.images.find(caller, volume.image_id) if volume.image_id else None,
        snapshots=rooms.volume.snapshots.list(caller, of_it).things,
        backups=rooms.volume.backups.list(caller, of_it).things,
        complaints=told or (),
        pieces={piece.id.partition("-")[0]: piece for piece in pieces},
        seen=seen_of(pieces),
        message=error.message if error else "",
    )


def _all_pieces(visit: Visit, view: VolumeView) -> list[Piece]:
    wish = compute.ListWish(compute.ServerFilter(), Page(_MOST))
    servers = if_allowed(lambda: visit.rooms.compute.servers.list(visit.caller, wish)) or ()
    offered = [(str(server.id), server.name) for server in servers]
    facts = (view.volume.status.value, offered)
    words = {"volume": view.volume, "offered": offered}
    return [*_pieces(visit, [view]), Piece(f"acts-{view.volume.id}", facts, "pieces/volume_acts.html", words)]


def _pieces(visit: Visit, views: Sequence[VolumeView]) -> list[Piece]:
    names = _server_names(visit, views)
    pieces = []
    for view in views:
        words = {"view": view, "servers": names}
        at = [(each.server_id, each.device, each.status.value) for each in view.attachments]
        state = (view.volume.status.value, view.volume.size_gib)
        pieces.append(Piece(f"state-{view.volume.id}", state, "pieces/volume_state.html", words))
        pieces.append(Piece(f"servers-{view.volume.id}", at, "pieces/volume_servers.html", words))
    return pieces


def _server_names(visit: Visit, views: Sequence[VolumeView]) -> Mapping[str, str]:
    """By id, of the servers that have them; in one query."""
    ids = frozenset(each.server_id for view in views for each in view.attachments if each.server_id)
    if not ids:
        return {}
    wish = compute.ListWish(compute.ServerFilter(ids=ids))
    servers = if_allowed(lambda: visit.rooms.compute.servers.list(visit.caller, wish)) or ()
    return {str(server.id): server.name for server in servers}

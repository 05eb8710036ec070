"""Backups: copies of volumes that lie elsewhere; restored and deleted. A volume's page makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from haneul.console.deleting import Doomed, ask_or_delete
from haneul.console.live import Piece, seen_of
from haneul.console.sessions import Told
from haneul.console.tables import PAGE, part_of
from haneul.console.visit import PREFIX, Visit, status_of
from haneul.kit.errors import CloudError, Invalid
from haneul.kit.http import Reply, Request
from haneul.kit.ids import is_uuid
from haneul.kit.paging import Page
from haneul.services.volume import Backup, ListWish, Status, Volume

BACKUPS, VOLUMES = f"{PREFIX}/backups", f"{PREFIX}/volumes"
_MOST = 200


def list_backups(visit: Visit, request: Request) -> Reply:
    caller, volumes = visit.caller, visit.rooms.volume
    part = part_of(visit, lambda page: volumes.backups.list(caller, ListWish(page=page)).things)
    pieces = _pieces(part.rows)
    return visit.page(
        "backups.html",
        part=part,
        volume_names=_names(visit, part.rows),
        ids=",".join(backup.id for backup in part.rows),
        seen=seen_of(pieces),
    )


def watch_backups(visit: Visit, request: Request) -> Sequence[Piece]:
    """How far those have come that the page shows."""
    ids = tuple(each for each in (request.query.get("ids") or "").split(",") if is_uuid(each))[:PAGE]
    found = visit.rooms.volume.backups.list(visit.caller, ListWish({"id": ids})).things if ids else ()
    there = {backup.id for backup in found}
    gone = [Piece(f"state-{each}", "gone", "pieces/server_gone.html") for each in ids if each not in there]
    return [*_pieces(found), *gone]


def show_backup(visit: Visit, request: Request) -> Reply:
    return _backup_page(visit, _backup(visit))


def restore_backup(visit: Visit, request: Request) -> Reply:
    """As a new volume; or over one that is there, for whoever writes its name: it loses what it holds."""
    backup, over = _backup(visit), visit.field("volume")
    try:
        if over:
            _require_proof(visit, visit.rooms.volume.volumes.get(visit.caller, over).volume)
        name = visit.field("name").strip() or None
        made = visit.rooms.volume.backups.restore(visit.caller, backup.id, over or None, name)
    except CloudError as error:
        return _backup_page(visit, backup, error)
    return visit.go(f"{VOLUMES}/{made.id}", Told((visit.say("The backup is being restored."),)))


def delete_backup(visit: Visit, request: Request) -> Reply:
    backup = _backup(visit)
    doomed = Doomed(
        name=backup.name or backup.id,
        question=visit.say("Delete this backup?"),
        warning=visit.say("The volume stays as it is. Backups that build on this one are to be deleted first."),
        back=f"{BACKUPS}/{backup.id}",
        home=BACKUPS,
    )
    return ask_or_delete(visit, doomed, lambda: visit.rooms.volume.backups.delete(visit.caller, backup.id))


def _backup(visit: Visit) -> Backup:
    return visit.rooms.volume.backups.get(visit.caller, visit.request.params["backup_id"])


def _require_proof(visit: Visit, volume: Volume) -> None:
    """Raises Invalid("console.no_proof") unless the volume's name is written."""
    if visit.field("proof").strip() != (volume.name or volume.id).strip():
        raise Invalid(
            "console.no_proof", "What is written is not the volume's name: nothing was restored. Write its name."
        )


def _backup_page(visit: Visit, backup: Backup, error: CloudError | None = None) -> Reply:
    caller, volumes = visit.caller, visit.rooms.volume
    ready = ListWish({"status": Status.AVAILABLE}, page=Page(_MOST))
    fitting = [each for each in volumes.volumes.list(caller, ready).things if each.size_gib >= backup.size_gib]
    return visit.page(
        "backup.html",
        200 if error is None else status_of(error),
        backup=backup,
        volume_names=_names(visit, [backup]),
        volumes=fitting,
        is_built_upon=bool(volumes.backups.has_dependents([backup.id])),
        seen=seen_of(_pieces([backup])),
        message=error.message if error else "",
    )


def _names(visit: Visit, backups: Sequence[Backup]) -> Mapping[str, str]:
    """Of the volumes that they are of, by id, as far as these are there; in one query."""
    of = tuple({backup.volume_id for backup in backups})
    found = visit.rooms.volume.volumes.list(visit.caller, ListWish({"id": of})).things if of else ()
    return {volume.id: volume.name or volume.id for volume in found}


def _pieces(backups: Sequence[Backup]) -> list[Piece]:
    return [
        Piece(
            f"state-{backup.id}",
            (backup.status.value, backup.fail_reason, backup.size_gib),
            "pieces/backup_state.html",
            {"backup": backup},
        )
        for backup in backups
    ]

"""Images: those that the project may begin servers with, uploaded, fetched from the web, deleted."""

from __future__ import annotations

from collections.abc import Sequence

from haneul.console.deleting import Doomed, ask_or_delete
from haneul.console.live import Piece, seen_of
from haneul.console.sessions import Told
from haneul.console.tables import part_of
from haneul.console.visit import PREFIX, Visit, if_allowed, status_of
from haneul.kit.errors import CloudError, Invalid
from haneul.kit.http import Reply, Request
from haneul.kit.paging import SortKey
from haneul.services.image import Image, ImportMethod, ImportOrder, NewImage, Task

IMAGES = f"{PREFIX}/images"
FORMATS = ("qcow2", "raw", "vmdk", "vdi", "vhd", "vhdx", "iso")
_LONGEST_NAME = 255
_NEWEST_FIRST = SortKey("created_at", is_descending=True)


def list_images(visit: Visit, request: Request) -> Reply:
    return _list_page(visit)


def create_image(visit: Visit, request: Request) -> Reply:
    """One that the cloud fetches from the web; of one whose fetching is refused nothing stays."""
    images, url = visit.rooms.image.images, visit.field("url").strip()
    try:
        made = images.create(visit.caller, _new_image(visit))
        try:
            said: dict[str, object] = {"method": {"name": ImportMethod.DOWNLOAD.value, "uri": url}}
            visit.rooms.image.imports.begin(visit.caller, made.id, ImportOrder(ImportMethod.DOWNLOAD, url, said=said))
        except CloudError:
            images.delete(visit.caller, made.id)
            raise
    except CloudError as error:
        return _list_page(visit, error)
    told = visit.say("It is being fetched: %(name)s", name=made.name or made.id)
    return visit.go(f"{IMAGES}/{made.id}", Told((told,)))


def upload_image(visit: Visit, request: Request) -> Reply:
    """One whose data is a file of the form; of one that is refused or breaks off nothing stays."""
    images, file = visit.rooms.image.images, visit.file
    try:
        if file is None:
            raise Invalid("console.no_file", "No file came with the form: choose one.")
        made = images.create(visit.caller, _new_image(visit))
        try:
            images.upload(visit.caller, made.id, file)
        except CloudError:
            images.delete(visit.caller, made.id)
            raise
    except CloudError as error:
        return _list_page(visit, error)
    return visit.go(f"{IMAGES}/{made.id}")


def show_image(visit: Visit, request: Request) -> Reply:
    image = visit.rooms.image.images.get(visit.caller, request.params["image_id"])
    pieces = _pieces(visit, image)
    return visit.page(
        "image.html",
        image=image,
        is_ours=image.owner == visit.caller.project_id,
        tasks=pieces[0].words["tasks"],
        seen=seen_of(pieces),
    )


def watch_image(visit: Visit, request: Request) -> Sequence[Piece]:
    """How far it has come; raises NotFound when it is gone."""
    return _pieces(visit, visit.rooms.image.images.get(visit.caller, request.query.get("id") or ""))


def delete_image(visit: Visit, request: Request) -> Reply:
    images = visit.rooms.image.images
    image = images.get(visit.caller, request.params["image_id"])
    doomed = Doomed(
        name=image.name or image.id,
        question=visit.say("Delete this image?"),
        warning=visit.say("Servers and volumes that began as it stay. No new ones begin as it."),
        back=f"{IMAGES}/{image.id}",
        home=IMAGES,
    )
    return ask_or_delete(visit, doomed, lambda: images.delete(visit.caller, image.id))


def _new_image(visit: Visit) -> NewImage:
    """As the form says. Raises Invalid for what is no name, and no format of the list."""
    name, form = visit.field("name").strip(), visit.field("format")
    if not 0 < len(name) <= _LONGEST_NAME:
        raise Invalid("console.bad_name", f"A name has 1 to {_LONGEST_NAME} characters: choose another.")
    if form not in FORMATS:
        raise Invalid("console.bad_format", f"{form!r:.40} is no format of the list: choose one of it.")
    return NewImage(name=name, disk_format=form, container_format="bare")


def _list_page(visit: Visit, error: CloudError | None = None) -> Reply:
    return visit.page(
        "images.html",
        200 if error is None else status_of(error),
        part=part_of(visit, lambda page: visit.rooms.image.images.list(visit.caller, page=page), _NEWEST_FIRST),
        formats=FORMATS,
        message=error.message if error else "",
    )


def _pieces(visit: Visit, image: Image) -> list[Piece]:
    tasks: Sequence[Task] = if_allowed(lambda: visit.rooms.image.tasks.list_of(visit.caller, image.id)) or ()
    failed = [task for task in tasks if task.message and not image.has_data]
    facts = (image.status.value, [task.message for task in failed])
    return [Piece(f"state-{image.id}", facts, "pieces/image_state.html", {"image": image, "tasks": failed})]

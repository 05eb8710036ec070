"""Images' data: in, out, and for the hosts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from haneul.hostapi import ImageSource
from haneul.kit.errors import Conflict, Forbidden, Invalid, Unavailable
from haneul.kit.policy import Caller
from haneul.services.image.driver import BlobReader, NamedStore
from haneul.services.image.model import Digest, Image, Status
from haneul.services.image.parts import Parts
from haneul.services.image.verbs.access import Access, not_found
from haneul.services.image.verbs.intake import begin, give_up
from haneul.services.image.verbs.quota import SIZE_TOTAL, require_room_for_data
from haneul.services.image.workflows.receive import PIECE_BYTES, settled, take_in, upload_ended
from haneul.services.image.workflows.spread import Way, claim_copy, open_blob, remove_unused, settle_copy

_BOOTABLE_CONTAINERS = ("bare", "ami")
_OUT_OF_OVA = (
    " Take the disk out of it with `tar -xf FILE.ova`, convert it with "
    "`qemu-img convert -O qcow2 DISK.vmdk DISK.qcow2`, and upload that as qcow2, container format bare."
)
_READ_AS_RAW = ("raw", "iso", "ami")


@dataclass(frozen=True)
class Download:
    """Data on its way out: whole for its reader even if the image is deleted meanwhile."""

    size_bytes: int
    checksum: str | None
    reader: BlobReader

    def chunks(self, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes from `offset`, and the reader closed after the last."""
        end = self.size_bytes if length is None else min(self.size_bytes, offset + length)
        with self.reader:
            while offset < end:
                piece = self.reader.read(offset, min(PIECE_BYTES, end - offset))
                if not piece:
                    raise Unavailable("image.data_short", "The image's data ends too early; look at the store.")
                offset += len(piece)
                yield piece


@dataclass(frozen=True)
class ImageData:
    parts: Parts

    def upload(
        self, caller: Caller, image_id: str, chunks: Iterator[bytes], size_bytes: int | None = None, store: str = ""
    ) -> Image:
        """Give a queued image its data, in the store (or the default one), and make it active.

        `size_bytes` is what the client announces.

        When the data is refused or cut off, the image is queued again and nothing of it stays. Raises NotFound,
        Forbidden, Conflict `image.wrong_status`, Invalid `image.no_store` | `image.wrong_format` | `image.unsafe` |
        `image.truncated` | `image.too_large`, OverQuota, NoCapacity `image.store_full`.
        """
        target = self.parts.stores.get(store) if store else self.parts.stores.default
        with self.parts.db.write():
            image = Access(self.parts).permitted(caller, image_id, "upload_image")
            require_formats(image)
            require_room_for_data(self.parts, image, SIZE_TOTAL, size_bytes)
            image = begin(self.parts, image, Status.SAVING)
        try:
            digest = take_in(self.parts, image, chunks, target)
            self._finish(image, digest, target)
        except BaseException:
            give_up(self.parts, image)
            raise
        return self.parts.store.images.find(image_id) or image

    def download(self, caller: Caller, image_id: str) -> Download | None:
        """The data, open for reading; None for an image without. Raises NotFound, Forbidden."""
        image = Access(self.parts).permitted(caller, image_id, "download_image")
        if image.status is Status.DEACTIVATED and not Access(self.parts).is_cloud_admin(caller):
            raise Forbidden(
                "image.deactivated",
                "The requested image has been deactivated. Image data download is forbidden: "
                "ask its owner to reactivate it.",
            )
        if not image.has_data or image.blob is None:
            return None
        return Download(image.size_bytes or 0, image.checksum, self._open(image))

    def source(self, caller: Caller, image_id: str) -> ImageSource:
        """What a host needs to know to fetch the image and begin a disk with it.

        Raises NotFound, Forbidden, Conflict `image.not_active`, Invalid `image.not_bootable` | `image.empty`.
        """
        image = Access(self.parts).permitted(caller, image_id, "download_image")
        if image.status is not Status.ACTIVE or image.blob is None:
            raise Conflict(
                "image.not_active", f"Image {image_id} is {image.status}: a server needs one that is active."
            )
        require_bootable(image)
        if not image.size_bytes:
            raise Invalid("image.empty", f"Image {image_id} holds no data: upload a disk as a new image.")
        claimed, found = image.disk_format or "", image.found_format or "raw"
        disk_format = "raw" if claimed in _READ_AS_RAW else found
        return ImageSource(image_id, image.blob, image.size_bytes or 0, disk_format)

    def read(self, image_id: str, offset: int, length: int) -> bytes:
        """A piece of the data, for the link to the hosts, which verify the whole by its address."""
        image = self.parts.store.images.find(image_id)
        if image is None or image.blob is None:
            raise not_found(image_id)
        with self._open(image) as reader:
            return reader.read(offset, length)

    def let_go(self, image: Image, stood_on: Sequence[tuple[str, str]]) -> None:
        """Remove what a deleted image leaves in the stores (name and address), unless another image stands on it.

        What stays behind when this is cut off, upkeep finds.
        """
        if image.upload_id is not None:
            self.parts.stores.discard(image.upload_id)
        for name, address in stood_on:
            remove_unused(self.parts, name, address)

    def _open(self, image: Image) -> BlobReader:
        """From the heaviest store where it is whole."""
        blobs = {blob.store: blob for blob in self.parts.store.blobs.list_of(image.blob or "")}
        whole = [name for name in image.stores if name in blobs and not blobs[name].is_damaged]
        if not whole and any(name in blobs for name in image.stores):
            raise Unavailable(
                "image.damaged",
                f"The data of image {image.id} is no longer what was uploaded: its checksum differs. "
                "Upload the same file as a new image, and both are whole again.",
            )
        return open_blob(self.parts, image.blob or "", whole)

    def _finish(self, image: Image, digest: Digest, store: NamedStore) -> None:
        way = Way(image.id, image.upload_id or "", digest.address, digest.size_bytes, store.name)
        claim_copy(self.parts, way)
        store.blobs.keep(way.upload_id, way.address)
        with self.parts.db.write():
            settle_copy(self.parts, way, is_there=True)
            if not self.parts.store.images.move(image, Status.ACTIVE, self.parts.clock.now(), **settled(digest)):
                raise upload_ended(image.id)


def require_bootable(image: Image) -> None:
    """Raises Invalid `image.not_bootable` where the disk is wrapped in something else."""
    if image.container_format not in _BOOTABLE_CONTAINERS:
        raise Invalid(
            "image.not_bootable",
            f"Image {image.id} has the container format {image.container_format}: a server needs one that is bare."
            + (_OUT_OF_OVA if image.container_format == "ova" else ""),
        )


def require_formats(image: Image) -> None:
    missing = [name for name in ("disk_format", "container_format") if getattr(image, name) is None]
    if missing:
        raise Invalid("image.no_format", f"Properties {', '.join(missing)} must be set prior to saving data.")

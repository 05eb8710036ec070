"""Taking data in: written, hashed and inspected in one pass, in flat memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from haneul.kit.digests import Digests, algorithm_of
from haneul.kit.errors import Invalid, NotFound
from haneul.services.image.driver import BlobReader, BlobStore, Found, NamedStore
from haneul.services.image.model import Digest, Image
from haneul.services.image.parts import Parts

PIECE_BYTES = 1 << 20
UPLOAD_LEASE = timedelta(minutes=5)
"""How long an upload may go without bringing another megabyte."""
STAGED_LEASE = timedelta(days=7)
"""How long staged data waits for its import."""


def write_draft(parts: Parts, image: Image, chunks: Iterable[bytes], store: NamedStore) -> int:
    """Write the draft of `image.upload_id` into the store, sealed, and answer with its size.

    Raises Invalid `image.too_large` beyond the limit, NotFound `image.upload_ended` as soon as the image no
    longer waits for it.
    """
    return sum(len(piece) for piece in _written(parts, image, chunks, store.blobs))


def take_in(parts: Parts, image: Image, chunks: Iterable[bytes], store: NamedStore) -> Digest:
    """As `write_draft`, hashed and inspected on the way."""
    inspection = parts.inspector.begin(image.disk_format or "", image.container_format or "")
    with Digests(parts.options.hash_algorithm, "md5") as digests:
        for piece in _written(parts, image, chunks, store.blobs):
            digests.feed(piece)
            inspection.feed(piece)
        sums = digests.hexdigests()
    with store.blobs.open_draft(image.upload_id or "") as reader:
        return _digest(parts, sums, reader, inspection.finish(reader))


def examine_draft(parts: Parts, image: Image) -> Digest:
    """Hash and inspect a draft that is complete."""
    inspection = parts.inspector.begin(image.disk_format or "", image.container_format or "")
    store = parts.stores.holder(image.upload_id or "") or parts.stores.default
    with store.blobs.open_draft(image.upload_id or "") as reader:
        with Digests(parts.options.hash_algorithm, "md5") as digests:
            for piece in pieces_of(reader):
                digests.feed(piece)
                inspection.feed(piece)
            sums = digests.hexdigests()
        return _digest(parts, sums, reader, inspection.finish(reader))


def digest_of(reader: BlobReader, algorithm: str) -> str:
    """In hex, of all of it."""
    with Digests(algorithm) as digests:
        for piece in pieces_of(reader):
            digests.feed(piece)
        return digests.hexdigests()[algorithm]


def pieces_of(reader: BlobReader) -> Iterator[bytes]:
    """All of it, in order."""
    for offset in range(0, reader.size_bytes, PIECE_BYTES):
        yield reader.read(offset, PIECE_BYTES)


def _digest(parts: Parts, sums: dict[str, str], reader: BlobReader, found: Found) -> Digest:
    algorithm = parts.options.hash_algorithm
    value, md5 = sums[algorithm], sums["md5"]
    address = _address(parts, value, md5, reader)
    return Digest(algorithm, value, address, md5, reader.size_bytes, found.format, found.virtual_size_bytes)


def _address(parts: Parts, value: str, md5: str, reader: BlobReader) -> str:
    """`value`, unless the same data is kept already under the address of another algorithm: equal data is kept once."""
    for known in parts.store.images.addresses_like(md5, reader.size_bytes):
        if known == value or digest_of(reader, algorithm_of(known)) == known:
            return known
    return value


def _written(parts: Parts, image: Image, chunks: Iterable[bytes], blobs: BlobStore) -> Iterator[bytes]:
    """Every piece once it is written; the draft is sealed after the last. The upload's lease is renewed meanwhile."""
    size, limit_bytes = 0, parts.options.max_image_bytes
    renew_at = parts.clock.monotonic() + UPLOAD_LEASE.total_seconds() / 3
    draft = blobs.begin(image.upload_id or "")
    try:
        for piece in _pieces(chunks):
            size += len(piece)
            if size > limit_bytes:
                raise Invalid(
                    "image.too_large",
                    f"The data is larger than the {limit_bytes} bytes that are left for it: "
                    "upload a smaller image, delete others, or ask your operator for more.",
                )
            draft.write(piece)
            yield piece
            if parts.clock.monotonic() >= renew_at:
                _renew(parts, image)
                renew_at = parts.clock.monotonic() + UPLOAD_LEASE.total_seconds() / 3
        draft.seal()
        _renew(parts, image)
    finally:
        draft.close()


def _renew(parts: Parts, image: Image) -> None:
    until = parts.clock.now() + UPLOAD_LEASE
    if not parts.store.images.renew_upload(image.upload_id or "", until):
        raise upload_ended(image.id)


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of about PIECE_BYTES: what follows costs by the piece."""
    waiting: list[bytes] = []
    size = 0
    for chunk in chunks:
        if chunk:
            waiting.append(chunk)
            size += len(chunk)
        if size >= PIECE_BYTES:
            yield waiting[0] if len(waiting) == 1 else b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def upload_ended(image_id: str) -> NotFound:
    return NotFound(
        "image.upload_ended", f"Image {image_id} no longer waits for this data; it was deleted or began anew."
    )


def settled(digest: Digest) -> dict[str, object]:
    """The columns of an image whose data is complete."""
    return {
        "size_bytes": digest.size_bytes,
        "virtual_size_bytes": digest.virtual_size_bytes,
        "checksum": digest.md5,
        "os_hash_algo": digest.algorithm,
        "os_hash_value": digest.value,
        "found_format": digest.found_format,
        "upload_id": None,
        "upload_until": None,
    }

"""Images' data on its way in and out."""

from __future__ import annotations

import re

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request

STORE_HEADER = "x-image-meta-store"
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


def upload_image(cloud: Cloud, req: Request) -> Reply:
    check_octets(req)
    cloud.image.images.upload(
        req.caller, req.params["image_id"], req.chunks(), announced_size(req), req.headers.get(STORE_HEADER, "")
    )
    return Reply(204)


def download_image(cloud: Cloud, req: Request) -> Reply:
    download = cloud.image.images.download(req.caller, req.params["image_id"])
    if download is None:
        return Reply(204)
    headers = {"content-type": "application/octet-stream"}
    try:
        first, length, is_part = _range(req, download.size_bytes)
    except Invalid:
        download.reader.close()
        raise
    if is_part:
        headers["content-range"] = f"bytes {first}-{first + length - 1}/{download.size_bytes}"
    if download.checksum:
        headers["content-md5"] = download.checksum
    headers["content-length"] = str(length)
    return Reply(206 if is_part else 200, download.chunks(first, length), headers)


def announced_size(req: Request) -> int | None:
    """How large the client says that its data is; None where it does not. Raises Invalid `image.bad_size`."""
    text = req.headers.get("x-openstack-image-size") or req.headers.get("content-length")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise Invalid(
            "image.bad_size", f"{text} is no size of an image: announce its bytes as a number, or leave it out."
        )
    return int(text)


def check_octets(req: Request) -> None:
    """Invalid `request.media_type` unless the body is bytes."""
    kind = req.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/octet-stream":
        raise Invalid(
            "request.media_type", f"The content type {kind or 'none'} is not supported: send application/octet-stream."
        )


def _range(req: Request, size: int) -> tuple[int, int, bool]:
    """First byte, how many, and whether that is a part (RFC 9110, and Content-Range as older clients send it)."""
    text = req.headers.get("range")
    old = req.headers.get("content-range")
    if text is None and old is None:
        return 0, size, False
    if text is not None and (found := _RANGE.fullmatch(text.strip())) and any(found.groups()):
        start, end = found.groups()
        first = int(start) if start else max(0, size - int(end))
        last = min(size - 1, int(end)) if start and end else size - 1
    elif text is None and (found := _CONTENT_RANGE.fullmatch((old or "").strip())):
        first, last = int(found[1]), min(size - 1, int(found[2]))
    else:
        raise _unsatisfiable(size)
    if not first <= last:
        raise _unsatisfiable(size)
    return first, last - first + 1, True


def _unsatisfiable(size: int) -> Invalid:
    return Invalid("image.bad_range", f"The image has {size} bytes; ask for a range within, as bytes=0-1023.")

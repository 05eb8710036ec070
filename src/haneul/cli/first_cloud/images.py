"""The public image `tiny-debian`."""

from __future__ import annotations

from pathlib import Path

from haneul.cli.rest import Rest

NAME = "tiny-debian"


def find_image(admin: Rest) -> str | None:
    """The id of the image, if it is there and complete."""
    found = admin.get("/image/v2/images", name=NAME, visibility="public")["images"]
    return next((str(image["id"]) for image in found if image["status"] == "active"), None)


def upload(admin: Rest, file: Path, disk_format: str) -> str:
    """Give the file to the cloud as a public image; its id."""
    for left in admin.get("/image/v2/images", name=NAME, status="queued")["images"]:
        admin.delete(f"/image/v2/images/{left['id']}")
    details = {"name": NAME, "disk_format": disk_format, "container_format": "bare", "visibility": "public"}
    image = str(admin.post("/image/v2/images", details)["id"])
    admin.upload(f"/image/v2/images/{image}/file", file)
    return image

"""The files and folders that guests may read (OpenStack's metadata formats and EC2's)."""

from __future__ import annotations

from haneul.hostapi import GuestMetadata

OPENSTACK_VERSIONS = (
    "2012-08-10",
    "2013-04-04",
    "2013-10-17",
    "2015-10-15",
    "2016-06-30",
    "2016-10-06",
    "2017-02-22",
    "2018-08-27",
    "2020-10-14",
    "latest",
)
EC2_VERSIONS = (
    "1.0",
    "2007-01-19",
    "2007-03-01",
    "2007-08-29",
    "2007-10-10",
    "2007-12-15",
    "2008-02-01",
    "2008-09-01",
    "2009-04-04",
    "latest",
)
PASSWORD = "password"
CONTENT = "content"


def openstack_files(metadata: GuestMetadata) -> dict[str, bytes]:
    """The files of one version of the OpenStack tree; user_data only where there is any."""
    files = {
        "meta_data.json": metadata.meta_data.encode(),
        "network_data.json": metadata.network_data.encode(),
        "vendor_data.json": metadata.vendor_data.encode(),
        "vendor_data2.json": b"{}",
    }
    if metadata.user_data:
        files["user_data"] = metadata.user_data
    return files


def content_files(metadata: GuestMetadata) -> dict[str, bytes]:
    """The files that the guest shall keep, by the names that meta_data.json has for them."""
    return {f"{number:04}": data for number, data in enumerate(metadata.content)}


def find(metadata: GuestMetadata, path: str) -> bytes | None:
    """What is at the path: a file's content, or a folder's listing, one name a line; None for neither."""
    names = [name for name in path.split("/") if name]
    if not names:
        return _listing(["openstack", *EC2_VERSIONS])
    if names[0] == "openstack":
        return _openstack(metadata, names[1:])
    if names[0] in EC2_VERSIONS:
        return _ec2(metadata, names[1:], is_folder=path.endswith("/"))
    return None


def _openstack(metadata: GuestMetadata, names: list[str]) -> bytes | None:
    if not names:
        return _listing(OPENSTACK_VERSIONS)
    if names[0] == CONTENT:
        return content_files(metadata).get(names[1]) if len(names) == 2 else None
    if names[0] not in OPENSTACK_VERSIONS:
        return None
    files = openstack_files(metadata)
    if len(names) == 1:
        return _listing([*sorted(files), PASSWORD])
    return files.get(names[1]) if len(names) == 2 else None


def _ec2(metadata: GuestMetadata, names: list[str], is_folder: bool) -> bytes | None:
    if not names:
        return _listing(["meta-data/", *(["user-data"] if metadata.user_data else [])])
    if names == ["user-data"]:
        return metadata.user_data or None
    if names[0] != "meta-data":
        return None
    leaves = {name.strip("/"): text for name, text in (metadata.ec2 or {}).items()}
    wanted = "/".join(names[1:])
    if wanted in leaves and not is_folder:
        return leaves[wanted].encode()
    return _ec2_folder(leaves, wanted)


def _ec2_folder(leaves: dict[str, str], wanted: str) -> bytes | None:
    """The names below a folder; folders end with a slash, and keys are listed by number and name as EC2 does."""
    prefix = f"{wanted}/" if wanted else ""
    below = {name.removeprefix(prefix) for name in leaves if name.startswith(prefix)}
    if not below:
        return None
    if wanted == "public-keys":
        numbers = sorted({name.split("/")[0] for name in below})
        return _listing([f"{number}={leaves.get(f'public-keys/{number}/name', 'key')}" for number in numbers])
    return _listing(sorted({f"{name.split('/')[0]}/" if "/" in name else name for name in below}))


def _listing(names: list[str] | tuple[str, ...]) -> bytes:
    return "\n".join(names).encode()

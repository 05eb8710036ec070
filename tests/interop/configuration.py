"""Tempest's configuration, made from what the cloud in the lab says about itself."""

from __future__ import annotations

import configparser
from pathlib import Path

from tests.lab.cloud import LabCloud
from tests.lab.people import Person

_OTHER_IMAGE = "tempest-other"
_FLAVOR, _OTHER_FLAVOR = "84", "1"
"""m1.micro, and m1.tiny to change to."""
_BUILD_S = 300
"""How long a guest may take to build and to answer by ssh, emulated, with another beside it."""

Sections = dict[str, dict[str, object]]


def write(cloud: LabCloud, folder: Path) -> Path:
    """The file. Every feature that the cloud claims is on: what is missing has to fail, not to be passed over."""
    sections = _people(cloud) | _compute(cloud.admin, cloud.machine.folder / "tiny.qcow2") | _network(cloud.admin)
    sections |= _rest(cloud.admin, folder)
    parser = configparser.RawConfigParser()
    parser.read_dict({name: {key: str(value) for key, value in keys.items()} for name, keys in sections.items()})
    path = folder / "tempest.conf"
    with path.open("w") as out:
        parser.write(out)
    return path


def _people(cloud: LabCloud) -> Sections:
    admin = cloud.admin.credentials
    return {
        "auth": {
            "use_dynamic_credentials": True,
            "tempest_roles": "member",
            "admin_username": admin.user,
            "admin_password": admin.password,
            "admin_project_name": admin.project,
            "admin_domain_name": "Default",
        },
        "identity": {
            "uri_v3": f"{cloud.url}/identity/v3",
            "region": cloud.region,
            "v3_endpoint_type": "public",
            # How the cloud in the lab is set up: see conftest.py.
            "user_lockout_failure_attempts": 2,
            "user_lockout_duration": 10,
            "user_unique_last_password_count": 2,
        },
        "identity-feature-enabled": {"trust": True, "access_rules": True, "security_compliance": True},
    }


def _compute(admin: Person, image_file: Path) -> Sections:
    image = admin.ask("GET", "/image/v2/images?name=tiny-debian")["images"][0]["id"]
    newest = admin.ask("GET", "/compute/v2.1/")["version"]["version"]
    return {
        "compute": {
            "image_ref": image,
            "image_ref_alt": _other_image(admin, image_file),
            "flavor_ref": _FLAVOR,
            "flavor_ref_alt": _OTHER_FLAVOR,
            "build_timeout": _BUILD_S,
            "max_microversion": newest,
        },
        "compute-feature-enabled": {
            "resize": True,
            "vnc_console": True,
            "rescue": True,
            "stable_rescue": True,
            "volume_multiattach": True,
            "attach_encrypted_volume": False,
            "cold_migration": False,
            "live_migration": False,
            "hostname_fqdn_sanitization": True,
        },
        "image": {"disk_formats": "qcow2,raw,iso,vmdk,vhd,vdi,vhdx"},
        # The cloud in the lab takes images that are not what they claim: these tests send random bytes.
        "image-feature-enabled": {"import_image": True, "image_format_enforcement": False},
    }


def _other_image(admin: Person, file: Path) -> str:
    """A second image of the same contents, for what is built anew from another one."""
    details = {"name": _OTHER_IMAGE, "disk_format": "qcow2", "container_format": "bare", "visibility": "public"}
    image = str(admin.ask("POST", "/image/v2/images", details)["id"])
    admin.ask("PUT", f"/image/v2/images/{image}/file", file.read_bytes())
    return image


def _network(admin: Person) -> Sections:
    public = admin.ask("GET", "/network/v2.0/networks?router:external=true")["networks"][0]
    extensions = admin.ask("GET", "/network/v2.0/extensions")["extensions"]
    return {
        "network": {
            "public_network_id": public["id"],
            "floating_network_name": public["name"],
            "project_networks_reachable": False,
        },
        "network-feature-enabled": {
            "ipv6": True,
            "ipv6_subnet_attributes": True,
            "floating_ips": True,
            "port_security": True,
            "api_extensions": ",".join(extension["alias"] for extension in extensions),
        },
        "validation": {
            "run_validation": True,
            "connect_method": "floating",
            "network_for_ssh": public["name"],
            "image_ssh_user": "cirros",
            "image_ssh_password": "gocubsgo",
            "image_alt_ssh_user": "cirros",
            "image_alt_ssh_password": "gocubsgo",
            "ssh_key_type": "ecdsa",
            "ssh_timeout": _BUILD_S,
        },
    }


def _rest(admin: Person, folder: Path) -> Sections:
    volume = admin.try_to("GET", "/volume/").body["versions"][0]["version"]
    placement = admin.ask("GET", "/placement/")["versions"][0]["max_version"]
    return {
        "DEFAULT": {"log_dir": folder / "logs", "log_file": "tempest.log"},
        "oslo_concurrency": {"lock_path": folder / "lock"},
        "service_available": {"nova": True, "glance": True, "neutron": True, "cinder": True, "swift": False},
        "placement": {"max_microversion": placement},
        "volume": {"catalog_type": "block-storage", "max_microversion": volume},
        "volume-feature-enabled": {"backup": True, "snapshot": True, "clone": True},
    }

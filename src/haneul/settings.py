"""Every setting, typed and explained, read once.

What holds, the later over the earlier: the defaults below, `<state>/machine.toml` (what `haneul up` found out
about this machine), `<state>/settings.toml` (what the operator wrote), the environment (`HANEUL_PORT=8080`).
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_type_hints

import msgspec
from msgspec import Meta


class SettingsError(Exception):
    """A setting is unknown or makes no sense; the message says which, where it stands and what would do."""


Port = Annotated[int, Meta(ge=1, le=65535)]


class OidcIssuer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who vouches for people: see the setting `oidc_issuers`."""

    url: Annotated[str, Meta(min_length=8)]
    audiences: Annotated[tuple[str, ...], Meta(min_length=1)]
    jwks_file: str = ""
    ca_file: str = ""


class ImageStoreAt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place for images' data: see the setting `image_stores`."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
    directory: str = ""
    weight: int = 0
    description: Annotated[str, Meta(max_length=255)] = ""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How this cloud is set up. A change counts from the next start of the process that reads it."""

    state: Annotated[Path, Meta(description="The one directory that holds everything of this cloud.")]
    database_url: Annotated[
        str, Meta(description="SQLAlchemy URL of the database; empty: SQLite in `<state>/haneul.db`.")
    ] = ""
    listen_host: Annotated[
        str,
        Meta(description="Address on which the APIs are served; 0.0.0.0 for every address of the machine."),
    ] = "127.0.0.1"
    port: Annotated[Port, Meta(description="Port of all APIs, told apart by path: /identity, /compute ...")] = 8800
    metrics_host: Annotated[str, Meta(description="Address on which Prometheus finds the figures.")] = "127.0.0.1"
    metrics_port: Annotated[
        int, Meta(description="Port of the figures, at /metrics, without sign-in; 0: none.", ge=0, le=65535)
    ] = 0
    audit_days: Annotated[
        int, Meta(description="So long it is kept who asked for what change (`haneul audit`).", ge=1)
    ] = 400
    public_url: Annotated[
        str, Meta(description="URL by which clients reach the APIs; empty: made of listen_host and port.")
    ] = ""
    replica: Annotated[
        str,
        Meta(
            description="This control plane's name among several on one PostgreSQL; each has its own and keeps it.",
            min_length=1,
        ),
    ] = "control"
    agent_listen_host: Annotated[
        str, Meta(description="Address on which the control plane waits for the agents of the hosts.")
    ] = "127.0.0.1"
    agent_port: Annotated[Port, Meta(description="Port on which it waits for them (WebSocket over TLS).")] = 8801
    control_address: Annotated[
        str,
        Meta(
            description="host:port by which agents reach the control plane, of several separated by commas; "
            "empty: this machine's own."
        ),
    ] = ""
    region: Annotated[str, Meta(description="Name of the region in the catalogue.", min_length=1)] = "RegionOne"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(description="How much the programs write to their logs."),
    ] = "info"
    network_driver: Annotated[
        Literal["ovn", "fake"],
        Meta(description="What carries the networks: OVN, or a fake for trying things out."),
    ] = "ovn"
    compute_driver: Annotated[
        Literal["agents", "fake"],
        Meta(description="What carries the guests: agents on hosts, or fake hosts."),
    ] = "agents"
    fake_hosts: Annotated[int, Meta(description="How many hosts the fake compute driver has.", ge=0)] = 0
    cpu_overcommit: Annotated[
        float, Meta(description="How many virtual CPUs servers may have for each CPU of a host.", gt=0)
    ] = 16.0
    memory_overcommit: Annotated[
        float, Meta(description="How many times over a host's memory is given to servers.", gt=0)
    ] = 1.0
    ovn_nb: Annotated[str, Meta(description="OVN's northbound database; empty: the private one in `<state>/ovn`.")] = ""
    ovn_sb: Annotated[str, Meta(description="OVN's southbound database; empty: the private one in `<state>/ovn`.")] = ""
    ovs_db: Annotated[
        str,
        Meta(description="Open vSwitch's database on this host; empty: the private one in `<state>/ovs`."),
    ] = ""
    libvirt_uri: Annotated[
        str,
        Meta(description="Where this host's libvirt answers; empty: the private one in `<state>/libvirt`."),
    ] = ""
    accelerator: Annotated[
        Literal["", "kvm", "tcg"],
        Meta(description="What runs guests; empty: KVM if a probe shows that it does."),
    ] = ""
    datapath: Annotated[
        Literal["", "system", "netdev"],
        Meta(description="The datapath of Open vSwitch: kernel or userspace; empty: the kernel's if there."),
    ] = ""
    host_address: Annotated[
        str, Meta(description="Address of this host for the tunnels of other hosts (geneve's end).")
    ] = "127.0.0.1"
    external_cidr: Annotated[str, Meta(description="The external network `public`, from which floating IPs come.")] = (
        "172.24.4.0/24"
    )
    external_gateway: Annotated[str, Meta(description="Its gateway: this host's own address on br-ex.")] = "172.24.4.1"
    external_pool: Annotated[str, Meta(description="First and last address that the cloud may hand out on it.")] = (
        "172.24.4.10-172.24.4.250"
    )
    external_physical_network: Annotated[
        str, Meta(description="The provider's name of the wire behind br-ex, as in bridge mappings.")
    ] = "physnet1"
    masquerade: Annotated[
        bool, Meta(description="Let guests reach the world behind this host by its address (nf_tables).")
    ] = True
    dns_servers: Annotated[
        tuple[str, ...], Meta(description="Name servers that guests are told; empty: those of this host.")
    ] = ()
    dns_domain: Annotated[
        str, Meta(description="The domain of guests' names, unless their network or port has another.")
    ] = "openstacklocal"

    stop_timeout_s: Annotated[
        int, Meta(description="How long a guest may take to shut itself down before it is switched off.", ge=0)
    ] = 60
    resize_on_same_host: Annotated[bool, Meta(description="Let servers stay on their host when they are resized.")] = (
        True
    )
    resize_confirm_s: Annotated[
        int, Meta(description="After so long a resize or migration is confirmed by itself; 0: never.", ge=0)
    ] = 0
    shelve_offload_s: Annotated[
        int,
        Meta(description="After so long its host forgets a shelved server; 0: at once, -1: only when asked.", ge=-1),
    ] = 0
    reclaim_s: Annotated[
        int, Meta(description="So long a deleted server can be restored; 0: it is gone at once.", ge=0)
    ] = 0
    volume_places: Annotated[
        tuple[str, ...],
        Meta(
            description="Where hosts keep volumes: `name`, a folder below the host's state, or `name=/folder`; volume "
            "types choose by `volume_backend_name`.",
            min_length=1,
        ),
    ] = ("directory",)
    volume_overcommit: Annotated[
        float, Meta(description="How many times over a place's room is promised to volumes.", gt=0)
    ] = 4.0
    backup_directory: Annotated[
        str, Meta(description="Where the control plane keeps volumes' backups; empty: `<state>/backups`.")
    ] = ""

    token_lifetime_s: Annotated[int, Meta(description="How long a token is good for.", ge=60)] = 3600
    token_key_days: Annotated[
        int, Meta(description="After so long tokens are sealed with a new key; old ones stay good.", ge=1)
    ] = 30
    lockout_attempts: Annotated[
        int, Meta(description="So many failed sign-ins in a row lock a user; 0: never.", ge=0)
    ] = 5
    lockout_s: Annotated[int, Meta(description="How long a user stays locked.", ge=1)] = 60
    sign_in_failures: Annotated[
        int, Meta(description="So many failed sign-ins a minute are borne from one address; 0: any number.", ge=0)
    ] = 100
    remembered_passwords: Annotated[
        int,
        Meta(description="A new password must differ from so many of the latest; 0: any will do.", ge=0, le=24),
    ] = 1
    password_pattern: Annotated[
        str, Meta(description="A regular expression that new passwords must match; empty: any will do.")
    ] = ""
    password_pattern_description: Annotated[str, Meta(description="That expression in words, for users.")] = ""
    password_lifetime_days: Annotated[
        int, Meta(description="After so many days a password must be changed; 0: never.", ge=0)
    ] = 0
    password_minimum_days: Annotated[
        int, Meta(description="So many days users must keep a password that they chose; 0: none.", ge=0)
    ] = 0
    password_change_at_first_use: Annotated[
        bool, Meta(description="A password that somebody else set is good only for choosing another one.")
    ] = False

    oidc_issuers: Annotated[
        tuple[OidcIssuer, ...],
        Meta(
            description="OpenID Connect issuers whose tokens are let in, a table `[[oidc_issuers]]` each: `url` (the "
            "`iss` of its tokens), `audiences` (its tokens must be meant for one of them), and if need be `jwks_file` "
            "(its keys; else they are fetched from it) and `ca_file`. In the environment as JSON."
        ),
    ] = ()
    federated_membership_minutes: Annotated[
        int,
        Meta(
            description="How long people stay in groups that their identity provider put them in; 0: as long as the "
            "token. An identity provider's own authorization_ttl goes before.",
            ge=0,
        ),
    ] = 0

    image_format_check: Annotated[
        bool, Meta(description="Refuse images' data that is not what disk_format claims; unsafe data always is.")
    ] = True
    image_max_gib: Annotated[int, Meta(description="The largest image that is taken.", ge=1)] = 1024
    image_project_gib: Annotated[
        int, Meta(description="How much all images of a project may have together; 0: no limit.", ge=0)
    ] = 0
    image_project_count: Annotated[int, Meta(description="How many images a project may have; 0: no limit.", ge=0)] = 0
    image_reserve_gib: Annotated[
        int, Meta(description="How much of the image store's file system is left free for others.", ge=0)
    ] = 1
    image_stores: Annotated[
        tuple[ImageStoreAt, ...],
        Meta(
            description="More stores for images' data, a table `[[image_stores]]` each: `name`, `directory` (its own, "
            "with nothing else in it), and if need be `weight` (data is read from the heaviest store that has it) and "
            "`description`. The first store, `local` in `<state>/images`, may be listed for its weight, without a "
            "directory. In the environment as JSON."
        ),
    ] = ()
    image_default_store: Annotated[
        str, Meta(description="The store for images' data that nobody chose a store for.")
    ] = "local"
    image_hash: Annotated[
        Literal["sha256", "sha512"],
        Meta(
            description="By which images are told apart, and how clients check them (os_hash_algo). SHA-512 takes "
            "two to three times the CPU of SHA-256 where the CPU has instructions for the latter."
        ),
    ] = "sha256"
    image_sources: Annotated[
        tuple[str, ...],
        Meta(
            description="Hosts from which images may be imported by URL: `*` for all with public addresses, "
            "`*.example.org`, or `host` or `host:port` in full, which may be private."
        ),
    ] = ("*",)

    @property
    def url(self) -> str:
        """The URL of all APIs, without a slash at its end."""
        host = "127.0.0.1" if self.listen_host in ("0.0.0.0", "::") else self.listen_host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.state / 'haneul.db'}"

    @property
    def volume_folders(self) -> dict[str, str]:
        """Folder by name of place; an empty folder is one below the host's state."""
        return {name: folder for name, _, folder in (place.partition("=") for place in self.volume_places)}

    @property
    def backups(self) -> Path:
        return Path(self.backup_directory) if self.backup_directory else self.state / "backups"

    @property
    def agents_url(self) -> str:
        """host:port by which agents reach the control plane; of several, separated by commas."""
        return self.control_address or f"127.0.0.1:{self.agent_port}"

    @property
    def northbound(self) -> str:
        return self.ovn_nb or f"unix:{self.state / 'ovn' / 'run' / 'nb.sock'}"

    @property
    def southbound(self) -> str:
        return self.ovn_sb or f"unix:{self.state / 'ovn' / 'run' / 'sb.sock'}"

    @property
    def switch_db(self) -> str:
        return self.ovs_db or f"unix:{self.state / 'ovs' / 'run' / 'db.sock'}"

    @property
    def hypervisor(self) -> str:
        socket = self.state / "libvirt" / "run" / "libvirt-sock"
        return self.libvirt_uri or f"qemu+unix:///system?socket={socket}"


MACHINES_STATE = Path("/var/lib/haneul")
"""Where the machine's own cloud lives, which root looks after."""


_TABLES = ("oidc_issuers", "image_stores")
_WORDS = tuple(
    field.name
    for field in msgspec.structs.fields(Settings)
    if isinstance(field.default, tuple) and field.name not in _TABLES
)
"""Settings of several words; the environment separates them by spaces."""


def default_state(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the state lives unless somebody says otherwise."""
    if environ.get("HANEUL_STATE"):
        return Path(environ["HANEUL_STATE"]).absolute()
    if os.geteuid() == 0:
        return MACHINES_STATE
    return Path(environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "haneul"


def read(state: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings in force for the cloud in `state`; raises SettingsError."""
    state = state or default_state(environ)
    values: dict[str, Any] = {}
    for name in ("machine.toml", "settings.toml"):
        values |= _from_file(state / name)
    values |= _from_environment(environ)
    return _checked(values | {"state": state}, f"{state}/settings.toml or the environment")


def explained() -> list[tuple[str, str, str]]:
    """Every setting: its name, its default as text, and what it is for."""
    hints = get_type_hints(Settings, include_extras=True)
    rows = []
    for field in msgspec.structs.fields(Settings):
        meta = next(arg for arg in get_args(hints[field.name])[1:] if arg.description)
        default = "" if field.default is msgspec.NODEFAULT else repr(field.default)
        rows.append((field.name, default, str(meta.description)))
    return rows


def _from_file(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text()
    except FileNotFoundError:
        return {}
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not TOML: {error}. Correct that line.") from error
    values.pop("state", None)
    _checked(values | {"state": path.parent}, str(path))
    return values


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in Settings.__struct_fields__:
        text = environ.get(f"HANEUL_{name.upper()}")
        if text is None or name == "state":
            continue
        values[name] = tuple(text.split()) if name in _WORDS else text
    return values


def _checked(values: dict[str, Any], where: str) -> Settings:
    try:
        for name in _TABLES:
            if isinstance(text := values.get(name), str):
                values = values | {name: msgspec.json.decode(text)}
        return msgspec.convert(values, Settings, strict=False, dec_hook=_decode)
    except msgspec.DecodeError as error:
        raise SettingsError(f"In {where}: {error}. `haneul settings` lists what there is.") from error


def _decode(kind: type, value: Any) -> Any:
    if kind is Path:
        return Path(value)
    raise NotImplementedError(kind)

"""Whole clouds for tests: the real application with a real database over fake hosts, networks and image stores.

Time stands still unless `work` moves it, and runs are worked on by the test's own thread: what a test sees does not
depend on how busy the machine is.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import update

from haneul import main
from haneul.drivers.compute.fake import FakeHosts, FakeWorld
from haneul.drivers.identity.fake import FakeIssuers
from haneul.drivers.image.directory import DirectoryStore
from haneul.drivers.image.fake import FakeFetcher
from haneul.drivers.image.inspection import FormatInspector
from haneul.drivers.network.fake import FakeNetworks
from haneul.drivers.volume.fake import FakeVolumes
from haneul.drivers.volume.fake_backups import FakeBackups
from haneul.kit.clock import SteppedClock
from haneul.kit.workflow import Observer, silent
from haneul.services.identity.store.tables import passwords
from haneul.services.image import NamedStore, Stores
from haneul.services.network import FOLLOW
from haneul.settings import Settings
from tests import databases
from tests.in_process import Client

URL = "http://cloud.test"
PASSWORD = "a password of the tests"
PEOPLE = {"admin": "admin", "demo": "demo", "other": "other"}
"""User -> their project."""
IMAGE_DATA = bytes(64 * 1024)


@dataclass
class FakeReality:
    """The world, which outlives every restart of the control plane."""

    hosts: FakeWorld
    networks: FakeNetworks
    clock: SteppedClock
    web: FakeFetcher = field(default_factory=FakeFetcher)
    backups: FakeBackups = field(default_factory=FakeBackups)

    @cached_property
    def issuers(self) -> FakeIssuers:
        return FakeIssuers(self.clock)


@dataclass(frozen=True)
class _Token:
    text: str
    ends_at: datetime


def _stores(state: Path) -> Stores:
    folders = {"local": state / "images", "second": state / "second"}
    return Stores([NamedStore(name, DirectoryStore(folder)) for name, folder in folders.items()], "local")


class OpenCloud:
    """A control plane in a state directory over a fake reality."""

    def __init__(
        self, state: Path, reality: FakeReality, observer: Observer = silent, tuned: Mapping[str, Any] | None = None
    ) -> None:
        """`tuned`: settings other than the defaults."""
        self.state = state
        self.tuned = dict(tuned or {})
        self.reality = reality
        self.names: dict[str, Any] = {}
        self._tokens: dict[str, _Token] = {}
        self._first = self
        self._heirs: list[OpenCloud] = []
        settings = Settings(
            state=state,
            database_url=databases.url_of(state),
            public_url=URL,
            network_driver="fake",
            compute_driver="fake",
            **self.tuned,
        )
        world = main.World(
            hosts=FakeHosts(reality.hosts),
            networks=reality.networks,
            stores=Stores(
                [
                    NamedStore("local", DirectoryStore(state / "images")),
                    NamedStore("second", DirectoryStore(state / "second")),
                ],
                "local",
            ),
            inspector=FormatInspector(),
            fetcher=reality.web,
            issuers=reality.issuers,
            volumes=FakeVolumes(reality.hosts, ("directory", "second")),
            backups=reality.backups,
        )
        self.plane = main.assemble(main.lay_ground(settings, reality.clock), world, threads=0, observer=observer)
        self.plane.bootstrap()
        self.plane.listen()
        application = main.app.build(self.plane.cloud, main.APIS, self.plane.house())
        self.http = Client(application, URL)

    def __enter__(self) -> OpenCloud:
        self.http.__enter__()
        self.work()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        for heir in tuple(self._heirs):
            heir.end()
        self.end()

    def end(self) -> None:
        """This process is no more; those that came after it are."""
        if self is not self._first:
            self._first._heirs.remove(self)
        if self.http.portal is not None:
            self.http.__exit__(None, None, None)
        self.plane.ground.db.close()

    @property
    def clock(self) -> SteppedClock:
        return self.reality.clock

    def work(self, seconds: float = 1.0) -> None:
        """Let `seconds` go by and everything that is due then happen."""
        self.clock.move(seconds)
        for _ in range(20):
            self.plane.upkeep.run_once(FOLLOW)
            self.plane.upkeep.run_once("compute.guests.told")
            self.plane.upkeep.run_once("audit.keep")
            self.reality.hosts.settle()
            if not self.plane.engine.run_due():
                return

    def leftovers(self) -> list[str]:
        """What belongs to nothing, and what is still under way, in words."""
        under_way = [f"unfinished run {run.kind} of {run.subject}" for run in self.plane.ground.runs.unfinished()]
        cloud = self.plane.cloud
        return under_way + [str(orphan) for orphan in (*cloud.compute.leftovers(), *cloud.volume.leftovers())]

    def token_of(self, user: str) -> str | None:
        """A token of admin, demo or other in their own project; none for nobody."""
        if user == "nobody":
            return None
        if user not in self._tokens or self._tokens[user].ends_at <= self.clock.now():
            self._tokens[user] = self._sign_in(user)
        return self._tokens[user].text

    def forget_tokens(self) -> None:
        """Everybody signs in anew, as after whatever ends tokens before their time."""
        self._tokens.clear()

    def _sign_in(self, user: str) -> _Token:
        domain = {"id": "default"}
        who = {"name": user, "domain": domain, "password": PASSWORD}
        identity = {"methods": ["password"], "password": {"user": who}}
        scope = {"project": {"name": PEOPLE[user], "domain": domain}}
        answer = self.http.post("/identity/v3/auth/tokens", json={"auth": {"identity": identity, "scope": scope}})
        assert answer.status_code == 201, answer.text
        return _Token(answer.headers["x-subject-token"], datetime.fromisoformat(answer.json()["token"]["expires_at"]))

    def ask(
        self, method: str, path: str, body: Any = None, *, user: str = "demo", headers: Mapping[str, str] | None = None
    ) -> Any:
        """What the API answers, decoded; the test fails unless it agrees."""
        token = self.token_of(user) or ""
        sent = {"x-auth-token": token, "openstack-api-version": "compute latest, volume latest"} | dict(headers or {})
        content = {"content": body} if isinstance(body, bytes) else {} if body is None else {"json": body}
        answer = self.http.request(method, path, headers=sent, **content)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.headers.get("content-type", "").startswith("application/json") else None

    def restarted(self, observer: Observer = silent, tuned: Mapping[str, Any] | None = None) -> OpenCloud:
        """The same cloud after its process died and came back, perhaps with other settings."""
        again = OpenCloud(self.state, self.reality, observer, self.tuned if tuned is None else tuned)
        again.names = self.names
        again._first = self._first
        self._first._heirs.append(again)
        again.plane.engine.recover()
        return again


def open_cloud(folder: Path, hosts: int = 2, observer: Observer = silent) -> OpenCloud:
    """A cloud of its own in `folder`, with people, a flavor, an image and an outside network.

    Its `names`: demo_project, other_project, admin_project, demo_user, other_user, admin_user, small (a flavor's id),
    tiny (an image's id), public (the outside network's id), ada_bearer (what a trusted issuer says about somebody).
    """
    template, names = _furnished()
    state = folder / "state"
    shutil.copytree(template, state)
    databases.clone(template, state)
    cloud = OpenCloud(state, _reality(hosts), observer)
    cloud.names = dict(names)
    ada = {"sub": "f3a1", "email": "ada@example.org", "exp": int(cloud.clock.now().timestamp()) + 86400}
    cloud.names["ada_bearer"] = cloud.reality.issuers.token(**ada)
    return cloud


def forget() -> None:
    """Nothing stays behind of what clouds are copied from."""
    if _furnished.cache_info().currsize:
        shutil.rmtree(_furnished()[0])
        _furnished.cache_clear()


def _reality(hosts: int) -> FakeReality:
    clock = SteppedClock()
    return FakeReality(FakeWorld(hosts, clock), FakeNetworks(), clock)


@lru_cache(1)
def _furnished() -> tuple[Path, dict[str, Any]]:
    """A state directory with all that `open_cloud` promises, made once per process."""
    folder = Path(tempfile.mkdtemp(prefix="haneul-tests-"))
    keys = folder / "keys"
    keys.mkdir()
    (keys / main.ADMIN_PASSWORD).write_text(PASSWORD)
    with OpenCloud(folder, _reality(0)) as cloud:
        names = _people(cloud) | _things(cloud)
        with cloud.plane.ground.db.write() as c:
            c.execute(update(passwords).values(hash=_cheap_hash()))
    return folder, names


def _cheap_hash() -> str:
    """Of PASSWORD, at a cost that lets hundreds of tests sign in."""
    digest = hashlib.scrypt(PASSWORD.encode(), salt=b"salt", n=2, r=1, p=1, dklen=32)
    return f"$scrypt$ln=1,r=1,p=1${b64encode(b'salt').decode()}${b64encode(digest).decode()}"


def _people(cloud: OpenCloud) -> dict[str, Any]:
    found = cloud.ask("GET", "/identity/v3/projects?name=admin", user="admin")["projects"]
    names = {"admin_project": found[0]["id"]}
    names["admin_user"] = cloud.ask("GET", "/identity/v3/users?name=admin", user="admin")["users"][0]["id"]
    roles = cloud.ask("GET", "/identity/v3/roles?name=member", user="admin")["roles"]
    for user in ("demo", "other"):
        project = cloud.ask("POST", "/identity/v3/projects", {"project": {"name": user}}, user="admin")["project"]
        person = {"name": user, "password": PASSWORD}
        made = cloud.ask("POST", "/identity/v3/users", {"user": person}, user="admin")["user"]
        grant = f"/identity/v3/projects/{project['id']}/users/{made['id']}/roles/{roles[0]['id']}"
        cloud.ask("PUT", grant, user="admin")
        names |= {f"{user}_project": project["id"], f"{user}_user": made["id"]}
    return names


def _things(cloud: OpenCloud) -> dict[str, Any]:
    flavor = {"name": "small", "vcpus": 1, "ram": 512, "disk": 1}
    image = {"name": "tiny", "disk_format": "raw", "container_format": "bare", "visibility": "public"}
    outside = {"name": "public", "router:external": True, "provider:network_type": "flat"}
    small = cloud.ask("POST", "/compute/v2.1/flavors", {"flavor": flavor}, user="admin")["flavor"]["id"]
    tiny = cloud.ask("POST", "/image/v2/images", image, user="admin")["id"]
    octets = {"content-type": "application/octet-stream"}
    cloud.ask("PUT", f"/image/v2/images/{tiny}/file", IMAGE_DATA, user="admin", headers=octets)
    outside["provider:physical_network"] = "physnet1"
    public = cloud.ask("POST", "/network/v2.0/networks", {"network": outside}, user="admin")["network"]["id"]
    subnet = {"network_id": public, "cidr": "172.24.4.0/24", "ip_version": 4, "enable_dhcp": False}
    cloud.ask("POST", "/network/v2.0/subnets", {"subnet": subnet}, user="admin")
    return {"small": small, "tiny": tiny, "public": public}

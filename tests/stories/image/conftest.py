"""An image service of its own, on a database in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from haneul.drivers.image.fake import FakeFetcher, FakeStore
from haneul.drivers.image.inspection import FormatInspector
from haneul.kit.clock import SteppedClock
from haneul.kit.db import Database
from haneul.kit.events import Bus
from haneul.kit.policy import Caller, Policy
from haneul.kit.workflow import METADATA as RUNS
from haneul.kit.workflow import Engine, Runs
from haneul.services.image import (
    METADATA,
    RULES,
    SCOPES,
    Image,
    ImageDeleted,
    Images,
    ImageStore,
    NamedStore,
    NewImage,
    Options,
    Parts,
    Stores,
)
from tests.databases import fresh
from tests.faults.drill import settle


def member_of(project_id: str, *roles: str) -> Caller:
    return Caller(
        user_id=f"user-of-{project_id}", project_id=project_id, roles=frozenset(roles or ("member", "reader"))
    )


POLICY = Policy(RULES, {}, SCOPES)
ADMIN = member_of("admin-project", "admin", "member", "reader")
DEMO = member_of("demo")
OTHER = member_of("other")
READER = member_of("demo", "reader")


@dataclass
class FixedLimits:
    """Limits as a test sets them."""

    by_name: dict[str, int] = field(default_factory=dict)

    def of(self, project_id: str) -> Mapping[str, int]:
        return self.by_name

    def register(self) -> None:
        """There is nobody to tell."""


@dataclass
class Bench:
    """An image service, and the ends by which a test may pull at it."""

    db: Database
    clock: SteppedClock = field(default_factory=SteppedClock)
    blobs: FakeStore = field(default_factory=FakeStore)
    second: FakeStore = field(default_factory=FakeStore)
    fetcher: FakeFetcher = field(default_factory=FakeFetcher)
    bus: Bus = field(default_factory=Bus)
    options: Options = field(default_factory=Options)
    limits: FixedLimits = field(default_factory=FixedLimits)
    deleted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = ImageStore(self.db)
        self.runs = Runs(self.db, self.clock)
        self.stores = Stores((NamedStore("local", self.blobs), NamedStore("second", self.second)), "local")
        self.bus.subscribe(ImageDeleted, lambda news: self.deleted.append(news.image_id))

    @property
    def parts(self) -> Parts:
        return Parts(
            db=self.db,
            store=self.store,
            clock=self.clock,
            bus=self.bus,
            policy=POLICY,
            runs=self.runs,
            stores=self.stores,
            inspector=FormatInspector(),
            fetcher=self.fetcher,
            limits=self.limits,
            options=self.options,
            started_at=self.clock.now(),
        )

    @property
    def face(self) -> Images:
        return Images(self.parts)

    @property
    def engine(self) -> Engine:
        engine = Engine(self.runs)
        for fn in self.face.workflows:
            engine.register(fn, self.face.parts)
        return engine

    def work(self) -> None:
        """Let time pass until no run is unfinished."""
        settle(self, self.engine)

    def upkeep(self) -> None:
        """Every loop once, as a process does that has just been started."""
        self.face.start()
        for loop in self.face.upkeep:
            loop.fn()

    def limit(self, **options: int | str) -> None:
        self.options = replace(self.options, **options)  # type: ignore[arg-type]

    def create(self, name: str = "tiny", caller: Caller = DEMO, **said: object) -> Image:
        formats = {"disk_format": "raw", "container_format": "bare"}
        return self.face.images.create(caller, NewImage(name=name, **(formats | said)))  # type: ignore[arg-type]

    def upload(self, image: Image, *chunks: bytes, caller: Caller = DEMO) -> Image:
        return self.face.images.upload(caller, image.id, iter(chunks))

    def leftovers(self) -> list[str]:
        """Everything in the stores that no image stands on."""
        wanted = {(store, image.blob) for image in self.face.images.list(ADMIN) for store in image.stores}
        kept = {(store.name, blob.address) for store in self.stores for blob in store.blobs.list()}
        drafts = [f"{store.name} {draft}" for store in self.stores for draft in store.blobs.drafts()]
        return [" ".join(map(str, each)) for each in sorted(kept - wanted)] + drafts


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    db = fresh(METADATA, RUNS, url=f"sqlite:///{tmp_path}/images.db")
    yield Bench(db)
    db.close()

"""The database's history leads to the tables that the stores work with, on every engine, and back again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, inspect, text

from haneul import migrations
from haneul.kit import audit, workflow
from haneul.kit.clock import SteppedClock
from haneul.kit.db import Database
from haneul.kit.workflow import Engine, Outcome, Run, RunId, Runs, StepView
from haneul.services import compute, identity, image, network, placement, volume
from tests import databases

SERVICES = (workflow, audit, identity, image, placement, network, volume, compute)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = Database(databases.url_of(tmp_path) or f"sqlite:///{tmp_path}/haneul.db")
    yield db
    db.close()


def tables_of_all() -> MetaData:
    together = MetaData()
    for service in SERVICES:
        for table in service.METADATA.tables.values():
            table.to_metadata(together)
    return together


def tables_in(db: Database) -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_migrations_make_the_tables_of_the_stores(db: Database) -> None:
    assert migrations.ensure_newest(db)

    with db.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables_of_all()) == []
    assert not migrations.ensure_newest(db)


def test_migrations_lead_up_down_and_up_again(db: Database) -> None:
    migrations.upgrade(db)
    everything = tables_in(db)

    migrations.downgrade(db)
    assert tables_in(db) == set()

    migrations.upgrade(db)
    assert tables_in(db) == everything


_OLD_RUN = text("""
    INSERT INTO runs (id, kind, subject, input, request_id, created_at, run_at, lease_until, epoch, attempts,
                      waits, woken, cancel, unwinding, step, done)
    VALUES (:id, 'stroll', :id, :input, '', 0, 0, :lease_until, 7, 0, :no, :no, :no, :no, 'walk', :no)
""")
_OLD_STEP = text("""
    INSERT INTO run_steps (run_id, name, position, started_at, finished_at, deadline, tries, result, error, undo_tries)
    VALUES (:run_id, :name, 0, 0, :finished_at, NULL, :tries, :result, :error, 0)
""")
_ERROR = '{"code": "legs.tired", "message": "Wait"}'


@workflow.workflow
def stroll(run: Run, name: str) -> None:
    run.step(stand_up, name)
    run.step(walk, name)


def stand_up(walked: list[str], name: str) -> None:
    walked.append("stood up again")


def walk(walked: list[str], name: str) -> None:
    walked.append(name)


def write_old_run(db: Database, name: str, tries: int, error: str | None, lease_until: int | None) -> None:
    """As the release before wrote it: the first step is done, the second was begun so often."""
    with db.write() as c:
        c.execute(_OLD_RUN, {"id": name, "input": f'["{name}"]', "lease_until": lease_until, "no": False})
        done = {"name": "stand_up", "finished_at": 1, "tries": 2, "result": "null", "error": None}
        c.execute(_OLD_STEP, {"run_id": name, **done})
        begun = {"name": "walk", "finished_at": None, "tries": tries, "result": None, "error": error}
        c.execute(_OLD_STEP, {"run_id": name, **begun})


def walked_by(runs: Runs, name: str) -> StepView:
    run = runs.find(RunId(name))
    assert run is not None
    return run.steps[1]


def test_runs_begun_before_interruptions_were_counted_go_on_rightly(db: Database) -> None:
    migrations.upgrade(db, "0022")
    write_old_run(db, "killed", tries=5, error=None, lease_until=1)
    write_old_run(db, "failing", tries=4, error=_ERROR, lease_until=None)
    write_old_run(db, "killed after failures", tries=5, error=_ERROR, lease_until=1)

    migrations.upgrade(db)

    clock, walked = SteppedClock(), list[str]()
    runs = Runs(db, clock)
    engine = Engine(runs)
    engine.register(stroll, walked)
    found = {name: walked_by(runs, name) for name in ("killed", "failing", "killed after failures")}
    assert {name: (step.failures, step.interruptions) for name, step in found.items()} == {
        "killed": (0, 4),
        "failing": (4, 0),
        "killed after failures": (4, 0),
    }
    engine.run_due()
    clock.move(10)
    engine.run_due()
    assert runs.unfinished() == [] and sorted(walked) == sorted(found)
    assert walked_by(runs, "killed").interruptions == walked_by(runs, "killed").tries - 1 == 5
    assert {run.outcome for run in runs.page()} == {Outcome.DONE}


def test_the_release_before_does_not_take_interruptions_for_failures(db: Database) -> None:
    migrations.upgrade(db, "0022")
    write_old_run(db, "killed", tries=4, error=None, lease_until=None)
    write_old_run(db, "failing", tries=4, error=_ERROR, lease_until=None)
    migrations.upgrade(db)

    migrations.downgrade(db, "0022")

    with db.read() as c:
        tries = c.execute(text("SELECT run_id, tries FROM run_steps WHERE name = 'walk' ORDER BY run_id")).all()
    assert [tuple(row) for row in tries] == [("failing", 4), ("killed", 0)]


_OLD_IMAGE = text("""
    INSERT INTO images (id, status, visibility, min_disk_gib, min_ram_mib, is_protected, is_hidden, created_at,
                        updated_at, size_bytes, tags, properties, blob)
    VALUES (:id, :status, 'private', 0, 0, :no, :no, 0, 0, 4, '[]', '{}', :blob)
""")
_OLD_BLOB = text("""
    INSERT INTO image_blobs (sha512, size_bytes, stored_at, checked_at, is_damaged) VALUES (:address, 4, 0, 0, :no)
""")


def test_images_of_one_store_are_in_the_first_of_several(db: Database) -> None:
    migrations.upgrade(db, "0023")
    address = "ab" * 64
    with db.write() as c:
        c.execute(_OLD_IMAGE, {"id": "with-data", "status": "active", "blob": address, "no": False})
        c.execute(_OLD_IMAGE, {"id": "without", "status": "queued", "blob": None, "no": False})
        c.execute(_OLD_BLOB, {"address": address, "no": False})

    migrations.upgrade(db)

    store = image.ImageStore(db)
    found, queued = store.images.find("with-data"), store.images.find("without")
    assert found is not None and (found.stores, found.blob, found.importing_to) == (("local",), address, None)
    assert queued is not None and queued.stores == ()
    assert store.copies.list_of("with-data") == [("local", address)]
    assert [(blob.store, blob.size_bytes) for blob in store.blobs.list_of(address)] == [("local", 4)]
    assert not store.blobs.release("local", address)

    migrations.downgrade(db, "0023")
    with db.read() as c:
        assert c.execute(text("SELECT sha512, size_bytes FROM image_blobs")).all() == [(address, 4)]
        assert c.execute(text("SELECT blob FROM images WHERE id = 'with-data'")).scalar() == address

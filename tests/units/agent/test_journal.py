from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from haneul.agent.journal import GuestRecord, Journal
from haneul.kit.errors import Conflict
from tests.drivers.compute.specs import SERVER, guest_spec


def test_a_guest_is_remembered_by_the_next_journal(tmp_path: Path) -> None:
    record = GuestRecord(guest_spec(), reboots_done=2, off_by=12.5, password="x")
    Journal(tmp_path).save(record)

    assert Journal(tmp_path).find(SERVER) == record


def test_a_guest_that_was_removed_is_forgotten(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.save(GuestRecord(guest_spec()))

    journal.remove(SERVER)
    journal.remove(SERVER)

    assert Journal(tmp_path).list() == ()


def test_a_half_written_file_does_not_count(tmp_path: Path) -> None:
    record = GuestRecord(guest_spec())
    Journal(tmp_path).save(record)
    (tmp_path / "guests" / f"{SERVER}.json.new").write_bytes(b'{"spec": ')

    assert Journal(tmp_path).list() == (record,)


def test_what_has_not_changed_is_not_written_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.save(GuestRecord(guest_spec()))
    before = (tmp_path / "guests" / f"{SERVER}.json").stat().st_ino

    journal.save(GuestRecord(guest_spec()))
    assert (tmp_path / "guests" / f"{SERVER}.json").stat().st_ino == before
    journal.save(replace(GuestRecord(guest_spec()), reboots_done=1))
    assert (tmp_path / "guests" / f"{SERVER}.json").stat().st_ino != before


def test_an_older_epoch_is_refused_by_this_journal_and_the_next(tmp_path: Path) -> None:
    first = Journal(tmp_path)
    first.admit("run-1", 3)
    first.admit("run-1", 3)
    first.admit("run-2", 1)

    for journal in (first, Journal(tmp_path)):
        with pytest.raises(Conflict) as refusal:
            journal.admit("run-1", 2)
        assert refusal.value.code == "agent.stale_epoch"
        journal.admit("run-2", 1)


def test_a_line_that_the_power_cut_off_does_not_count(tmp_path: Path) -> None:
    Journal(tmp_path).admit("run-1", 3)
    with (tmp_path / "epochs.log").open("a") as file:
        file.write("run-1 ")

    with pytest.raises(Conflict):
        Journal(tmp_path).admit("run-1", 2)


def test_the_epochs_of_long_gone_runs_are_let_go(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    (tmp_path / "epochs.log").write_text("".join(f"run-{number} 1\n" for number in range(5000)))

    journal = Journal(tmp_path)

    assert len((tmp_path / "epochs.log").read_text().splitlines()) == 2000
    with pytest.raises(Conflict):
        journal.admit("run-4999", 0)


def test_a_full_disk_keeps_no_run_from_its_work(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    full = tmp_path / "epochs.log"
    full.unlink()
    full.symlink_to("/dev/full")

    journal.admit("run-1", 3)

    with pytest.raises(Conflict):
        journal.admit("run-1", 2)


def test_a_journal_opens_on_a_full_disk(tmp_path: Path) -> None:
    Journal(tmp_path).admit("run-1", 3)
    (tmp_path / "epochs.log.new").symlink_to("/dev/full")

    with pytest.raises(Conflict):
        Journal(tmp_path).admit("run-1", 2)

"""`haneul drift` says what differs, who mends it by when, and what it could not look at."""

from __future__ import annotations

from typing import Any

from haneul.cli.drift import lines

GUEST = {
    "service": "compute",
    "kind": "left_over",
    "what": "guest",
    "id": "4711",
    "name": "",
    "host_id": "h1",
    "within": None,
    "loop": "compute.leftovers",
    "mended_by": "2030-01-01T12:02:00+00:00",
    "remedy": "It is removed.",
}
FILE = GUEST | {"service": "volume", "kind": "foreign", "what": "file", "id": "theirs", "name": "directory"}
THEIRS = FILE | {"loop": None, "mended_by": None, "remedy": "It is left alone."}


def told(*drift: Any, unseen: Any = ()) -> str:
    return "\n".join(lines({"drift": drift, "unseen": unseen}, {"h1": "host-1"}))


def test_a_world_as_it_is_written_is_one_line() -> None:
    assert told() == "Nothing differs."


def test_what_differs_is_told_with_who_mends_it_by_when() -> None:
    said = told(GUEST, THEIRS)

    assert "left over  guest" in said and "host-1" in said
    assert "It is removed. By compute.leftovers, until 12:02:00 UTC." in said
    assert "foreign    file" in said and "It is left alone.\n" in said
    assert said.endswith("2 things differ; 1 of them are mended by the cloud itself.")


def test_what_was_not_seen_is_never_called_in_order() -> None:
    said = told(unseen=[{"service": "compute", "host_id": "h1", "reason": "The host is away."}])

    assert "not seen   host-1 (compute): The host is away." in said
    assert said.endswith("Nothing differs in what could be seen.")

"""Records in, records out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, and_, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from haneul.kit.audit.model import Asked, AuditRecord, Head, RecordFilter
from haneul.kit.audit.tables import audit_anchors, audit_records
from haneul.kit.db import Database
from haneul.kit.errors import Invalid
from haneul.kit.paging import after

_TOLD = Asked.__struct_fields__
_BATCH = 1000
_t = audit_records.c


class AuditStore:
    def __init__(self, db: Database) -> None:
        self.db = db

    def add(self, records: Iterable[AuditRecord]) -> None:
        """Those that are there already stay as they are."""
        rows = [_row(each) for each in records]
        insert = sqlite.insert if self.db.is_sqlite else postgresql.insert
        if rows:
            with self.db.write() as c:
                c.execute(insert(audit_records).on_conflict_do_nothing(), rows)

    def head(self, replica: str) -> Head:
        """The end of a chain; of an empty one, what it begins after."""
        newest = select(_t.number, _t.seal).where(_t.replica == replica).order_by(_t.number.desc()).limit(1)
        with self.db.read() as c:
            row = c.execute(newest).first()
        return self.anchor(replica)[0] if row is None else Head(row.number, row.seal)

    def anchor(self, replica: str) -> tuple[Head, str]:
        """After what a chain begins, and the proof of that."""
        with self.db.read() as c:
            row = c.execute(select(audit_anchors).where(audit_anchors.c.replica == replica)).first()
        return (Head(), "") if row is None else (Head(row.number, row.seal), row.proof)

    def replicas(self) -> list[str]:
        with self.db.read() as c:
            return list(c.execute(select(_t.replica).distinct().order_by(_t.replica)).scalars())

    def chain(self, replica: str) -> Iterator[AuditRecord]:
        """All records of a control plane in their order."""
        last = -1
        while True:
            mine = and_(_t.replica == replica, _t.number > last)
            with self.db.read() as c:
                rows = c.execute(select(audit_records).where(mine).order_by(_t.number).limit(_BATCH)).all()
            yield from map(_record, rows)
            if len(rows) < _BATCH:
                return
            last = rows[-1].number

    def page(self, which: RecordFilter, limit: int, marker: str | None) -> list[AuditRecord]:
        """The newest first; raises Invalid `audit.no_marker`."""
        order = [(_t.at, True), (_t.replica, True), (_t.number, True)]
        with self.db.read() as c:
            last = None
            if marker is not None:
                replica, _, number = marker.rpartition(":")
                mine = and_(_t.replica == replica, _t.number == (int(number) if number.isdecimal() else 0))
                last = c.execute(select(*(column for column, _ in order)).where(mine)).first()
                if last is None:
                    raise Invalid("audit.no_marker", f"There is no record {marker} to go on after: begin anew")
            statement = after(select(audit_records).where(*_wanted(which)), order, last).limit(limit)
            return [_record(row) for row in c.execute(statement)]

    def last_before(self, moment: datetime) -> dict[str, Head]:
        """By control plane, the last of its records that are older."""
        newest = select(_t.replica, func.max(_t.number).label("number")).where(_t.at < moment).group_by(_t.replica)
        found = newest.subquery()
        both = and_(_t.replica == found.c.replica, _t.number == found.c.number)
        with self.db.read() as c:
            rows = c.execute(select(_t.replica, _t.number, _t.seal).join(found, both))
            return {row.replica: Head(row.number, row.seal) for row in rows}

    def forget(self, replica: str, until: Head, proof: str) -> int:
        """Delete a chain's records up to and with this one, which it begins after from now on; how many."""
        insert = sqlite.insert if self.db.is_sqlite else postgresql.insert
        values = {"number": until.number, "seal": until.seal, "proof": proof}
        statement = insert(audit_anchors).values(replica=replica, **values)
        with self.db.write() as c:
            c.execute(statement.on_conflict_do_update(index_elements=["replica"], set_=values))
            gone = c.execute(delete(audit_records).where(_t.replica == replica, _t.number <= until.number))
            return int(gone.rowcount)


def _wanted(which: RecordFilter) -> Iterator[ColumnElement[bool]]:
    if which.user_id is not None:
        yield _t.user_id == which.user_id
    if which.project_id is not None:
        yield _t.project_id == which.project_id
    if which.request_id is not None:
        yield _t.request_id == which.request_id
    if which.path is not None:
        yield _t.path.startswith(which.path, autoescape=True)
    if which.since is not None:
        yield _t.at >= which.since
    if which.until is not None:
        yield _t.at < which.until


def _row(record: AuditRecord) -> dict[str, Any]:
    chained = {"replica": record.replica, "number": record.number, "at": record.at}
    sealed = {"previous": record.previous, "seal": record.seal}
    return msgspec.structs.asdict(record.asked) | chained | sealed


def _record(row: Row[Any]) -> AuditRecord:
    asked = Asked(**{name: getattr(row, name) for name in _TOLD})
    return AuditRecord(row.replica, row.number, row.at, asked, row.previous, row.seal)

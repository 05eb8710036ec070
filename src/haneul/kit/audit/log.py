"""The audit log as the rest of the program sees it."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import secrets
import threading
from datetime import datetime
from pathlib import Path

from haneul.kit.audit.model import Asked, AuditRecord, Break, Head, Proof, RecordFilter
from haneul.kit.audit.spool import Spool
from haneul.kit.audit.store import AuditStore
from haneul.kit.clock import Clock
from haneul.kit.db import Database

log = logging.getLogger(__name__)

SEAL_KEY = "audit-seal"
"""The file in `<state>/keys` with the key of the seals, in hexadecimal digits."""


class AuditLog:
    """One control plane's part of it, and a view of the whole."""

    def __init__(self, db: Database, clock: Clock, replica: str, state: Path) -> None:
        """Keeps its key in `<state>/keys/audit-seal` and what the database has not got yet in `<state>/audit`."""
        self._store = AuditStore(db)
        self._clock = clock
        self._replica = replica
        self._key = _ensure_key(state / "keys" / SEAL_KEY)
        self._lock = threading.Lock()
        self._keeping = threading.Lock()
        self._spool = Spool(state / "audit", replica)
        self._head = self._last_head()

    def record(self, asked: Asked) -> None:
        """Add a record; it outlives the process from here on."""
        with self._lock:
            at = self._clock.now()
            bare = AuditRecord(self._replica, self._head.number + 1, at, asked, self._head.seal)
            record = bare.sealed(self._key)
            self._spool.append(record)
            self._head = Head.of(record)

    def keep(self) -> None:
        """Bring into the database what rests in the spool; may be called again after whatever went wrong."""
        with self._keeping:
            with self._lock:
                records = self._spool.take()
            if records:
                self._store.add(records)
                self._spool.drop(Head.of(records[-1]))

    def page(self, which: RecordFilter, limit: int, marker: str | None = None) -> list[AuditRecord]:
        """At most so many records, the newest first, after the one named by the marker.

        What was recorded in the last seconds may be missing: it is in the spool. Raises Invalid `audit.no_marker`.
        """
        return self._store.page(which, limit, marker)

    def prove(self) -> Proof:
        """Look at every record: does each chain hold, from where it begins to where it must end?"""
        breaks: list[Break] = []
        heads, count = {}, 0
        for replica in sorted({*self._store.replicas(), self._replica}):
            head = self._begin(replica, breaks)
            for record in self._store.chain(replica):
                told = self._fault(record, head)
                if told:
                    breaks.append(Break(replica, record.number, told))
                head = Head.of(record)
                count += 1
            heads[replica] = head
        known = self._spool.head()
        if heads[self._replica].number < known.number:
            told = f"the chain ends here, but had {known.number} records: the newest were taken away"
            breaks.append(Break(self._replica, heads[self._replica].number, told))
        return Proof(count, heads, tuple(breaks))

    def forget(self, before: datetime) -> int:
        """Delete records that are older, and remember after which ones the chains begin; how many."""
        ends = self._store.last_before(before)
        return sum(self._store.forget(replica, head, self._proof(replica, head)) for replica, head in ends.items())

    def close(self) -> None:
        """What is still in the spool is brought into the database at the next start."""
        self._spool.close()

    def _last_head(self) -> Head:
        """The newest of what the spool and the database know."""
        waiting = [Head.of(record) for record in self._spool.waiting()]
        candidates = [self._store.head(self._replica), self._spool.head(), *waiting[-1:]]
        return max(candidates, key=lambda head: head.number)

    def _begin(self, replica: str, breaks: list[Break]) -> Head:
        head, proof = self._store.anchor(replica)
        if head.number and not hmac.compare_digest(proof, self._proof(replica, head)):
            breaks.append(Break(replica, head.number, "the place after which the chain begins was altered"))
        return head

    def _fault(self, record: AuditRecord, head: Head) -> str:
        if record.number != head.number + 1:
            return f"records {head.number + 1} to {record.number - 1} are missing before it"
        if record.previous != head.seal:
            return "it does not follow the record before it"
        if not hmac.compare_digest(record.sealed(self._key).seal, record.seal):
            return "what it says was altered, or it was sealed with another key"
        return ""

    def _proof(self, replica: str, head: Head) -> str:
        return hmac.new(self._key, f"{replica} {head.number} {head.seal}".encode(), hashlib.sha256).hexdigest()


def _ensure_key(file: Path) -> bytes:
    """The key in the file, made at first; readable by nobody else."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return bytes.fromhex(file.read_text())
    with os.fdopen(made, "w") as out:
        out.write(secrets.token_hex(32))
        out.flush()
        os.fsync(out.fileno())
    return bytes.fromhex(file.read_text())

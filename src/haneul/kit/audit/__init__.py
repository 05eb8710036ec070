"""A record of every change that somebody asked for, which nobody can alter unnoticed.

Each record carries a seal: an HMAC-SHA256 of what it says and of the seal before it, by a key that is not in the
database. A record that is changed, taken out or put in breaks the chain from there on; records cut off at the end do
not reach the head that the control plane keeps beside its spool. docs/decisions/0027-audit.md says what that proves.
"""

from haneul.kit.audit.log import SEAL_KEY, AuditLog
from haneul.kit.audit.model import Asked, AuditRecord, Break, Proof, RecordFilter
from haneul.kit.audit.reading import AuditReading, moment_of
from haneul.kit.audit.tables import METADATA

__all__ = [
    "METADATA",
    "SEAL_KEY",
    "Asked",
    "AuditLog",
    "AuditReading",
    "AuditRecord",
    "Break",
    "Proof",
    "RecordFilter",
    "moment_of",
]

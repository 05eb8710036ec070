"""Identity's rows."""

from haneul.services.identity.store.rows import fold
from haneul.services.identity.store.store import IdentityStore
from haneul.services.identity.store.tables import METADATA

__all__ = ["METADATA", "IdentityStore", "fold"]

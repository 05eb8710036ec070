"""Credentials, application credentials, trusts and limits in the database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import or_, select, update

from haneul.kit.db import Database
from haneul.services.identity.model import (
    AccessRule,
    ApplicationCredential,
    KeptPolicy,
    Limit,
    Listing,
    PolicyUse,
    RegisteredLimit,
    SealedCredential,
    Trust,
)
from haneul.services.identity.store.rows import Row, Rows
from haneul.services.identity.store.tables import (
    access_rules,
    application_credentials,
    credentials,
    limits,
    policies,
    projects,
    registered_limits,
    trusts,
)


class CredentialRows(Rows[SealedCredential]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, credentials, SealedCredential)
        self.word = "credential"

    def find_by_access(self, access_hash: str) -> SealedCredential | None:
        return self.find_where(credentials.c.access_hash == access_hash)


class AccessRuleRows(Rows[AccessRule]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, access_rules, AccessRule)


class ApplicationCredentialRows(Rows[ApplicationCredential]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, application_credentials, ApplicationCredential)

    def find_by_name(self, user_id: str, name: str) -> ApplicationCredential | None:
        return self.find_where(self.table.c.user_id == user_id, self.table.c.name == name)


class TrustRows(Rows[Trust]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, trusts, Trust)

    def use_once(self, trust_id: str) -> bool:
        """One use less; False if none is left."""
        with self.db.write() as connection:
            changed = connection.execute(
                update(trusts)
                .where(trusts.c.id == trust_id, trusts.c.remaining_uses > 0)
                .values(remaining_uses=trusts.c.remaining_uses - 1)
            )
            return changed.rowcount == 1


def _region_key(row: Row) -> Row:
    return {"region_key": row["region_id"] or ""}


class RegisteredLimitRows(Rows[RegisteredLimit]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, registered_limits, RegisteredLimit, _region_key)


def _limit_keys(row: Row) -> Row:
    return _region_key(row) | {"owner_key": row["project_id"] or row["domain_id"]}


class LimitRows(Rows[Limit]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, limits, Limit, _limit_keys)

    def in_domain(self, domain_id: str, listing: Listing) -> list[Limit]:
        """Those of the domain and of its projects."""
        inside = select(projects.c.id).where(projects.c.domain_id == domain_id)
        return self.page(listing, or_(limits.c.domain_id == domain_id, limits.c.project_id.in_(inside)))


class PolicyRows(Rows[KeptPolicy]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, policies, KeptPolicy)
        self.word = "policy"

    def read(self, row: Any) -> KeptPolicy:
        policy = super().read(row)
        return replace(policy, uses=tuple(PolicyUse(**use) for use in policy.uses))  # type: ignore[arg-type]

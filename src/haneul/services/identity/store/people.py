"""Users, their passwords and groups in the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    union,
    update,
)

from haneul.kit.db import Database, Prepared
from haneul.services.identity.model import Filter, Group, Listing, Password, User, UserId
from haneul.services.identity.store.federation_tables import expiring_memberships
from haneul.services.identity.store.rows import Row, Rows, fold
from haneul.services.identity.store.tables import groups, memberships, nobodys_failures, passwords, users


def _named(row: Row) -> Row:
    return {"name_key": fold(row["name"])}


def _known_as(row: Row) -> Row:
    """Whom an identity provider names need not have a name of their own: their key is one that nobody signs in by."""
    return {"name_key": f"{row['id']}@federated"} if row["is_federated"] else _named(row)


class UserRows(Rows[User]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, users, User, _known_as)
        same = users.c.domain_id == bindparam("in_domain"), users.c.name_key == bindparam("known_as")
        self._by_name = Prepared(self.chosen().where(*same))

    def condition(self, wanted: Filter) -> ColumnElement[bool]:
        """By name also those whom an identity provider calls so."""
        found = super().condition(wanted)
        if wanted.field == "name" and wanted.comparator == "equals":
            return or_(found, and_(users.c.name == wanted.value, users.c.is_federated.is_(True)))
        return found

    def find_by_name(self, name: str, domain_id: str) -> User | None:
        return self.find_prepared(self._by_name, in_domain=domain_id, known_as=fold(name))

    def in_group(self, group_id: str, listing: Listing) -> list[User]:
        members = select(memberships.c.user_id).where(memberships.c.group_id == group_id)
        return self.page(listing, users.c.id.in_(members))

    def count_failure(self, user_id: UserId, at: datetime, *, afresh: bool) -> None:
        """One more failed sign-in; `afresh` forgets the earlier ones."""
        count = 1 if afresh else users.c.failed_attempts + 1
        with self.db.write() as connection:
            connection.execute(update(users).where(users.c.id == user_id).values(failed_attempts=count, failed_at=at))

    def count_nobodys_failure(self, at: datetime) -> None:
        """What an attempt at a user who is not there writes: as much as one at a user who is."""
        with self.db.write() as connection:
            changed = connection.execute(
                update(nobodys_failures).values(failed_attempts=nobodys_failures.c.failed_attempts + 1, failed_at=at)
            )
            if changed.rowcount == 0:
                connection.execute(insert(nobodys_failures).values(id=1, failed_attempts=1, failed_at=at))

    def forget_failures(self, user_id: UserId) -> None:
        with self.db.write() as connection:
            connection.execute(update(users).where(users.c.id == user_id).values(failed_attempts=0, failed_at=None))

    def void_tokens(self, user_id: UserId) -> None:
        with self.db.write() as connection:
            connection.execute(update(users).where(users.c.id == user_id).values(epoch=users.c.epoch + 1))

    def forget_default_project(self, project_id: str) -> None:
        with self.db.write() as connection:
            connection.execute(
                update(users).where(users.c.default_project_id == project_id).values(default_project_id=None)
            )


class PasswordRows(Rows[Password]):
    """A user's passwords; the newest is the one that counts."""

    def __init__(self, db: Database) -> None:
        super().__init__(db, passwords, Password)
        of_user = self.chosen().where(passwords.c.user_id == bindparam("of")).order_by(passwords.c.position.desc())
        self._newest = Prepared(of_user.limit(bindparam("count", type_=Integer)))

    def newest(self, user_id: UserId, count: int = 1) -> list[Password]:
        """The newest first."""
        with self.db.read() as connection:
            return list(map(self.read, self._newest.rows(connection, of=user_id, count=count)))

    def push(self, password: Password, keep: int) -> None:
        """The user's password from now on; `keep` of the older ones are remembered."""
        with self.db.write() as connection:
            last = connection.execute(
                select(func.max(passwords.c.position)).where(passwords.c.user_id == password.user_id)
            ).scalar()
            position = (last or 0) + 1
            values = {name: getattr(password, name) for name in self._names}
            connection.execute(insert(passwords).values(**values, position=position))
            connection.execute(
                delete(passwords).where(passwords.c.user_id == password.user_id, passwords.c.position < position - keep)
            )


def _groups_of(user_id: Any, now: Any) -> CompoundSelect[Any]:
    """The ids of the groups that the user is in, for good or for the time being; values or parameters."""
    passing = expiring_memberships.c
    return union(
        select(memberships.c.group_id).where(memberships.c.user_id == user_id),
        select(passing.group_id).where(passing.user_id == user_id, passing.expires_at > now),
    )


_GROUP_IDS = Prepared(_groups_of(bindparam("of"), bindparam("now")))


class GroupRows(Rows[Group]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, groups, Group, _named)

    def of_user(self, user_id: str, now: datetime, listing: Listing) -> list[Group]:
        return self.page(listing, groups.c.id.in_(_groups_of(user_id, now)))

    def named(self, domain_id: str, names: Iterable[str]) -> list[Group]:
        """Those of the domain that bear one of the names."""
        return self.all(groups.c.domain_id == domain_id, groups.c.name_key.in_([fold(name) for name in names]))

    def ids_of_user(self, user_id: str, now: datetime) -> list[str]:
        with self.db.read() as connection:
            return _GROUP_IDS.scalars(connection, of=user_id, now=now)

    def members(self, group_ids: list[str]) -> dict[str, list[str]]:
        """User ids by group id."""
        found: dict[str, list[str]] = {group_id: [] for group_id in group_ids}
        if not found:
            return found
        with self.db.read() as connection:
            rows = connection.execute(select(memberships).where(memberships.c.group_id.in_(group_ids)))
            for row in rows:
                found[row.group_id].append(row.user_id)
        return found

    def has_member(self, group_id: str, user_id: str) -> bool:
        with self.db.read() as connection:
            row = connection.execute(
                select(memberships).where(memberships.c.group_id == group_id, memberships.c.user_id == user_id)
            ).first()
        return row is not None

    def add_member(self, group_id: str, user_id: str) -> None:
        if self.has_member(group_id, user_id):
            return
        with self.db.write() as connection:
            connection.execute(insert(memberships).values(group_id=group_id, user_id=user_id))

    def remove_member(self, group_id: str, user_id: str) -> None:
        with self.db.write() as connection:
            connection.execute(
                delete(memberships).where(memberships.c.group_id == group_id, memberships.c.user_id == user_id)
            )

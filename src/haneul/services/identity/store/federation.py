"""Federation in the database: who vouches for people, by which rules, and who came in that way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from haneul.kit.db import Database, Prepared
from haneul.kit.errors import Conflict, NotFound
from haneul.services.identity.model import (
    AttributeMapping,
    ExpiringMembership,
    FederatedLink,
    FederationProtocol,
    IdentityProvider,
    Listing,
    ServiceProvider,
)
from haneul.services.identity.store.federation_tables import (
    expiring_memberships,
    federated_users,
    federation_mappings,
    federation_protocols,
    identity_providers,
    remote_ids,
    service_providers,
)
from haneul.services.identity.store.rows import Rows


class IdentityProviderRows(Rows[IdentityProvider]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, identity_providers, IdentityProvider)

    def find(self, thing_id: str) -> IdentityProvider | None:
        found = super().find(thing_id)
        return None if found is None else self._with_remote_ids([found])[0]

    def page(self, listing: Listing, *conditions: Any) -> list[IdentityProvider]:
        return self._with_remote_ids(super().page(listing, *conditions))

    def add(self, thing: IdentityProvider) -> IdentityProvider:
        with self.db.write():
            super().add(thing)
            self._keep_remote_ids(thing)
        return thing

    def change(self, thing: IdentityProvider) -> IdentityProvider:
        with self.db.write() as connection:
            super().change(thing)
            connection.execute(delete(remote_ids).where(remote_ids.c.idp_id == thing.id))
            self._keep_remote_ids(thing)
        return thing

    def _with_remote_ids(self, found: Sequence[IdentityProvider]) -> list[IdentityProvider]:
        names: dict[str, list[str]] = {each.id: [] for each in found}
        with self.db.read() as connection:
            wanted = select(remote_ids).where(remote_ids.c.idp_id.in_(names)).order_by(remote_ids.c.remote_id)
            for row in connection.execute(wanted):
                names[row.idp_id].append(row.remote_id)
        return [replace(each, remote_ids=tuple(names[each.id])) for each in found]

    def _keep_remote_ids(self, thing: IdentityProvider) -> None:
        if not thing.remote_ids:
            return
        rows = [{"remote_id": remote_id, "idp_id": thing.id} for remote_id in thing.remote_ids]
        with self.db.write() as connection:
            try:
                with connection.begin_nested():
                    connection.execute(insert(remote_ids), rows)
            except IntegrityError as error:
                raise Conflict(
                    "identity_provider.remote_id",
                    f"Duplicate remote ID: one of {', '.join(thing.remote_ids)} belongs to another identity "
                    "provider. Take it from that one first.",
                ) from error


class MappingRows(Rows[AttributeMapping]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, federation_mappings, AttributeMapping)
        self.word = "mapping"


class ProtocolRows(Rows[FederationProtocol]):
    """Protocols have names of their own within each identity provider."""

    def __init__(self, db: Database) -> None:
        super().__init__(db, federation_protocols, FederationProtocol)
        self.word = "federated_protocol"

    def find_of(self, idp_id: str, protocol_id: str) -> FederationProtocol | None:
        return self.find_where(self.table.c.idp_id == idp_id, self.table.c.id == protocol_id)

    def get_of(self, idp_id: str, protocol_id: str) -> FederationProtocol:
        found = self.find_of(idp_id, protocol_id)
        if found is None:
            raise NotFound(
                "federated_protocol.not_found",
                f"Could not find federated protocol {protocol_id} for identity provider: {idp_id}.",
            )
        return found

    def change_of(self, thing: FederationProtocol) -> FederationProtocol:
        with self.db.write() as connection:
            connection.execute(
                update(self.table)
                .where(self.table.c.idp_id == thing.idp_id, self.table.c.id == thing.id)
                .values(mapping_id=thing.mapping_id, remote_id_attribute=thing.remote_id_attribute)
            )
        return thing

    def remove_of(self, thing: FederationProtocol) -> None:
        self.remove_where(self.table.c.idp_id == thing.idp_id, self.table.c.id == thing.id)

    def uses(self, mapping_id: str) -> bool:
        return self.exists(self.table.c.mapping_id == mapping_id)


class ServiceProviderRows(Rows[ServiceProvider]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, service_providers, ServiceProvider)


class FederatedLinks:
    """Which user somebody is whom an identity provider vouches for."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def find_user_id(self, idp_id: str, protocol_id: str, unique_id: str) -> str | None:
        table = federated_users.c
        with self.db.read() as connection:
            return connection.execute(
                select(table.user_id).where(
                    table.idp_id == idp_id, table.protocol_id == protocol_id, table.unique_id == unique_id
                )
            ).scalar()

    def of_users(self, user_ids: Iterable[str]) -> list[FederatedLink]:
        with self.db.read() as connection:
            wanted = select(federated_users).where(federated_users.c.user_id.in_(list(user_ids)))
            return [FederatedLink(**row._mapping) for row in connection.execute(wanted)]

    def user_ids(self, known: dict[str, str]) -> list[str]:
        """Of the users whose links have these values, as `{"idp_id": ...}`."""
        conditions = [federated_users.c[name] == value for name, value in known.items()]
        with self.db.read() as connection:
            return [row.user_id for row in connection.execute(select(federated_users.c.user_id).where(*conditions))]

    def add(self, links: Sequence[FederatedLink]) -> None:
        """Conflict if one of them is somebody else already."""
        if not links:
            return
        rows = [vars(link) for link in links]
        with self.db.write() as connection:
            try:
                with connection.begin_nested():
                    connection.execute(insert(federated_users), rows)
            except IntegrityError as error:
                raise Conflict(
                    "federated_user.exists",
                    "Conflict occurred attempting to store federated object - Duplicate entry: another user has "
                    "this unique_id. Take it from them first.",
                ) from error

    def remove_of_user(self, user_id: str) -> None:
        with self.db.write() as connection:
            connection.execute(delete(federated_users).where(federated_users.c.user_id == user_id))


class ExpiringMemberships:
    def __init__(self, db: Database) -> None:
        self.db = db

    def keep(self, wanted: Sequence[ExpiringMembership]) -> bool:
        """From now on these; True if somebody is in a group in which they were not."""
        is_new = False
        with self.db.write() as connection:
            for each in wanted:
                table = expiring_memberships.c
                same = (table.user_id == each.user_id, table.group_id == each.group_id, table.idp_id == each.idp_id)
                changed = connection.execute(
                    update(expiring_memberships).where(*same).values(expires_at=each.expires_at)
                )
                if changed.rowcount == 0:
                    connection.execute(insert(expiring_memberships).values(**vars(each)))
                    is_new = True
        return is_new

    def of_user(self, user_id: str, now: datetime) -> list[ExpiringMembership]:
        """Those that still hold."""
        table = expiring_memberships.c
        with self.db.read() as connection:
            rows = connection.execute(
                select(expiring_memberships).where(table.user_id == user_id, table.expires_at > now)
            )
            return [ExpiringMembership(**row._mapping) for row in rows]

    def next_end(self, user_id: str, now: datetime) -> datetime | None:
        """When the user leaves the first of their groups; None: none of them ends."""
        with self.db.read() as connection:
            found: datetime | None = _NEXT_END.scalar(connection, of=user_id, now=now)
        return found

    def forget_expired(self, now: datetime) -> None:
        with self.db.write() as connection:
            connection.execute(delete(expiring_memberships).where(expiring_memberships.c.expires_at <= now))


_NEXT_END = Prepared(
    select(func.min(expiring_memberships.c.expires_at)).where(
        expiring_memberships.c.user_id == bindparam("of"), expiring_memberships.c.expires_at > bindparam("now")
    )
)

"""Credentials: EC2 keys, TOTP seeds and the like, sealed at rest."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from haneul.kit.errors import Invalid, NotFound
from haneul.kit.ids import new_hex
from haneul.kit.policy import Caller
from haneul.services.identity.model import EVERYTHING, Credential, Listing, UserId
from haneul.services.identity.parts import Parts
from haneul.services.identity.verbs.access import Access
from haneul.services.identity.verbs.delegation import refuse_lent
from haneul.services.identity.verbs.ec2 import access_hash, keys_of
from haneul.services.identity.verbs.sealed import open_credential, seal_credential
from haneul.services.identity.verbs.targets import Facts


@dataclass(frozen=True)
class Ec2Key:
    """A pair of keys by which a user acts in a project through the EC2 API."""

    access: str
    secret: str = field(repr=False)
    user_id: str
    project_id: str | None


def _facts(credential: Credential | None) -> Facts:
    return {} if credential is None else {"target.credential.user_id": credential.user_id}


class Credentials:
    def __init__(self, parts: Parts, access: Access) -> None:
        self._parts = parts
        self._access = access
        self._policy = parts.policy
        self._store = parts.store

    def create(self, caller: Caller, new: Credential) -> Credential:
        """`new.id` is chosen; an EC2 key's id is the hash of its access key."""
        refuse_lent(caller, "credentials")
        new = replace(new, user_id=new.user_id or UserId(caller.user_id))
        self._policy.require(caller, "identity:create_credential", _facts(new))
        hashed = _access_hash(new)
        credential = replace(new, id=hashed or new_hex())
        if credential.type == "ec2" and credential.project_id is None:
            raise Invalid("credential.project", "An EC2 credential needs a project_id: name the project.")
        with self._store.db.write():
            self._require_owners(caller, credential)
            self._store.credentials.add(seal_credential(self._parts, credential, hashed))
        return credential

    def get(self, caller: Caller, credential_id: str, rule: str = "identity:get_credential") -> Credential:
        sealed = self._store.credentials.find(credential_id)
        credential = None if sealed is None else open_credential(self._parts, sealed)
        self._policy.require(caller, rule, _facts(credential))
        if credential is None:
            raise self._missing(credential_id)
        return credential

    def update(self, caller: Caller, credential_id: str, changes: Mapping[str, Any]) -> Credential:
        """`changes`: any of type, blob, user_id, project_id, extra."""
        refuse_lent(caller, "credentials")
        with self._store.db.write():
            before = self.get(caller, credential_id, "identity:update_credential")
            after = replace(before, **changes)
            self._policy.require(caller, "identity:update_credential", _facts(after))
            if (after.user_id, after.project_id) != (before.user_id, before.project_id):
                self._require_owners(caller, after)
            self._store.credentials.change(seal_credential(self._parts, after, _access_hash(after)))
        return after

    def delete(self, caller: Caller, credential_id: str) -> None:
        refuse_lent(caller, "credentials")
        with self._store.db.write():
            self.get(caller, credential_id, "identity:delete_credential")
            self._store.credentials.remove(credential_id)

    def create_ec2(self, caller: Caller, user_id: str, project_id: str) -> Ec2Key:
        refuse_lent(caller, "EC2 credentials")
        self._policy.require(caller, "identity:ec2_create_credential", {"target.credential.user_id": user_id})
        key = Ec2Key(new_hex(), secrets.token_hex(16), user_id, project_id)
        blob = msgspec.json.encode({"access": key.access, "secret": key.secret, "trust_id": None}).decode()
        hashed = access_hash(key.access)
        credential = Credential(hashed, "ec2", blob, UserId(user_id), project_id)
        with self._store.db.write():
            self._require_owners(caller, credential)
            self._store.credentials.add(seal_credential(self._parts, credential, hashed))
        return key

    def list_ec2(self, caller: Caller, user_id: str) -> list[Ec2Key]:
        refuse_lent(caller, "EC2 credentials")
        self._policy.require(caller, "identity:ec2_list_credentials", {"user_id": user_id})
        self._store.users.get(user_id)
        table = self._store.credentials.table
        found = self._store.credentials.all(table.c.user_id == user_id, table.c.type == "ec2")
        return [_ec2(open_credential(self._parts, each)) for each in found]

    def get_ec2(self, caller: Caller, access: str, rule: str = "identity:ec2_get_credential") -> Ec2Key:
        """By its owner, whatever user the URL names."""
        refuse_lent(caller, "EC2 credentials")
        sealed = self._store.credentials.find_by_access(access_hash(access))
        if sealed is None or sealed.type != "ec2":
            raise self._missing(access)
        self._policy.require(caller, rule, {"target.credential.user_id": sealed.user_id})
        return _ec2(open_credential(self._parts, sealed))

    def delete_ec2(self, caller: Caller, access: str) -> None:
        with self._store.db.write():
            self.get_ec2(caller, access, "identity:ec2_delete_credential")
            table = self._store.credentials.table
            self._store.credentials.remove_where(table.c.access_hash == access_hash(access))

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[Credential]:
        """Those that the policy lets the caller see."""
        own: Facts = {"target.credential.user_id": caller.user_id}
        self._policy.require(caller, "identity:list_credentials", own)
        if not self._policy.allows(caller, "identity:list_credentials"):
            listing = listing.where("user_id", caller.user_id)
        return [open_credential(self._parts, each) for each in self._store.credentials.page(listing)]

    def _require_owners(self, caller: Caller, credential: Credential) -> None:
        """The user and the project must be there; to those who make keys for themselves alone, only their projects."""
        if self._store.users.find(credential.user_id) is None:
            raise self._store.users.missing(credential.user_id)
        if credential.project_id is None:
            return
        project = self._store.projects.find(credential.project_id)
        if project is None or not (
            self._policy.allows(caller, "identity:create_credential")
            or self._access.on_project(credential.user_id, project)
        ):
            raise self._store.projects.missing(credential.project_id)

    def _missing(self, credential_id: str) -> NotFound:
        return self._store.credentials.missing(credential_id)


def _access_hash(credential: Credential) -> str | None:
    """None unless it is an EC2 credential; Invalid if that has not both its keys in its blob."""
    if credential.type != "ec2":
        return None
    keys = keys_of(credential.blob)
    if keys is None:
        raise Invalid("credential.blob", "The blob of an EC2 credential must be JSON with access and secret.")
    return access_hash(keys[0])


def _ec2(credential: Credential) -> Ec2Key:
    access, secret = keys_of(credential.blob) or ("", "")
    return Ec2Key(access, secret, credential.user_id, credential.project_id)

"""OAuth 1.0a: programs that act for users who said so (OS-OAUTH1)."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from haneul.kit.errors import Invalid, NotFound, Unauthenticated
from haneul.kit.ids import new_hex
from haneul.kit.policy import Caller
from haneul.services.identity.model import (
    EVERYTHING,
    AccessToken,
    Consumer,
    Extra,
    Listing,
    Ref,
    RequestToken,
    Role,
    SignedCall,
    UserId,
)
from haneul.services.identity.parts import Parts
from haneul.services.identity.verbs.access import Access
from haneul.services.identity.verbs.delegation import refuse_lent
from haneul.services.identity.verbs.oauth1_signatures import Signatures, verifier_hash
from haneul.services.identity.verbs.sealed import seal_text

_REQUEST_TOKEN_LIFETIME = timedelta(hours=8)
_ACCESS_TOKEN_LIFETIME = timedelta(days=1)
_VERIFIER_LETTERS = string.ascii_letters + string.digits
_VERIFIER_LENGTH = 8


@dataclass(frozen=True)
class NewKey:
    """A consumer or token with its secret, which is told this once."""

    thing: Consumer | RequestToken | AccessToken
    secret: str = field(repr=False)


class Consumers:
    """Programs that may ask users whether they may act for them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._policy = parts.policy
        self._store = parts.store

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[Consumer]:
        self._policy.require(caller, "identity:list_consumers")
        return self._store.consumers.page(listing)

    def get(self, caller: Caller, consumer_id: str, rule: str = "identity:get_consumer") -> Consumer:
        self._policy.require(caller, rule)
        return self._store.consumers.get(consumer_id)

    def create(self, caller: Caller, description: str | None, extra: Extra) -> NewKey:
        self._policy.require(caller, "identity:create_consumer")
        secret = secrets.token_hex(16)
        consumer = Consumer(new_hex(), seal_text(self._parts, secret), description, extra)
        return NewKey(self._store.consumers.add(consumer), secret)

    def update(self, caller: Caller, consumer_id: str, changes: Mapping[str, Any]) -> Consumer:
        """`changes`: any of description, extra."""
        with self._store.db.write():
            before = self.get(caller, consumer_id, "identity:update_consumer")
            extra = {**before.extra, **changes.get("extra", {})}
            return self._store.consumers.change(replace(before, **{**changes, "extra": extra}))

    def delete(self, caller: Caller, consumer_id: str) -> None:
        """With all that users let it do; the tokens that it got are void."""
        with self._store.changing():
            self._store.consumers.remove(self.get(caller, consumer_id, "identity:delete_consumer").id)


class AccessTokens:
    """What users let consumers do."""

    def __init__(self, parts: Parts, access: Access) -> None:
        self._parts = parts
        self._policy = parts.policy
        self._store = parts.store
        self._access = access
        self._signatures = Signatures(parts)

    def request(self, call: SignedCall, project_id: str) -> NewKey:
        """A consumer's question whether it may act in the project; its signature is its proof."""
        consumer = self._signatures.consumer(call)
        if self._store.projects.find(project_id) is None:
            raise self._store.projects.missing(project_id)
        secret = secrets.token_hex(16)
        ends_at = self._parts.clock.now() + _REQUEST_TOKEN_LIFETIME
        question = RequestToken(new_hex(), consumer.id, project_id, seal_text(self._parts, secret), ends_at)
        return NewKey(self._store.request_tokens.add(question), secret)

    def authorize(self, caller: Caller, request_token_id: str, roles: Sequence[Ref]) -> str:
        """The caller says yes, for these of their roles; answers the word to hand to the consumer."""
        self._policy.require(caller, "identity:authorize_request_token")
        refuse_lent(caller, "what programs may do")
        verifier = "".join(secrets.choice(_VERIFIER_LETTERS) for _ in range(_VERIFIER_LENGTH))
        with self._store.db.write():
            question = self._store.request_tokens.get(request_token_id)
            if question.expires_at <= self._parts.clock.now():
                raise Unauthenticated("oauth1.expired", "The request token is expired: let the program ask again.")
            chosen = self._chosen(caller, question, roles)
            self._store.request_tokens.change(
                replace(
                    question,
                    authorizing_user_id=caller.user_id,
                    role_ids=tuple(role.id for role in chosen),
                    verifier_hash=verifier_hash(verifier),
                )
            )
        return verifier

    def create(self, call: SignedCall) -> NewKey:
        """The consumer shows the word of consent; the question is answered, and counts no more."""
        question = self._signatures.request_token(call)
        if question.authorizing_user_id is None or question.role_ids is None:
            raise Unauthenticated("oauth1.unauthorized", "No user has authorized the request token: ask one to do it.")
        secret = secrets.token_hex(16)
        answer = AccessToken(
            id=new_hex(),
            consumer_id=question.consumer_id,
            project_id=question.project_id,
            authorizing_user_id=question.authorizing_user_id,
            role_ids=question.role_ids,
            sealed_secret=seal_text(self._parts, secret),
            expires_at=self._parts.clock.now() + _ACCESS_TOKEN_LIFETIME,
        )
        with self._store.db.write():
            table = self._store.request_tokens.table
            if self._store.request_tokens.remove_where(table.c.id == question.id) == 0:
                raise Unauthenticated("oauth1.used", "The request token was used before: let the program ask again.")
            self._store.access_tokens.add(answer)
        return NewKey(answer, secret)

    def list(self, caller: Caller, user_id: str, listing: Listing = EVERYTHING) -> list[AccessToken]:
        self._require(caller, "identity:list_access_tokens")
        return self._store.access_tokens.page(listing.where("authorizing_user_id", user_id))

    def get(self, caller: Caller, user_id: str, token_id: str, rule: str = "identity:get_access_token") -> AccessToken:
        self._require(caller, rule)
        found = self._store.access_tokens.find(token_id)
        if found is None or found.authorizing_user_id != user_id:
            raise self._store.access_tokens.missing(token_id)
        return found

    def delete(self, caller: Caller, user_id: str, token_id: str) -> None:
        """The tokens that the consumer got by it are void."""
        with self._store.changing():
            found = self.get(caller, user_id, token_id, "identity:delete_access_token")
            self._store.access_tokens.remove(found.id)

    def roles(self, caller: Caller, user_id: str, token_id: str) -> Sequence[Role]:
        found = self.get(caller, user_id, token_id, "identity:list_access_token_roles")
        known = self._access.graph().roles
        return [known[role_id] for role_id in found.role_ids if role_id in known]

    def role(self, caller: Caller, user_id: str, token_id: str, role_id: str) -> Role:
        found = self.get(caller, user_id, token_id, "identity:get_access_token_role")
        role = next((each for each in found.role_ids if each == role_id), None)
        if role is None or role not in self._access.graph().roles:
            raise NotFound("role.not_found", f"Could not find role: {role_id}.")
        return self._access.graph().roles[role]

    def _require(self, caller: Caller, rule: str) -> None:
        self._policy.require(caller, rule)
        refuse_lent(caller, "what programs may do")

    def _chosen(self, caller: Caller, question: RequestToken, wanted: Sequence[Ref]) -> Sequence[Role]:
        """The roles asked for, each of which the caller must have in the project."""
        project = self._store.projects.get(question.project_id)
        held = self._access.on_project(UserId(caller.user_id), project)
        chosen: dict[str, Role] = {}
        for ref in wanted:
            role = next(
                (each for each in held if ref.id == each.id or (ref.id is None and ref.name == each.name)), None
            )
            if role is None:
                raise Unauthenticated(
                    "oauth1.role",
                    f"The authorizing user does not have the role {ref.id or ref.name} in the project that the "
                    "program asks for: choose roles that you have there.",
                )
            chosen[role.id] = role
        if not chosen:
            raise Invalid("oauth1.roles", "Name at least one role for the program.")
        return list(chosen.values())

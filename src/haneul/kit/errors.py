"""The eight kinds of refusal: a kind says how to react, a code what happened, a message what to do next."""

from __future__ import annotations


class CloudError(Exception):
    """A refusal that the caller can act on.

    `code` is stable and dotted (`server.not_stopped`); `message` is a sentence for people that says what to
    do next. Anything raised that is not a CloudError is a bug.
    """

    kind = "error"
    retry_after_s: int | None = None
    """When it is worth to ask again, where that is known."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code!r}, {self.message!r})"


class Unauthenticated(CloudError):
    """Nobody knows who is asking: sign in again."""

    kind = "unauthenticated"


class Forbidden(CloudError):
    """The caller is known and may see the thing, but may not do this."""

    kind = "forbidden"


class NotFound(CloudError):
    """There is no such thing, or it is somebody else's."""

    kind = "not_found"


class Invalid(CloudError):
    """The request makes no sense as it stands: correct it."""

    kind = "invalid"


class Conflict(CloudError):
    """The request makes sense, but not in the state that the thing is in."""

    kind = "conflict"


class OverQuota(CloudError):
    """The project's quota does not leave room."""

    kind = "over_quota"


class NoCapacity(CloudError):
    """The cloud has no room for it now."""

    kind = "no_capacity"


class Unavailable(CloudError):
    """Something that is needed does not answer: the same request may succeed later."""

    kind = "unavailable"


KINDS: dict[str, type[CloudError]] = {
    kind.kind: kind
    for kind in (Unauthenticated, Forbidden, NotFound, Invalid, Conflict, OverQuota, NoCapacity, Unavailable)
}

"""Nouns of the API as tables of attributes: read from bodies, found by queries, shown with links."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from msgspec import UNSET

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.network.readers import Reader
from haneul.kit.errors import Conflict, Invalid
from haneul.kit.http import Many, Query, Reply, Request
from haneul.kit.paging import Page, SortKey
from haneul.kit.policy import Caller
from haneul.services.network import Filter, Listing, TagFilter

CREATE, UPDATE = "create", "update"
_TAG_QUERIES = {"tags": "all_of", "tags-any": "any_of", "not-tags": "not_all_of", "not-tags-any": "not_any_of"}
_PAGING = frozenset({"limit", "marker", "page_reverse", "sort_key", "sort_dir", "fields", *_TAG_QUERIES})


@dataclass(frozen=True)
class Attribute:
    """One attribute of a noun, as the API names it."""

    name: str
    field: str = ""
    """What the services call it; empty: the same."""
    read: Reader | None = None
    """None: only the cloud says it."""
    on: tuple[str, ...] = (CREATE, UPDATE)
    is_required: bool = False
    show: Callable[[Any], Any] | None = None
    """What is shown; UNSET: nothing is said of it."""
    show_to: Callable[[Any, Caller], Any] | None = None
    """How it is shown where that depends on who asks."""
    constant: Any = None
    """Shown for every one of them, and not written anywhere."""
    rule: str = ""
    """Who may see it."""
    is_hidden: bool = False
    """Something to filter by or to say, and not shown."""
    is_filter: bool = True

    @property
    def known_as(self) -> str:
        return self.field or self.name

    def as_seen_by(self, caller: Caller) -> Callable[[Any], Any]:
        show_to = self.show_to
        if show_to is None:
            return self.show or self.value_of
        return lambda noun: show_to(noun, caller)

    def is_as_it_is(self, noun: Any) -> bool:
        """True if such nouns have it and it is shown as they have it."""
        return self.show is None and self.show_to is None and hasattr(noun, self.known_as)

    def value_of(self, noun: Any) -> Any:
        if self.show is not None:
            return self.show(noun)
        return getattr(noun, self.known_as, self.constant)


def show_time(moment: datetime) -> datetime:
    """What is written as 2030-01-31T12:00:00Z: the encoder writes whole seconds, cheaper than a text is made here."""
    return moment.replace(microsecond=0)


@dataclass(frozen=True)
class Resource:
    """A noun: its names and its attributes."""

    singular: str
    plural: str
    attributes: tuple[Attribute, ...]
    path: str = ""
    """In URLs; empty: the plural."""
    by_name: Mapping[str, Attribute] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {attribute.name: attribute for attribute in self.attributes})

    # What clients say

    def read_new(self, body: Any) -> tuple[bool, list[dict[str, Any]]]:
        """Whether there are several, and for each what is said of it, by the services' names."""
        if isinstance(body, dict) and self.plural in body:
            several = body[self.plural]
            if not isinstance(several, list) or not several:
                raise Invalid("request.invalid", "Resources required: give a list with at least one.")
            return True, [self._read(CREATE, _unwrapped(each, self.singular)) for each in several]
        return False, [self._read(CREATE, _inner(body, self.singular))]

    def read_changes(self, body: Any) -> dict[str, Any]:
        return self._read(UPDATE, _inner(body, self.singular))

    def _read(self, occasion: str, said: Any) -> dict[str, Any]:
        if not isinstance(said, dict):
            raise Invalid("request.invalid", f"Invalid request: {self.singular} is not a dictionary.")
        said = _one_project(said)
        unknown = [name for name in said if name not in self.by_name]
        if unknown:
            raise Invalid("request.invalid", f"Unrecognized attribute(s) '{', '.join(map(str, unknown))[:200]}'.")
        values: dict[str, Any] = {}
        for name, value in said.items():
            attribute = self.by_name[name]
            if attribute.read is None or occasion not in attribute.on:
                verb = "set in POST" if occasion == CREATE else "updated"
                raise Invalid("request.invalid", f"Attribute '{name}' is read-only: it cannot be {verb}.")
            values[attribute.known_as] = attribute.read(name, value)
        if occasion == CREATE:
            for attribute in self.attributes:
                if attribute.is_required and attribute.name not in said:
                    raise Invalid(
                        "request.invalid",
                        f"Failed to parse request. Required attribute '{attribute.name}' not specified.",
                    )
        return values

    # What is shown

    def show(self, cloud: Cloud, req: Request, noun: Any) -> dict[str, Any]:
        return self._shown(cloud, req, noun)(noun)

    def _shown(self, cloud: Cloud, req: Request, example: Any) -> Callable[[Any], dict[str, Any]]:
        """How things like the example are shown to who asks."""
        wanted = req.query.all("fields")
        chosen = [
            attribute
            for attribute in self.attributes
            if not attribute.is_hidden
            and (not wanted or attribute.name in wanted)
            and (not attribute.rule or cloud.network.allows(req.caller, attribute.rule))
        ]
        as_they_are = {each.name: each.known_as for each in chosen if each.is_as_it_is(example)}
        names, values_of = tuple(as_they_are), _getter(tuple(as_they_are.values()))
        ways = [(each.name, each.as_seen_by(req.caller)) for each in chosen if each.name not in as_they_are]

        def shown(noun: Any) -> dict[str, Any]:
            said = dict(zip(names, values_of(noun), strict=True))
            for name, value_of in ways:
                if (value := value_of(noun)) is not UNSET:
                    said[name] = value
            return said

        return shown

    def one(self, cloud: Cloud, req: Request, noun: Any, status: int = 200) -> Reply:
        return Reply(status, {self.singular: self.show(cloud, req, noun)})

    def many(self, cloud: Cloud, req: Request, nouns: Sequence[Any], status: int = 200) -> Reply:
        shown = self._shown(cloud, req, nouns[0]) if nouns else dict
        links = self._links(req, nouns) if req.method == "GET" else []
        return Reply(status, Many(self.plural, map(shown, nouns), {f"{self.plural}_links": links} if links else {}))

    def _links(self, req: Request, nouns: Sequence[Any]) -> list[dict[str, str]]:
        limit = _limit(req.query)
        if limit is None:
            return []
        is_backwards = bool(req.query.get_bool("page_reverse", False))
        is_last = len(nouns) < limit
        kept = [(key, value) for key, value in req.query.items if key not in ("marker", "page_reverse")]
        links = []
        if nouns and not (is_last and not is_backwards):
            links.append({"rel": "next", "href": f"{req.url}?{urlencode([*kept, ('marker', nouns[-1].id)])}"})
        if not (is_last and is_backwards):
            marker = [("marker", nouns[0].id)] if nouns else []
            previous = [*kept, *marker, ("page_reverse", "True")]
            links.append({"rel": "previous", "href": f"{req.url}?{urlencode(previous)}"})
        return links

    # What is looked for

    def listing(self, query: Query) -> Listing:
        """Raises Invalid for what cannot be filtered or sorted by."""
        where: dict[str, tuple[object, ...]] = {}
        for name, values in query.as_lists().items():
            if name in _PAGING:
                continue
            self._add_filter(where, name, values)
        return Listing(Filter(where, _tags(query)), self._page(query), bool(query.get_bool("page_reverse", False)))

    def _add_filter(self, where: dict[str, tuple[object, ...]], name: str, values: list[str]) -> None:
        if name == "fixed_ips":
            _add_fixed_ips(where, values)
            return
        attribute = self.by_name.get(name)
        if attribute is None or not attribute.is_filter:
            raise Invalid(
                "listing.unknown_field",
                f"Invalid input for operation: '{name}' is invalid attribute for filtering: leave it out.",
            )
        if attribute.constant is not None:
            if str(attribute.constant).lower() not in (value.lower() for value in values):
                where["id"] = ()
            return
        where[attribute.known_as] = tuple(_filter_value(attribute, value) for value in values)

    def _page(self, query: Query) -> Page:
        keys, directions = query.all("sort_key"), query.all("sort_dir")
        if directions and len(directions) != len(keys):
            raise Invalid("listing.unknown_field", "The number of sort_keys and sort_dirs must be same.")
        sort = []
        for position, key in enumerate(keys):
            direction = directions[position] if directions else "asc"
            if direction not in ("asc", "desc"):
                raise Invalid("listing.unknown_field", f"sort_dir is asc or desc, not {direction:.40}.")
            attribute = self.by_name.get(key)
            if attribute is None:
                raise Invalid(
                    "listing.unknown_field", f"['{key:.80}'] is invalid attribute for sort_keys: choose another."
                )
            if attribute.constant is None:
                sort.append(SortKey(attribute.known_as, direction == "desc"))
        return Page(_limit(query), query.get("marker"), tuple(sort))


def create_all(cloud: Cloud, req: Request, resource: Resource, create: Callable[[dict[str, Any]], Any]) -> Reply:
    """One, or several of which all are made or none."""
    are_several, said = resource.read_new(req.body)
    if not are_several:
        return resource.one(cloud, req, create(said[0]), 201)
    with cloud.network.together():
        return resource.many(cloud, req, [create(each) for each in said], 201)


def require_revision(req: Request, revision: int) -> None:
    """Raises Conflict unless the thing is of the revision that the client's If-Match names, if it names one."""
    said = req.headers.get("if-match", "")
    if said and said.strip() != f"revision_number={revision}":
        raise Conflict(
            "request.revision", f"Constrained to {said:.60}, but current revision is {revision}: look again first."
        )


def _getter(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What things have under these names: all at once, which is several times as fast as one by one."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda noun: tuple(getattr(noun, name) for name in names)


def _inner(body: Any, singular: str) -> Any:
    if not isinstance(body, dict) or singular not in body:
        raise Invalid("request.invalid", f"Unable to find '{singular}' in request body.")
    return body[singular]


def _unwrapped(each: Any, singular: str) -> Any:
    """Members of a bulk request may be wrapped in their noun's name, as old clients do."""
    return each[singular] if isinstance(each, dict) and set(each) == {singular} else each


def _one_project(said: dict[str, Any]) -> dict[str, Any]:
    """`tenant_id` is the old name of `project_id`."""
    if "tenant_id" not in said:
        return said
    rest = {name: value for name, value in said.items() if name != "tenant_id"}
    if rest.setdefault("project_id", said["tenant_id"]) != said["tenant_id"]:
        raise Invalid("request.invalid", "'project_id' and 'tenant_id' do not match: give one of them.")
    return rest


def _limit(query: Query) -> int | None:
    said = query.get("limit")
    if said is None:
        return None
    if not (said.isascii() and said.isdigit()) or len(said) > 9:
        raise Invalid("request.invalid", f"Limit must be an integer 0 or greater and not '{said:.40}'.")
    return int(said) or None


def _tags(query: Query) -> TagFilter:
    chosen: dict[str, tuple[str, ...]] = {}
    for name, part in _TAG_QUERIES.items():
        tags = tuple(tag for value in query.all(name) for tag in value.split(",") if tag)
        if tags:
            chosen[part] = tags
    return TagFilter(**chosen)


def _add_fixed_ips(where: dict[str, tuple[object, ...]], values: Iterable[str]) -> None:
    """`fixed_ips=ip_address=10.0.0.5`: what ports are found by."""
    for value in values:
        name, equals, wanted = value.partition("=")
        if not equals or name not in ("ip_address", "subnet_id", "ip_address_substr"):
            raise Invalid(
                "listing.unknown_field", "fixed_ips is filtered as fixed_ips=ip_address=10.0.0.5 or =subnet_id=ID."
            )
        where[name] = (*where.get(name, ()), wanted)


def _filter_value(attribute: Attribute, value: str) -> object:
    if attribute.read is None:
        return value
    if value in ("", "None") and attribute.read.__name__.endswith("_or_none"):
        return None
    if attribute.read.__name__ in ("boolean", "integer", "integer_or_none"):
        return attribute.read(attribute.name, value)
    return value

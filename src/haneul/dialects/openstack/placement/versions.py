"""The versions of placement: what each brought, and how older requests and answers differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.placement import schemas
from haneul.dialects.openstack.placement.views import reply
from haneul.kit.http import Change, Ladder, Reply, Request, Rung

OLDEST, NEWEST = "1.0", "1.39"

Body = Any
Shape = Callable[[Any], Any]


def list_versions(_cloud: Cloud, req: Request) -> Reply:
    version = {
        "id": "v1.0",
        "min_version": OLDEST,
        "max_version": NEWEST,
        "status": "CURRENT",
        "links": [{"rel": "self", "href": ""}],
    }
    return reply(req, {"versions": [version]})


def _fewer(*names: str) -> Shape:
    """A schema without these properties."""
    return lambda schema: schemas.without(schema, *names)


def _each_provider(change: Shape) -> dict[str, Change]:
    """The change for every handler that shows providers; a new one is shown from 1.20 on only."""

    def in_list(body: Body) -> Body:
        return {"resource_providers": [change(provider) for provider in body["resource_providers"]]}

    one = Change(lower=change)
    return {
        "show_resource_provider": one,
        "update_resource_provider": one,
        "list_resource_providers": Change(lower=in_list),
    }


def _unlinked(rel: str) -> Shape:
    return lambda provider: {**provider, "links": [link for link in provider["links"] if link["rel"] != rel]}


def _lacking(*names: str) -> Shape:
    """A body without these keys."""
    return lambda body: {key: value for key, value in body.items() if key not in names}


def _rootless() -> dict[str, Change]:
    changes = _each_provider(_lacking("parent_provider_uuid", "root_provider_uuid"))
    listing = changes["list_resource_providers"]
    return {
        **changes,
        "list_resource_providers": Change(lower=listing.lower, query=_fewer("in_tree")),
        "create_resource_provider": Change(schema=_fewer("parent_provider_uuid")),
        "update_resource_provider": Change(
            lower=changes["update_resource_provider"].lower, schema=_fewer("parent_provider_uuid")
        ),
    }


# Allocations: one consumer's, many consumers', and within a reshaping.


def _written(lift: Shape, schema: Shape) -> dict[str, Change]:
    """A difference in how one consumer's allocations are written, wherever that happens."""

    def lift_all(body: Body) -> Body:
        return {consumer: lift(holdings) for consumer, holdings in body.items()}

    def schema_all(of_all: Body) -> Body:
        return {**of_all, "patternProperties": {key: schema(one) for key, one in of_all["patternProperties"].items()}}

    def in_reshaping(change: Shape) -> Shape:
        return lambda body: {**body, "allocations": change(body["allocations"])}

    def schema_in_reshaping(of_it: Body) -> Body:
        properties = of_it["properties"]
        return {**of_it, "properties": {**properties, "allocations": schema_all(properties["allocations"])}}

    return {
        "replace_allocations": Change(lift=lift, schema=schema),
        "manage_allocations": Change(lift=lift_all, schema=schema_all),
        "reshape": Change(lift=in_reshaping(lift_all), schema=schema_in_reshaping),
    }


def _with(**values: Any) -> Shape:
    return lambda body: {**body, **values}


def _nonempty(schema: Body) -> Body:
    """Before 1.28, allocations of one consumer could not be written as none."""
    allocations = {**schema["properties"]["allocations"], "minProperties": 1}
    return {**schema, "properties": {**schema["properties"], "allocations": allocations}}


def _by_provider(body: Body) -> Body:
    lines = body["allocations"]
    return {
        **body,
        "allocations": {line["resource_provider"]["uuid"]: {"resources": line["resources"]} for line in lines},
    }


def _as_list(schema: Body) -> Body:
    return {**schema, "properties": {**schema["properties"], "allocations": schemas.OLD_ALLOCATIONS}}


def _candidates_as_list(body: Body) -> Body:
    def lines(request: Body) -> Body:
        given = request["allocations"].items()
        return [{"resource_provider": {"uuid": pid}, "resources": each["resources"]} for pid, each in given]

    requests = [{**request, "allocations": lines(request)} for request in body["allocation_requests"]]
    return {**body, "allocation_requests": requests}


def _summaries_lack(*names: str) -> Shape:
    lacking = _lacking(*names)
    return lambda body: {
        **body,
        "provider_summaries": {key: lacking(one) for key, one in body["provider_summaries"].items()},
    }


def _unmapped(body: Body) -> Body:
    lacking = _lacking("mappings")
    return {**body, "allocation_requests": [lacking(request) for request in body["allocation_requests"]]}


def _holdings_lack(name: str) -> Shape:
    lacking = _lacking(name)
    return lambda body: {**body, "allocations": {key: lacking(one) for key, one in body["allocations"].items()}}


def _usages_of_all_types(body: Body) -> Body:
    total: dict[str, int] = {}
    for usage in body["usages"].values():
        for name, amount in _lacking("consumer_count")(usage).items():
            total[name] = total.get(name, 0) + amount
    return {"usages": total}


def _query(make: Callable[[], Any]) -> dict[str, Change]:
    """The query of allocation candidates as it was before."""
    return {"list_allocation_candidates": Change(query=lambda _newer: make())}


_SUFFIX, _NUMBER = schemas.SUFFIX_PATTERN, schemas.NUMBER_PATTERN
_GROUPED = schemas.GROUPED
_AT_1_28 = _written(_with(consumer_generation="any"), _fewer("consumer_generation"))

LADDER = Ladder(
    "placement",
    OLDEST,
    NEWEST,
    (
        Rung("1.1", "aggregates of providers", _each_provider(_unlinked("aggregates"))),
        Rung("1.2", "custom resource classes"),
        Rung("1.3", "providers by aggregate", {"list_resource_providers": Change(query=_fewer("member_of"))}),
        Rung("1.4", "providers by resources", {"list_resource_providers": Change(query=_fewer("resources"))}),
        Rung("1.5", "all inventories of a provider deleted at once"),
        Rung("1.6", "traits", _each_provider(_unlinked("traits"))),
        Rung("1.7", "a resource class is ensured by PUT without a body"),
        Rung(
            "1.8",
            "allocations say whose they are",
            {
                "replace_allocations": Change(
                    lift=_with(project_id=None, user_id=None), schema=_fewer("project_id", "user_id")
                )
            },
        ),
        Rung("1.9", "usages of projects"),
        Rung("1.10", "allocation candidates"),
        Rung("1.11", "a link to a provider's allocations", _each_provider(_unlinked("allocations"))),
        Rung(
            "1.12",
            "allocations by provider, read as they are written",
            {
                "replace_allocations": Change(lift=_by_provider, schema=_as_list),
                "show_allocations": Change(lower=_lacking("project_id", "user_id")),
                "list_allocation_candidates": Change(lower=_candidates_as_list),
            },
        ),
        Rung("1.13", "allocations of many consumers at once"),
        Rung("1.14", "trees of providers", _rootless()),
        Rung("1.15", "last-modified and cache-control"),
        Rung("1.16", "a limit of candidates", _query(lambda: schemas.candidates(("resources",), ""))),
        Rung(
            "1.17",
            "candidates by traits",
            {
                "list_allocation_candidates": Change(
                    lower=_summaries_lack("traits"),
                    query=lambda _newer: schemas.candidates(("resources",), "", "limit"),
                )
            },
        ),
        Rung("1.18", "providers by traits", {"list_resource_providers": Change(query=_fewer("required"))}),
        Rung(
            "1.19",
            "aggregates with the provider's generation",
            {
                "replace_aggregates": Change(
                    lift=lambda body: {"aggregates": body, "resource_provider_generation": None},
                    lower=_lacking("resource_provider_generation"),
                    schema=lambda _newer: schemas.AGGREGATES,
                ),
                "list_aggregates": Change(lower=_lacking("resource_provider_generation")),
            },
        ),
        Rung(
            "1.20",
            "a new provider is shown",
            {"create_resource_provider": Change(lower=lambda _body: None, status=201)},
        ),
        Rung(
            "1.21",
            "candidates by aggregate",
            _query(lambda: schemas.candidates(("resources", "required"), "", "limit")),
        ),
        Rung("1.22", "traits that must not be there: !TRAIT"),
        Rung("1.23", "codes of errors"),
        Rung("1.24", "several member_of together"),
        Rung(
            "1.25",
            "groups of candidates by number",
            _query(lambda: schemas.candidates(("resources", "required", "member_of"), "", "limit")),
        ),
        Rung("1.26", "all of an inventory may be reserved"),
        Rung("1.27", "all resources in the summaries of candidates"),
        Rung(
            "1.28",
            "generations of consumers",
            {
                **_AT_1_28,
                "replace_allocations": Change(
                    lift=_AT_1_28["replace_allocations"].lift,
                    schema=lambda schema: _nonempty(schemas.without(schema, "consumer_generation")),
                ),
                "show_allocations": Change(lower=_lacking("consumer_generation")),
                "list_provider_allocations": Change(lower=_holdings_lack("consumer_generation")),
            },
        ),
        Rung(
            "1.29",
            "candidates from trees",
            {"list_allocation_candidates": Change(lower=_summaries_lack("parent_provider_uuid", "root_provider_uuid"))},
        ),
        Rung("1.30", "reshaping: inventories moved with their allocations"),
        Rung(
            "1.31",
            "candidates in one tree",
            _query(lambda: schemas.candidates(_GROUPED[:3], _NUMBER, "limit", "group_policy")),
        ),
        Rung("1.32", "aggregates that are to be avoided: !AGGREGATE"),
        Rung(
            "1.33",
            "groups of candidates by name",
            _query(lambda: schemas.candidates(_GROUPED, _NUMBER, "limit", "group_policy")),
        ),
        Rung(
            "1.34",
            "which provider serves which group",
            {
                **_written(lambda body: body, _fewer("mappings")),
                "list_allocation_candidates": Change(lower=_unmapped),
            },
        ),
        Rung(
            "1.35",
            "traits of the root",
            _query(lambda: schemas.candidates(_GROUPED, _SUFFIX, "limit", "group_policy")),
        ),
        Rung(
            "1.36",
            "groups below one provider",
            _query(lambda: schemas.candidates(_GROUPED, _SUFFIX, "limit", "group_policy", "root_required")),
        ),
        Rung("1.37", "providers move between trees"),
        Rung(
            "1.38",
            "types of consumers",
            {
                **_written(_with(consumer_type=None), _fewer("consumer_type")),
                "show_allocations": Change(lower=_lacking("consumer_type")),
                "show_total_usages": Change(lower=_usages_of_all_types, query=_fewer("consumer_type")),
            },
        ),
        Rung("1.39", "one trait of several: in:TRAIT,TRAIT"),
    ),
)
"""A difference in what a query's values may say, or in headers, is asked of the request's version where it is read."""

"""Queries of listings, read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from haneul.dialects.openstack.image.filters import read_filter, read_page
from haneul.kit.errors import Invalid
from haneul.kit.http import Query
from haneul.kit.paging import SortKey
from haneul.services.image import Condition, Operator


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("name=in:a,b", ("a", "b")),
        ('name=in:"a,b",c', ("a,b", "c")),
        ('name=in:"say \\"x\\"",c', ('say \\"x\\"', "c")),
        ("name=in:a,a", ("a",)),
    ],
)
def test_several_values_may_be_quoted(query: str, values: tuple[str, ...]) -> None:
    assert read_filter(Query(query)).conditions == (Condition("name", Operator.IN, values),)


def test_times_are_compared_as_they_are_shown_in_whole_seconds() -> None:
    asked = read_filter(Query("created_at=gt:2030-01-01T00:00:00Z")).conditions
    assert asked == (Condition("created_at", Operator.GTE, (datetime(2030, 1, 1, 0, 0, 1, tzinfo=UTC),)),)


def test_every_key_sorts_once_the_first_time_it_is_named() -> None:
    page = read_page(Query("sort=name:asc,size,name:desc"))
    assert page.sort == (SortKey("name"), SortKey("size_bytes", is_descending=True))


@pytest.mark.parametrize(
    "query",
    [
        "&".join(f"p{number}=x" for number in range(200)),
        "name=in:" + ",".join(str(number) for number in range(2000)),
        "size_min=" + "9" * 30,
        "created_at=gt:9999-12-31T23:59:59-23:59",
        "created_at=yesterday",
    ],
)
def test_what_is_too_much_is_refused(query: str) -> None:
    with pytest.raises(Invalid):
        read_filter(Query(query))


def test_the_end_of_time_is_a_time() -> None:
    assert len(read_filter(Query("created_at=lte:9999-12-31T23:59:59.999999Z")).conditions) == 1

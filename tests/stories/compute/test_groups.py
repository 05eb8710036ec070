"""Server groups: near each other, or apart."""

from __future__ import annotations

import pytest

from haneul.kit.errors import Invalid, NotFound, OverQuota
from haneul.services.compute import GroupPolicy, QuotaKey, ServerState
from tests.stories.compute.conftest import ADMIN, DEMO, OTHER, Bench


def _hosts(bench: Bench, policy: GroupPolicy, count: int, most_per_host: int = 1) -> list[str | None]:
    """On which hosts so many servers of one group come to be; None for those that find none."""
    group = bench.face.groups.create(DEMO, "g", policy, most_per_host)
    views = [bench.make(f"web{number}", scheduler_hints={"group": group.id}) for number in range(count)]
    assert set(bench.face.groups.get(DEMO, group.id).members) == {view.server.id for view in views}
    assert all(view.group_id == group.id for view in views)
    assert bench.leftovers() == []
    return [view.server.host_id for view in views]


def test_affinity_keeps_servers_together(bench: Bench) -> None:
    assert len(set(_hosts(bench, GroupPolicy.AFFINITY, 4))) == 1


def test_anti_affinity_keeps_them_apart_and_says_when_it_cannot(bench: Bench) -> None:
    first, second, third = _hosts(bench, GroupPolicy.ANTI_AFFINITY, 3)

    assert first is not None
    assert second is not None
    assert first != second
    assert third is None
    failed = next(view for view in bench.views() if view.server.state is ServerState.ERROR)
    assert failed.server.fault is not None
    assert "server group" in failed.server.fault.message


def test_a_group_may_allow_more_than_one_to_a_host(bench: Bench) -> None:
    hosts = _hosts(bench, GroupPolicy.ANTI_AFFINITY, 4, most_per_host=2)
    assert sorted(hosts.count(host) for host in set(hosts)) == [2, 2]


def test_soft_policies_give_way(bench: Bench) -> None:
    apart = _hosts(bench, GroupPolicy.SOFT_ANTI_AFFINITY, 3)
    assert len(set(apart[:2])) == 2
    assert apart[2] is not None
    assert len(set(_hosts(bench, GroupPolicy.SOFT_AFFINITY, 3))) == 1


def test_a_group_is_its_projects(bench: Bench) -> None:
    group = bench.face.groups.create(DEMO, "g", GroupPolicy.AFFINITY)

    with pytest.raises(NotFound):
        bench.face.groups.get(OTHER, group.id)
    with pytest.raises(Invalid, match="could not be found"):
        bench.ask(caller=OTHER, scheduler_hints={"group": group.id})
    assert list(bench.face.groups.list(OTHER, None, 0)) == []
    assert [each.id for each in bench.face.groups.list(ADMIN, None, 0, is_all_projects=True)] == [group.id]


def test_a_group_has_so_many_members_and_no_more(bench: Bench) -> None:
    bench.face.quotas.set(ADMIN, "demo", {QuotaKey.SERVER_GROUP_MEMBERS: 2}, is_forced=False)
    group = bench.face.groups.create(DEMO, "g", GroupPolicy.AFFINITY)

    with pytest.raises(OverQuota, match="too many servers in group"):
        bench.ask(min_count=3, max_count=3, scheduler_hints={"group": group.id})
    assert bench.names() == []


def test_servers_outlive_their_group(bench: Bench) -> None:
    group = bench.face.groups.create(DEMO, "g", GroupPolicy.AFFINITY)
    view = bench.make(scheduler_hints={"group": group.id})

    bench.face.groups.remove(DEMO, group.id)

    assert bench.see(view.server.id).group_id is None

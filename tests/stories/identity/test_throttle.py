"""An address from which sign-ins fail again and again is not heard for a while."""

from __future__ import annotations

from typing import Any

from haneul.kit.clock import SteppedClock
from haneul.kit.throttle import Throttle
from tests.clouds import PASSWORD, OpenCloud


def sign_in(cloud: OpenCloud, password: str, name: str = "nobody") -> Any:
    user = {"name": name, "domain": {"id": "default"}, "password": password}
    auth = {"identity": {"methods": ["password"], "password": {"user": user}}}
    return cloud.http.post("/identity/v3/auth/tokens", json={"auth": auth})


def test_too_many_failures_from_one_address_are_not_heard_for_a_while(cloud: OpenCloud) -> None:
    with cloud.restarted(tuned={"sign_in_failures": 6}) as strict:
        assert [sign_in(strict, "wrong", f"guess{n}").status_code for n in range(6)] == [401] * 6

        refused = sign_in(strict, PASSWORD, "demo")

        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "10"
        assert "10 seconds" in refused.json()["error"]["message"]
        strict.clock.move(10)
        assert sign_in(strict, PASSWORD, "demo").status_code == 201


def test_sign_ins_that_succeed_never_count(cloud: OpenCloud) -> None:
    with cloud.restarted(tuned={"sign_in_failures": 2}) as strict:
        assert [sign_in(strict, PASSWORD, "demo").status_code for _ in range(5)] == [201] * 5


def test_failures_are_forgotten_and_other_keys_are_left_alone() -> None:
    clock = SteppedClock()
    throttle = Throttle(2, clock)
    for _ in range(2):
        throttle.failed("10.0.0.1")

    assert throttle.wait_s("10.0.0.1") == 30
    assert throttle.wait_s("10.0.0.2") == 0
    clock.move(30)
    assert throttle.wait_s("10.0.0.1") == 0
    throttle.failed("10.0.0.1")
    assert throttle.wait_s("10.0.0.1") == 30


def test_without_a_limit_anybody_may_fail_for_ever() -> None:
    throttle = Throttle(0, SteppedClock())
    for _ in range(1000):
        throttle.failed("10.0.0.1")
    assert throttle.wait_s("10.0.0.1") == 0

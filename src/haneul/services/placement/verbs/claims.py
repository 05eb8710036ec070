"""Who holds what: for the services of this cloud, which need no permission."""

from __future__ import annotations

from collections.abc import Mapping

from haneul.kit.errors import NoCapacity
from haneul.services.placement.model import Claim, ConsumerId, ProviderId
from haneul.services.placement.parts import Parts


class Claims:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._rows = parts.store.claims

    def claim(
        self,
        consumer_id: ConsumerId,
        provider_id: ProviderId,
        resources: Mapping[str, int],
        project_id: str,
        user_id: str,
    ) -> Claim:
        """Have the consumer hold exactly this, and nothing elsewhere; repeated it changes nothing.

        Raises NoCapacity `placement.no_room` when the provider has not so much left; then the consumer holds
        what it held before, also when the caller goes on in the same transaction.
        """
        wanted = {name: amount for name, amount in sorted(resources.items()) if amount}
        claim = Claim(consumer_id, provider_id, wanted, project_id, user_id)
        with self._parts.db.write() as c:
            if self._rows.of_consumer(consumer_id) == [claim]:
                return claim
            with c.begin_nested():
                self._rows.give_back(consumer_id)
                for name, amount in wanted.items():
                    if not self._rows.take(provider_id, name, amount):
                        raise NoCapacity(
                            "placement.no_room",
                            f"Resource provider {provider_id} has no {amount} {name} left. Try another one",
                        )
                self._rows.write(claim, self._parts.clock.now())
        return claim

    def release(self, consumer_id: ConsumerId) -> None:
        """The consumer holds nothing any more; fine if it held nothing."""
        with self._parts.db.write():
            self._rows.give_back(consumer_id)
            self._rows.forget_consumer(consumer_id)

    def find(self, consumer_id: ConsumerId) -> Claim | None:
        """What the consumer holds, if anything."""
        return next(iter(self._rows.of_consumer(consumer_id)), None)

    def list(self, provider_id: ProviderId | None = None) -> list[Claim]:
        """All claims of servers, or, whoever holds them, those on one provider."""
        return self._rows.of_servers() if provider_id is None else self._rows.of_provider(provider_id)

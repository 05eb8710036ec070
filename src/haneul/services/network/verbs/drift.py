"""Where the network and what is written of it part, for operators."""

from __future__ import annotations

from dataclasses import dataclass

from haneul.kit.policy import Caller
from haneul.services.network.driver import Foreign
from haneul.services.network.parts import Parts


@dataclass(frozen=True)
class NetworkDrift:
    """What the cloud made itself is mended by upkeep, and told by `find_drift`."""

    parts: Parts

    def foreign(self, caller: Caller) -> tuple[Foreign, ...]:
        """What others wrote beside the cloud, which leaves it alone. Raises Forbidden, Unavailable."""
        self.parts.policy.require(caller, "get_network_drift")
        return self.parts.driver.list_foreign()

"""Who is asking, and the rules in OpenStack's policy language that say what they may do."""

from haneul.kit.policy.caller import ANONYMOUS, INTERNAL, Caller
from haneul.kit.policy.policy import Policy

__all__ = ["ANONYMOUS", "INTERNAL", "Caller", "Policy"]

"""What may be done to a server in which state: the one table of it."""

from __future__ import annotations

from collections.abc import Mapping

from haneul.services.compute.model.servers import ServerState as S

_RUNS_OR_NOT = frozenset({S.ACTIVE, S.STOPPED})
_HAS_GUEST = frozenset({S.ACTIVE, S.STOPPED, S.PAUSED, S.SUSPENDED})

ALLOWED: Mapping[str, frozenset[S]] = {
    "start": frozenset({S.STOPPED}),
    "stop": frozenset({S.ACTIVE, S.ERROR}),
    "reboot": frozenset({S.ACTIVE}),
    "hard reboot": _HAS_GUEST | {S.ERROR},
    "rebuild": frozenset({S.ACTIVE, S.STOPPED, S.PAUSED, S.ERROR}),
    "pause": frozenset({S.ACTIVE}),
    "unpause": frozenset({S.PAUSED}),
    "suspend": frozenset({S.ACTIVE}),
    "resume": frozenset({S.SUSPENDED}),
    "rescue": _RUNS_OR_NOT | {S.ERROR},
    "unrescue": frozenset({S.RESCUED}),
    "resize": _RUNS_OR_NOT,
    "migrate": _RUNS_OR_NOT,
    "confirmResize": frozenset({S.RESIZED}),
    "revertResize": frozenset({S.RESIZED}),
    "live migrate": frozenset({S.ACTIVE, S.PAUSED}),
    "evacuate": _RUNS_OR_NOT | {S.ERROR},
    "createImage": _HAS_GUEST,
    "createBackup": _HAS_GUEST,
    "shelve": _HAS_GUEST,
    "shelveOffload": frozenset({S.SHELVED}),
    "unshelve": frozenset({S.SHELVED, S.OFFLOADED}),
    "changePassword": frozenset({S.ACTIVE}),
    "attach_interface": frozenset({S.ACTIVE, S.STOPPED, S.PAUSED}),
    "detach_interface": frozenset({S.ACTIVE, S.STOPPED, S.PAUSED}),
    "injectNetworkInfo": frozenset({S.ACTIVE, S.STOPPED, S.PAUSED}),
    "restore": frozenset({S.SOFT_DELETED}),
    "update metadata": _HAS_GUEST,
    "update tags": _HAS_GUEST,
}
"""Each action that depends on the state, as refusals name it; the others may be done in every state."""

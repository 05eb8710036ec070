"""The rungs of the ladder that are about servers' volumes."""

from __future__ import annotations

from haneul.dialects.openstack.compute import volumes
from haneul.dialects.openstack.compute.lowering import dropping, each
from haneul.kit.http import Change, Rung


def _attached(*names: str) -> dict[str, Change]:
    """Volume attachments without these fields, in the older versions."""
    change = Change(lower=each("volumeAttachment", "volumeAttachments", dropping(*names)))
    return dict.fromkeys(("list_volume_attachments", "get_volume_attachment", "attach_volume"), change)


ATTACHMENT_RUNGS = (
    Rung(
        "2.89",
        "ids of volume attachments",
        {
            name: Change(lower=each("volumeAttachment", "volumeAttachments", volumes.with_id))
            for name in ("list_volume_attachments", "get_volume_attachment")
        },
    ),
    Rung(
        "2.85",
        "delete_on_termination of a volume is changed",
        {"update_volume_attachment": Change(schema=lambda _: volumes.UPDATE_UNTIL_2_84)},
    ),
    Rung(
        "2.79",
        "delete_on_termination of attached volumes",
        {
            **_attached("delete_on_termination"),
            "attach_volume": Change(
                schema=lambda _: volumes.ATTACH_UNTIL_2_78,
                lower=each("volumeAttachment", "", dropping("delete_on_termination")),
            ),
        },
    ),
    Rung("2.70", "tags of attached volumes", _attached("tag")),
    Rung(
        "2.49", "volumes are attached with tags", {"attach_volume": Change(schema=lambda _: volumes.ATTACH_UNTIL_2_48)}
    ),
)

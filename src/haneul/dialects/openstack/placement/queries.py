"""What the values of placement's queries say: resources, traits, aggregates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from haneul.kit import ids
from haneul.kit.errors import Invalid
from haneul.kit.http import Version
from haneul.services.placement import ProviderId, Wish

_AMOUNT = re.compile(r"([A-Z0-9_]+):([1-9][0-9]{0,17})")
_TRAIT = re.compile(r"[A-Z0-9_]+")


def read_resources(text: str) -> dict[str, int]:
    """`VCPU:2,MEMORY_MB:512` by class."""
    found = {}
    for part in text.split(","):
        match = _AMOUNT.fullmatch(part)
        if match is None:
            raise _bad("resources", text, "name classes and amounts, as in VCPU:2,MEMORY_MB:512")
        found[match[1]] = int(match[2])
    return found


def read_traits(
    name: str, values: Sequence[str], version: Version
) -> tuple[tuple[frozenset[str], ...], frozenset[str]]:
    """Those that are required, one of each set, and those that are forbidden."""
    required: list[frozenset[str]] = []
    forbidden: set[str] = set()
    for text in values if version >= Version(1, 39) else values[-1:]:
        if text.startswith("in:") and version >= Version(1, 39):
            required.append(frozenset(_trait(name, text, each) for each in text[3:].split(",")))
            continue
        for each in text.split(","):
            if each.startswith("!") and version >= Version(1, 22):
                forbidden.add(_trait(name, text, each[1:]))
            else:
                required.append(frozenset({_trait(name, text, each)}))
    if any(any_of <= forbidden for any_of in required):
        raise _bad(name, ",".join(values), "a trait cannot be required and forbidden at once")
    return tuple(required), frozenset(forbidden)


def read_aggregates(
    name: str, values: Sequence[str], version: Version
) -> tuple[tuple[frozenset[str], ...], frozenset[str]]:
    """Those that it must belong to, one of each set, and those that it must not."""
    if len(values) > 1 and version < Version(1, 24):
        raise _bad(name, " and ".join(values), "say it once; several together need microversion 1.24")
    member_of: list[frozenset[str]] = []
    not_member_of: set[str] = set()
    for text in values:
        is_forbidden = text.startswith("!")
        if is_forbidden and version < Version(1, 32):
            raise _bad(name, text, "aggregates to avoid need microversion 1.32")
        plain = text.removeprefix("!")
        listed = plain.startswith("in:")
        wanted = frozenset(plain[3:].split(",") if listed else [plain])
        if not all(map(ids.is_uuid, wanted)):
            raise _bad(name, text, "name one aggregate by its UUID, or several by in:UUID,UUID")
        if is_forbidden:
            not_member_of |= wanted
        else:
            member_of.append(wanted)
    return tuple(member_of), frozenset(not_member_of)


def read_wish(name_of: dict[str, str], values: dict[str, Sequence[str]], version: Version) -> Wish:
    """What one group asks for; `values` by resources, required, member_of and in_tree, `name_of` as the client says."""
    required, forbidden = read_traits(name_of["required"], values["required"], version)
    member_of, not_member_of = read_aggregates(name_of["member_of"], values["member_of"], version)
    in_tree = next(iter(values["in_tree"][-1:]), None)
    if in_tree is not None and not ids.is_uuid(in_tree):
        raise _bad(name_of["in_tree"], in_tree, "name a resource provider by its UUID")
    return Wish(
        resources=_all_resources(values["resources"][-1:]),
        required=required,
        forbidden=forbidden,
        member_of=member_of,
        not_member_of=not_member_of,
        in_tree=None if in_tree is None else ProviderId(in_tree),
    )


def _all_resources(texts: Iterable[str]) -> dict[str, int]:
    return {name: amount for text in texts for name, amount in read_resources(text).items()}


def _trait(name: str, text: str, trait: str) -> str:
    if not _TRAIT.fullmatch(trait):
        raise _bad(name, text, "name traits separated by commas, as in HW_CPU_X86_AVX2,CUSTOM_FAST")
    return trait


def _bad(name: str, text: str, remedy: str) -> Invalid:
    return Invalid("placement.bad_query", f"{name}={text} makes no sense here: {remedy}")

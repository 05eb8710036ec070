"""What clients say, checked and turned into what services take; a reader raises Invalid with the attribute's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from haneul.kit.errors import Invalid
from haneul.kit.ids import is_uuid
from haneul.services.network import AddressPair, AddressRange, DhcpOption, HostRoute, WantedIp

Reader = Callable[[str, Any], Any]

MAX_TEXT = 255
_TRUE = ("true", "1", "t", "yes", "on")
_FALSE = ("false", "0", "f", "no", "off")


def wrong(name: str, why: str) -> Invalid:
    return Invalid("request.invalid", f"Invalid input for {name}. Reason: {why}.")


def text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise wrong(name, f"'{value!s:.80}' is not a valid string")
    if len(value) > MAX_TEXT:
        raise wrong(name, f"'{value:.20}...' exceeds maximum length of {MAX_TEXT}")
    return value


def text_or_empty(name: str, value: Any) -> str:
    """Null is the same as nothing said."""
    return "" if value is None else text(name, value)


def lower_text(name: str, value: Any) -> str:
    """Where upper and lower case are the same, as in DNS."""
    return text_or_empty(name, value).lower()


def text_or_none(name: str, value: Any) -> str | None:
    return None if value is None else text(name, value)


def boolean(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in _TRUE:
        return True
    if str(value).lower() in _FALSE:
        return False
    raise wrong(name, f"'{value!s:.80}' cannot be converted to boolean: use true or false")


def integer(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise wrong(name, f"'{value!s:.80}' is not an integer")
    try:
        number = int(value)
    except ValueError as error:
        raise wrong(name, f"'{value!s:.80}' is not an integer") from error
    if abs(number) >= 1 << 62:
        raise wrong(name, f"'{number}' is too large a number")
    return number


def integer_or_none(name: str, value: Any) -> int | None:
    return None if value is None else integer(name, value)


def ip_version(name: str, value: Any) -> int:
    version = integer(name, value)
    if version not in (4, 6):
        raise wrong(name, f"'{value}' is not in [4, 6]")
    return version


def uuid(name: str, value: Any) -> str:
    if not isinstance(value, str) or not is_uuid(value):
        raise wrong(name, f"'{value!s:.80}' is not a valid UUID")
    return value


def uuid_or_none(name: str, value: Any) -> str | None:
    return None if value is None else uuid(name, value)


def texts(name: str, value: Any) -> tuple[str, ...]:
    return tuple(text(name, each) for each in items(name, value))


def uuids(name: str, value: Any) -> tuple[str, ...]:
    """Null is an empty list."""
    found = tuple(uuid(name, each) for each in items(name, value))
    if len(set(found)) < len(found):
        raise wrong(name, "Duplicate items in the list")
    return found


def items(name: str, value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise wrong(name, f"'{value!s:.80}' is not a list")
    return value


def mapping(name: str, value: Any) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise wrong(name, f"'{value!s:.80}' is not a dictionary")
    return value


def _parts(name: str, value: Any, allowed: tuple[str, ...], required: tuple[str, ...] = ()) -> Mapping[str, Any]:
    """A dictionary with these keys and no others."""
    if not isinstance(value, dict):
        raise wrong(name, f"'{value!s:.80}' is not a dictionary")
    if unknown := sorted(set(value) - set(allowed)):
        raise wrong(name, f"Invalid data format: unexpected {', '.join(map(str, unknown))}")
    if missing := [key for key in required if value.get(key) is None]:
        raise wrong(name, f"Invalid data format: {', '.join(missing)} is missing")
    return value


def pools(name: str, value: Any) -> tuple[AddressRange, ...]:
    found = (_parts(name, each, ("start", "end"), ("start", "end")) for each in items(name, value))
    return tuple(AddressRange(text(name, each["start"]), text(name, each["end"])) for each in found)


def routes(name: str, value: Any) -> tuple[HostRoute, ...]:
    keys = ("destination", "nexthop")
    found = (_parts(name, each, keys, keys) for each in items(name, value))
    return tuple(HostRoute(text(name, each["destination"]), text(name, each["nexthop"])) for each in found)


def fixed_ips(name: str, value: Any) -> tuple[WantedIp, ...]:
    found = [_parts(name, each, ("subnet_id", "ip_address")) for each in items(name, value)]
    wanted = tuple(
        WantedIp(
            uuid(name, each["subnet_id"]) if each.get("subnet_id") else "",
            text(name, each["ip_address"]) if each.get("ip_address") else "",
        )
        for each in found
    )
    chosen = [each.ip_address for each in wanted if each.ip_address]
    if len(set(chosen)) < len(chosen):
        raise wrong(name, "Duplicate IP address")
    return wanted


def address_pairs(name: str, value: Any) -> tuple[AddressPair, ...]:
    found = [_parts(name, each, ("ip_address", "mac_address"), ("ip_address",)) for each in items(name, value)]
    return tuple(
        AddressPair(text(name, each["ip_address"]), text_or_empty(name, each.get("mac_address"))) for each in found
    )


def dhcp_options(name: str, value: Any) -> tuple[DhcpOption, ...]:
    keys = ("opt_name", "opt_value", "ip_version")
    found = [_parts(name, each, keys, ("opt_name",)) for each in items(name, value)]
    return tuple(
        DhcpOption(
            text(name, each["opt_name"]),
            text_or_none(name, each.get("opt_value")),
            integer(name, each.get("ip_version") or 4),
        )
        for each in found
    )

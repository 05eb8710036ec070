"""An honest request for a route of whose use nothing is known but its table's row."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from haneul.dialects.openstack.api import ApiSpec
from haneul.kit.http import Route
from tests.hostile.wire import Sent

UNKNOWN = "0b5e3a52-7d8c-4d0a-9a53-6a1f6c1d2e3f"
_FORMATS = {
    "uuid": UNKNOWN,
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "http://192.0.2.1/",
    "date-time": "2026-01-01T00:00:00Z",
}


def example(schema: Any, random: Random, depth: int = 0) -> Any:
    """Something that fits a JSON Schema, or nearly."""
    if not isinstance(schema, dict) or depth > 8:
        return "x"
    if "enum" in schema:
        return random.choice(schema["enum"])
    if "const" in schema:
        return schema["const"]
    for union in ("anyOf", "oneOf"):
        if union in schema and "properties" not in schema:
            return example(random.choice(schema[union]), random, depth + 1)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = random.choice(kind) if isinstance(kind, list) else kind
    if kind == "object":
        return _object(schema, random, depth)
    if kind == "array":
        items = schema.get("items", {})
        return [example(items, random, depth + 1) for _ in range(max(1, schema.get("minItems", 0)))]
    return _plain(kind, schema, random)


def _object(schema: dict[str, Any], random: Random, depth: int) -> dict[str, Any]:
    needed = schema.get("required", ())
    made = {
        name: example(inner, random, depth + 1)
        for name, inner in schema.get("properties", {}).items()
        if name in needed or random.random() < 0.5
    }
    for inner in schema.get("patternProperties", {}).values():
        made[random.choice([UNKNOWN, "VCPU", "name"])] = example(inner, random, depth + 1)
    return made


def _plain(kind: str, schema: dict[str, Any], random: Random) -> Any:
    if kind == "integer":
        return random.choice([schema.get("minimum", 0), schema.get("maximum", 1), 1])
    if kind == "number":
        return 1.5
    if kind == "boolean":
        return random.random() < 0.5
    if kind == "null":
        return None
    text = _FORMATS.get(schema.get("format", ""), random.choice(["x", "CUSTOM_X", UNKNOWN]))
    return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength", 255)]


def honest(spec: ApiSpec, route: Route, known: dict[str, list[str]], random: Random) -> Sent:
    """The route's request with ids that exist where any are known for a name, unknown ones elsewhere."""

    def param(match: re.Match[str]) -> str:
        return random.choice([*known.get(match[1].removesuffix(":path"), ()), UNKNOWN])

    headers = {"accept": "application/json", "content-type": "application/json"}
    if spec.ladder is not None:
        headers["openstack-api-version"] = f"{spec.ladder.service} {route.until or 'latest'}"
    sent = Sent(route.method, spec.prefix + re.sub(r"\{([^}]*)\}", param, route.path), headers)
    if route.raw:
        return sent.but(body=b"\x00\xff" * 512).with_header("content-type", "application/octet-stream")
    return sent.with_json(example(route.schema, random)) if route.method in ("POST", "PUT", "PATCH") else sent

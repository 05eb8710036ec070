"""From an honest request to hostile ones: other bodies, paths, queries, headers, methods."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from urllib.parse import quote

from tests.hostile import bodies
from tests.hostile.wire import Sent

_SEGMENTS = (
    "%00",
    "a%00b",
    "%2F",
    "..%2F..%2Fetc%2Fpasswd",
    "..",
    ".",
    "%2e%2e",
    "%ff%fe",
    "%ed%a0%80",
    "%F0%9F%92%A9",
    "%",
    "%zz",
    "%25",
    "\xe9",
    "x" * 300,
    "y" * 9000,
    "-1",
    "0",
    "9" * 30,
    "'",
    "detail",
    "null",
    "*",
    "%20",
    "%0d%0aX-Injected:%20yes",
    "00000000-0000-0000-0000-000000000000",
    ";",
    "a,b",
)
_NAMES = (
    "limit",
    "marker",
    "sort_key",
    "sort_dir",
    "sort",
    "fields",
    "page_reverse",
    "name",
    "id",
    "status",
    "deleted",
    "all_tenants",
    "project_id",
    "tenant_id",
    "changes-since",
    "changes-before",
    "created_at",
    "updated_at",
    "member_of",
    "required",
    "resources",
    "in_tree",
    "visibility",
    "tag",
    "tags",
    "not-tags",
    "size_min",
    "enabled",
    "domain_id",
    "effective",
    "scope.system",
    "ip_address",
    "fixed_ips",
    "flavor",
    "host",
    "nonsense",
    "",
)
_TEXTS = (
    "",
    "%00",
    "%ff",
    "%ed%a0%80",
    "-1",
    "0",
    "1.5",
    "9" * 20,
    "9" * 5000,
    "true",
    "x" * 300,
    "z" * 20_000,
    "in:",
    "in:a,b,%22c",
    "in:%22",
    "gt:",
    "gt:yesterday",
    "gte:2026-01-01T00:00:00",
    "lt:9999-99-99",
    "neq:x",
    "like:%25",
    "nope:1",
    "%27%20OR%201=1",
    "%5B%5D",
    "(",
    "*%2B%3F%5B",
    "id:asc,name:sideways",
    "asc",
    "id,id,id",
    "VCPU:1",
    "VCPU:-1",
    "VCPU",
    "!CUSTOM_X",
    "in:!,",
    "ip_address=",
    "ip_address=1",
    "subnet_id=%00",
    "2026-13-45",
    "1970-01-01T00:00:00Z",
    "9999-12-31T23:59:59+23:59",
    "00000000-0000-0000-0000-000000000000",
    "%F0%9F%92%A9",
    "%0d%0aX:%20y",
    "%2F..%2F",
)
_TYPES = (
    "",
    "text/plain",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=utf-16",
    "application/json; charset=nonsense",
    "application/openstack-images-v2.1-json-patch",
    "application/octet-stream",
    "/",
    ";",
    "\xff",
    "application/vnd.x+json" + "x" * 5000,
)
_VERSIONS = (
    "",
    "latest",
    "2.99999",
    "0.0",
    "-1.0",
    "1",
    "2.1.1",
    "2.01",
    "compute",
    "compute 2.1, compute 2.79",
    "placement 1.0",
    "placement 1.39",
    "placement 9.9",
    "compute 9" * 900,
    "compute \xff",
    "compute 2.\xb2",
    "volume 3.71",
    ",,,",
    "compute NaN",
)
_ODD_HEADERS = (
    ("x-auth-token", "\xff\xfe"),
    ("x-auth-token", "gAAAAA" + "A" * 9000),
    ("x-auth-token", ""),
    ("x-subject-token", "\xff"),
    ("x-subject-token", "x" * 20_000),
    ("range", "bytes=9-1"),
    ("range", "bytes=-" + "9" * 40),
    ("range", "bytes=0-0,2-3,-1"),
    ("range", "lines=1"),
    ("content-range", "bytes 0-1/2"),
    ("content-length", "-5"),
    ("content-length", "9" * 40),
    ("content-encoding", "gzip"),
    ("accept", "application/xml"),
    ("accept", "*;q=x"),
    ("accept-language", "\xff, xx;q=nan"),
    ("if-match", '"x"'),
    ("x-openstack-request-id", "req-\xff"),
    ("x-forwarded-proto", "gopher"),
    ("x-forwarded-host", "evil.example"),
    ("host", "\xff"),
    ("x-image-meta-store", "\xff"),
    ("x-openstack-image-size", "-1"),
    ("x-openstack-image-size", "many"),
    ("openstack-system-scope", "\xff"),
    ("x-http-method-override", "DELETE"),
)
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW", "get")


def _body(random: Random, sent: Sent) -> Sent:
    """Half of what is sent to a route that takes JSON is nearly right."""
    try:
        honest = json.loads(sent.body or b"{}")
    except ValueError:
        honest = {}
    return sent.but(body=bodies.changed(random, honest))


def _broken_body(random: Random, sent: Sent) -> Sent:
    return sent.but(body=bodies.broken(random, sent.body))


def _cut_body(_random: Random, sent: Sent) -> Sent:
    return sent.but(body=sent.body or b"{}", is_cut=True)


def _type(random: Random, sent: Sent) -> Sent:
    return sent.with_header("content-type", random.choice(_TYPES))


def _segment(random: Random, sent: Sent) -> Sent:
    parts = sent.path.split("/")
    where = random.randrange(min(3, len(parts)), len(parts) + 1)
    new = random.choice(_SEGMENTS)
    how = random.choice(["replace", "replace", "append", "double", "affix"])
    if where >= len(parts) or how == "append":
        parts.append(new)
    elif how == "double":
        parts[where] = parts[where] + "/" * random.choice([1, 2])
    elif how == "affix":
        parts[where] = parts[where] + new
    else:
        parts[where] = new
    return sent.but(target="/".join(parts) + ("?" + sent.query if sent.query else ""))


def _query(random: Random, sent: Sent) -> Sent:
    """Names that the honest request has, and those that many listings know; with values of all kinds."""
    known = [pair.partition("=")[0] for pair in sent.query.split("&") if pair]
    pairs = [pair for pair in sent.query.split("&") if pair and random.random() < 0.6]
    for _ in range(random.choice([1, 1, 2, 3])):
        name = random.choice(known) if known and random.random() < 0.6 else random.choice(_NAMES)
        pairs.append(f"{name}={random.choice(_TEXTS)}")
    if random.random() < 0.05:
        pairs = ["&".join(["a=b"] * 3000)]
    return sent.but(target=sent.path + "?" + "&".join(pairs))


def _version(random: Random, sent: Sent) -> Sent:
    name = random.choice(["openstack-api-version", "openstack-api-version", "x-openstack-nova-api-version"])
    return sent.with_header(name, random.choice(_VERSIONS))


def _older(random: Random, sent: Sent) -> Sent:
    """A nearly right body in a version that really exists."""
    service = sent.headers.get("openstack-api-version", "").partition(" ")[0]
    number = f"2.{random.randrange(1, 110)}" if service == "compute" else f"1.{random.randrange(40)}"
    return _body(random, sent).with_header("openstack-api-version", f"{service} {number}")


def _header(random: Random, sent: Sent) -> Sent:
    name, value = random.choice(_ODD_HEADERS)
    return sent.with_header(name, value)


def _method(random: Random, sent: Sent) -> Sent:
    return sent.but(method=random.choice(_METHODS))


def _encoded(random: Random, sent: Sent) -> Sent:
    """The same path, its letters percent-encoded."""
    parts = sent.path.split("/")
    where = random.randrange(min(3, len(parts) - 1), len(parts))
    parts[where] = "".join(f"%{byte:02x}" for byte in parts[where].encode("latin-1"))
    return sent.but(target=quote("/".join(parts), safe="/%") + ("?" + sent.query if sent.query else ""))


Attack = Callable[[Random, Sent], Sent]
_ANY: tuple[Attack, ...] = (_segment, _segment, _query, _version, _header, _method, _encoded)
_WITH_BODY: tuple[Attack, ...] = (_body, _body, _body, _body, _body, _body, _older, _broken_body, _cut_body, _type)
_LISTING: tuple[Attack, ...] = (_query, _query, _query, _query)


def attack(random: Random, sent: Sent) -> Sent:
    """One hostile request made of an honest one."""
    if sent.method in ("POST", "PUT", "PATCH"):
        choices = _WITH_BODY + _WITH_BODY + _ANY
    else:
        choices = _ANY + _LISTING + (_broken_body, _type)
    return random.choice(choices)(random, sent)

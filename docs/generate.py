"""Write the reference pages that the code itself knows: settings, error codes, microversions.

python docs/generate.py            writes them
python docs/generate.py --check    exits 1 if one of them is not as it would be written
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

from msgspec.inspect import Metadata, StructType, type_info

from haneul.kit.errors import KINDS
from haneul.kit.http import Ladder
from haneul.settings import Settings

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "operate"
LADDERS = ("compute", "placement")
_KIND_NAMES = {kind.__name__: kind.kind for kind in KINDS.values()} | {"Fault": "fault of a run"}


def settings_page() -> str:
    where = "In `<state>/settings.toml`, or in the environment as `HANEUL_` and the name in capitals."
    rows = ["# Settings", "", where, ""]
    rows += ["| setting | default | what it decides |", "|---|---|---|"]
    info = type_info(Settings)
    assert isinstance(info, StructType)
    for setting in info.fields:
        kind = setting.type
        told = (kind.extra_json_schema or {}).get("description", "") if isinstance(kind, Metadata) else ""
        default = "" if setting.required else f"`{setting.default!r}`"
        rows.append(f"| `{setting.name}` | {default} | {told} |")
    return "\n".join(rows) + "\n"


def codes() -> dict[str, tuple[str, str]]:
    """Error code -> (kind, message), from every place in the source that raises one."""
    found: dict[str, tuple[str, str]] = {}
    for file in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and len(node.args) >= 2:
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                code = node.args[0]
                if name in _KIND_NAMES and isinstance(code, ast.Constant) and isinstance(code.value, str):
                    found.setdefault(code.value, (_KIND_NAMES[name], _text(node.args[1])))
    return found


def _text(node: ast.expr) -> str:
    """A message as it is written, with what is filled in as <name>."""
    return "".join(_parts(node)).replace("|", "\\|").replace("\n", " ").strip()


def _parts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr):
        for value in node.values:
            yield from _parts(value)
    elif isinstance(node, ast.FormattedValue):
        yield f"<{ast.unparse(node.value).split('.')[-1].split('(')[0]}>".replace("'", "").replace('"', "")
    elif isinstance(node, ast.BinOp):
        yield from _parts(node.left)
        yield from _parts(node.right)
    else:
        yield "<...>"


def errors_page() -> str:
    rows = ["# Error codes", "", "A code says what happened and never changes; the message says what to do next.", ""]
    rows += ["| code | kind | message |", "|---|---|---|"]
    rows += [f"| `{code}` | {kind} | {message} |" for code, (kind, message) in sorted(codes().items())]
    return "\n".join(rows) + "\n"


def microversions_page() -> str:
    rows = ["# Microversions", "", "What each version changed for the operations that Haneul serves."]
    for name in LADDERS:
        ladder: Ladder = importlib.import_module(f"haneul.dialects.openstack.{name}.versions").LADDER
        rows += ["", f"## {name}: {ladder.oldest} to {ladder.newest}", "", "| version | what it changed |", "|---|---|"]
        rows += [f"| {rung.version} | {rung.what} |" for rung in ladder.rungs]
    return "\n".join(rows) + "\n"


PAGES_BY_NAME = {"settings.md": settings_page, "error-codes.md": errors_page, "microversions.md": microversions_page}


def stale() -> list[str]:
    """The pages that are not as they would be written."""
    return [
        name
        for name, write in PAGES_BY_NAME.items()
        if not (PAGES / name).exists() or (PAGES / name).read_text() != write()
    ]


def main() -> int:
    if "--check" in sys.argv:
        for name in stale():
            print(f"docs/operate/{name} is out of date: run `python docs/generate.py`")
        return 1 if stale() else 0
    PAGES.mkdir(exist_ok=True)
    for name, write in PAGES_BY_NAME.items():
        (PAGES / name).write_text(write())
    return 0


if __name__ == "__main__":
    sys.exit(main())

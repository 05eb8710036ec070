"""The sizes and names that the house keeps to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "haneul"
FILES = sorted(SOURCE.rglob("*.py"))
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 40
MAX_PARAMETERS = 6
STRAY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "managers", "manager", "base_manager"}
LEFT_OVERS = ("TO" + "DO", "FIX" + "ME", "XX" + "X:")


def _functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield file, node


def _place(file: Path, node: ast.AST | None = None) -> str:
    line = f":{node.lineno}" if isinstance(node, ast.stmt) else ""
    return f"{file.relative_to(ROOT)}{line}"


def test_no_file_outgrows_its_budget() -> None:
    too_long = {_place(file): n for file in FILES if (n := len(file.read_text().splitlines())) > MAX_FILE_LINES}
    assert too_long == {}, "make it a folder of the same name, split by noun"


def test_no_function_outgrows_its_budget() -> None:
    too_long = {
        f"{_place(file, node)} {node.name}": length
        for file, node in _functions()
        if (length := _length(node)) > MAX_FUNCTION_LINES and "migrations" not in file.parts
    }
    assert too_long == {}, "name its parts"


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body
    is_documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    first = body[1] if is_documented and len(body) > 1 else body[0]
    return (node.end_lineno or node.lineno) - first.lineno + 1


def test_no_function_takes_a_train_of_parameters() -> None:
    too_many = [
        f"{_place(file, node)} {node.name}"
        for file, node in _functions()
        if len([a for a in (*node.args.posonlyargs, *node.args.args) if a.arg not in ("self", "cls")])
        + len(node.args.kwonlyargs)
        > MAX_PARAMETERS
    ]
    assert too_many == [], "name the missing noun"


def test_every_file_is_named_after_a_noun_or_verb_of_the_cloud() -> None:
    stray = [_place(file) for file in FILES if file.stem in STRAY_NAMES or file.parent.name in STRAY_NAMES]
    assert stray == []


def test_every_module_says_in_its_first_line_what_it_is_for() -> None:
    silent = [_place(file) for file in FILES if not ast.get_docstring(ast.parse(file.read_text()))]
    assert silent == []


@pytest.mark.parametrize("word", LEFT_OVERS)
def test_nothing_is_left_for_later(word: str) -> None:
    assert [_place(file) for file in FILES if word in file.read_text()] == []


def test_every_decision_says_how_it_would_show_to_be_wrong() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert records
    assert [r.name for r in records if "How we would notice" not in r.read_text()] == []


def test_decision_records_have_numbers_of_their_own() -> None:
    numbers = [record.name[:4] for record in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert len(numbers) == len(set(numbers))

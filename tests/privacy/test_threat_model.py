"""What the threat model claims is shown by tests that exist."""

from __future__ import annotations

import ast
import re

import pytest

from tests.bot_process import ROOT

NAMED = sorted(
    set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")))
)


@pytest.mark.parametrize("file", sorted({file for file, _ in NAMED}))
def test_every_named_test_exists(file: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    there = {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    assert {name for named, name in NAMED if named == file} <= there


def test_every_adversary_has_a_test_behind_a_claim() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    chapters = re.split(r"^## ", text, flags=re.MULTILINE)[3:]  # after what is protected and what is assumed
    assert len(chapters) >= 8 and len(NAMED) > 40
    for chapter in chapters:
        assert re.search(r"`tests/[\w/]+\.py::\w+`", chapter), chapter.splitlines()[0]

"""No word of a person, and no exception's text, in any log - at any level, with real traffic."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.quiet import PlaceFormatter, describe_exception

PROJECT = Path(__file__).resolve().parents[2]
MARK = "zebrawort"

TRAFFIC = f"""
import logging, sys, types
if "unprotected" in sys.argv:
    import bot
    bot.quiet = sys.modules["bot.quiet"] = types.ModuleType("bot.quiet")
    logging.basicConfig(level=logging.DEBUG)
else:
    from bot import quiet
    quiet.setup_logging("DEBUG")
import asyncio, warnings
from pathlib import Path
from bot.content.catalogues import Catalogues
from bot.dialogue.engine import DialogueEngine, DialogueError

async def main():
    engine = await DialogueEngine.load(Path(sys.argv[1]), Catalogues.load(Path("locales")))
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger().setLevel(logging.DEBUG)
    state = None
    for text in ("{MARK} my boss took my passport", "I am in Turkey {MARK}", "/{MARK}", "why? {MARK}"):
        state = (await engine.handle("person", text, "en", state)).tracker_state
    async def breaks(dispatcher, tracker, domain):
        raise ValueError("{MARK} in an exception")
    engine._agent._actions._executor.actions["action_menu"] = breaks
    try:
        await engine.trigger("person", "greet", "en", state)
    except DialogueError as error:
        logging.getLogger("bot.test").error("a turn failed", exc_info=error)
        logging.getLogger("somewhere.else").error("%s", "{MARK} " + repr(error.__cause__), exc_info=error)
    warnings.warn("{MARK} in a warning")
    logging.getLogger("bot.test").error("%d", "{MARK} in a wrong argument")
    print("done", file=sys.stderr)
    raise RuntimeError("{MARK} at the very end")

asyncio.run(main())
"""


def run(model: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "LOG_LEVEL": "DEBUG", "LOG_LEVEL_LIBRARIES": "DEBUG"}
    done = subprocess.run(
        [sys.executable, "-c", TRAFFIC, str(model), *arguments],
        cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_no_words_in_any_output(trained_model: Path) -> None:
    said = run(trained_model)
    assert "done" in said, said[-2000:]
    assert MARK not in said
    assert "bot.test a turn failed" in said
    assert "ValueError at" in said, "the operator still learns what kind of error it was, and where"
    assert "stopped: builtins.RuntimeError" in said


def test_this_test_can_fail(trained_model: Path) -> None:
    said = run(trained_model, "unprotected")
    assert "done" in said, said[-2000:]
    assert MARK in said


def test_a_foreign_record_shows_only_its_place() -> None:
    record = logging.LogRecord(
        "rasa.core", logging.WARNING, "/x/site-packages/rasa/core/a.py", 7, f"{MARK} %s", ("b",), None
    )
    line = PlaceFormatter().format(record)
    assert MARK not in line
    assert "rasa/core/a.py:7" in line
    assert record.msg == f"{MARK} %s", "other handlers see the record unchanged"


def test_others_say_nothing_below_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    other = logging.getLogger("rasa.some.part")
    other.setLevel(logging.DEBUG)
    other.info("hello %s", MARK)
    assert capsys.readouterr().err == ""
    other.warning("hello %s", MARK)
    said = capsys.readouterr().err
    assert "tests/dialogue/test_quiet.py" in said
    assert MARK not in said


def test_an_exception_is_described_by_type_and_place() -> None:
    try:
        try:
            raise KeyError(MARK)
        except KeyError as error:
            raise ValueError(MARK) from error
    except ValueError as error:
        described = describe_exception(error)
    assert MARK not in described
    assert "builtins.ValueError at tests/dialogue/test_quiet.py" in described
    assert "raised from builtins.KeyError" in described


@pytest.mark.parametrize("name", ["RASA_TELEMETRY_ENABLED", "TF_CPP_MIN_LOG_LEVEL"])
def test_the_environment_is_set_before_rasa(name: str) -> None:
    assert os.environ[name] in ("false", "3")

"""The command line: ``pristan COMMAND`` or ``python -m bot COMMAND``."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bot import quiet
from bot.directory.commands import add_find_arguments
from bot.operator_commands import OPERATOR_COMMANDS, add_operator_commands
from bot.settings import Settings, SettingsError

#: Exit codes: all well; something was found or failed; the command was used wrongly.
OK, FAILED, USAGE = 0, 1, 2


class BadInput(Exception):
    """A line of input that is not what the command reads; the message names the line."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pristan", description="A self-help bot for people exploited at work.")
    parser.add_argument("--verbose", action="store_true", help="say more in the log (never what people write)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="the bot on Telegram, or in the sandbox when no token is set")
    run.add_argument("--port", type=int, default=8080, help="port of the sandbox on 127.0.0.1 (default 8080)")

    train = commands.add_parser("train", help="train the dialogue model if its inputs changed")
    train.add_argument("--force", action="store_true", help="train even if nothing changed")

    chat = commands.add_parser("chat", help="talk to the bot in this terminal")
    chat.add_argument("--language", choices=("ru", "en", "bg", "zh"), help="language to begin in")

    commands.add_parser("bench", help="time turns, screening and start, and print the figures")

    for name, text in (("parse", "understand messages"), ("screen", "screen job offers")):
        reading = commands.add_parser(name, help=f"{text}: JSON Lines in, JSON Lines out")
        reading.add_argument("--format", choices=("jsonl",), default="jsonl")

    evaluate = commands.add_parser("evaluate", help="how well the bot understands messages and screens offers")
    subject = evaluate.add_subparsers(dest="subject", required=True, metavar="SUBJECT")
    understanding = subject.add_parser("understanding", help="intents and emergencies: figures and confusion pictures")
    understanding.add_argument("files", nargs="*", type=Path, help="JSON Lines; the development split by default")
    understanding.add_argument(
        "--learning-curve", action="store_true", help="also fit the intents to parts of the examples (minutes)"
    )
    screening = subject.add_parser("screening", help="red flags, levels and disguises: figures and pictures")
    screening.add_argument("files", nargs="*", type=Path, help="JSON Lines; the development sets by default")
    screening.add_argument("--rules-only", action="store_true", help="without the learned second look")
    for measured in (understanding, screening):
        measured.add_argument("--output", type=Path, default=Path("build/evaluation"), help="folder of the report")

    searches = subject.add_parser("searches", help="does a message lead to the right help in the right place: totals")
    searches.add_argument("files", nargs="*", type=Path, help="JSON Lines; tests/directory/searches by default")
    searches.add_argument("--words-only", action="store_true", help="as while the model is down")

    directory = commands.add_parser("directory", help="hotlines, shelters and services")
    what = directory.add_subparsers(dest="action", required=True, metavar="ACTION")
    find = what.add_parser("find", help="services of a country")
    add_find_arguments(find)
    what.add_parser("check", help="check every entry and name what is wrong by file and line")

    failed = what.add_parser("failures", help="entries whose numbers people said do not work, how often")
    failed.add_argument("--clear", metavar="ID", help="set the count of an entry to zero: it was called and mended")

    content = commands.add_parser("content", help="texts and rules that people edit")
    content_action = content.add_subparsers(dest="action", required=True, metavar="ACTION")
    content_action.add_parser("check", help="check catalogues, rules, sources and examples")
    content_action.add_parser("readability", help="how hard the answers are to read, a table by language")
    content_action.add_parser("update", help="carry changed English texts into the other catalogues")

    add_operator_commands(commands)
    return parser


def _lines() -> Iterator[tuple[int, dict[str, Any]]]:
    """JSON objects of standard input, one a line.

    Raises:
        BadInput: a line is no JSON object.
    """
    for number, raw in enumerate(sys.stdin.buffer, start=1):
        if not raw.strip():
            continue
        try:
            value = json.loads(raw.decode("utf-8"))
        except (ValueError, UnicodeDecodeError):
            raise BadInput(f"line {number}: not a JSON object in UTF-8") from None
        if not isinstance(value, dict):
            raise BadInput(f'line {number}: a line is a JSON object such as {{"text": "..."}}')
        yield number, value


def _write(value: object) -> None:
    line = json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def _text_of(number: int, value: dict[str, Any]) -> str:
    text = value.get("text")
    if not isinstance(text, str):
        raise BadInput(f'line {number}: "text" is missing or no string')
    return text


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _run(settings: Settings, options: argparse.Namespace) -> int:
    from bot.run import run

    asyncio.run(run(settings, sandbox_port=options.port))
    return OK


def _train(settings: Settings, options: argparse.Namespace) -> int:
    from bot.dialogue.train import train

    _say(f"model: {train(options.force, _say, settings.model_dir)}")
    return OK


def _chat(settings: Settings, options: argparse.Namespace) -> int:
    from bot.terminal import chat

    asyncio.run(chat(settings, options.language))
    return OK


def _bench(settings: Settings, options: argparse.Namespace) -> int:
    from bot.bench import bench

    return asyncio.run(bench(settings))


def _parse(settings: Settings, options: argparse.Namespace) -> int:
    from bot.understanding import Understanding

    async def work() -> None:
        understanding = await Understanding.load(settings, _say)
        for number, value in _lines():
            language = value.get("language")
            _write(await understanding.parse(_text_of(number, value), language if isinstance(language, str) else None))

    asyncio.run(work())
    return OK


def _evaluate(settings: Settings, options: argparse.Namespace) -> int:
    if options.subject == "searches":
        from bot.evaluation.searches import evaluate_searches, table

        print(table(evaluate_searches(settings, options.files, options.words_only, _say)))
        return OK
    if options.subject == "screening":
        from bot.evaluation.screening import evaluate_screening

        rules_only = options.rules_only
        print(evaluate_screening(settings.locales, options.files, options.output, _say, rules_only=rules_only))
        return OK
    from bot.evaluation.commands import evaluate_understanding

    curve = options.learning_curve
    print(evaluate_understanding(settings, options.files, options.output, _say, learning_curve=curve))
    return OK


def _screen(settings: Settings, options: argparse.Namespace) -> int:
    from bot.screening.examine import Examiner, load_examiner

    examiner: Examiner | None = None
    for number, value in _lines():
        pictured = "image" in value
        text = _text_of_picture(number, value) if pictured else _text_of(number, value)
        # Only now: whoever mistyped the first line need not wait for the rules.
        examiner = examiner or load_examiner(settings.locales, _say)
        _write({**examiner.examine(text).as_json(), **({"text": text} if pictured else {})})
    return OK


def _text_of_picture(number: int, value: dict[str, Any]) -> str:
    from bot.screening.ocr import PictureRefused, read_picture

    try:
        return read_picture(Path(str(value["image"])).read_bytes()).text
    except OSError as error:
        raise BadInput(f"line {number}: the picture cannot be opened ({error.strerror})") from None
    except ValueError:
        raise BadInput(f"line {number}: the picture cannot be opened (no file name)") from None
    except PictureRefused as refused:
        _say(f"line {number}: the picture was not read ({refused.reason})")
        return ""


def _directory(settings: Settings, options: argparse.Namespace) -> int:
    from bot.directory import commands as directory_commands

    if options.action == "failures":
        return asyncio.run(_failures(settings, options.clear))
    if options.action == "check":
        return directory_commands.run_check(settings.locales, sys.stdout)
    return directory_commands.run_find(settings.locales, options, sys.stdout, sys.stderr)


async def _failures(settings: Settings, clear: str | None) -> int:
    from bot.directory.failures import counter_of, failures
    from bot.directory.load import Directory
    from bot.store.store import Store

    async with await Store.open(settings) as store:
        counted = await store.counters.read()
        if clear is not None:
            times = counted.get(counter_of(clear), 0)
            if not times:
                _say(f"nobody reported {clear}; pristan directory failures lists the ids")
                return FAILED
            await store.counters.add(counter_of(clear), -times)
            print(f"{clear}: cleared, was {times}")
            return OK
    found = failures(Directory.load(settings.locales), counted)
    for failure in found:
        print(failure)
    print(f"{len(found)} entries were reported as not working")
    return OK


def _content(settings: Settings, options: argparse.Namespace) -> int:
    if options.action == "update":
        from bot.content.update import update_catalogues

        for line in update_catalogues(settings.locales):
            print(line)
        return OK
    if options.action == "readability":
        from bot.content.catalogues import Catalogues
        from bot.content.readability import table

        print(table(Catalogues.load(settings.locales)))
        return OK
    from bot.content.check import check_all
    from bot.directory.need_examples import all_need_example_problems
    from bot.directory.place_examples import place_example_problems

    problems, notes = check_all(settings.locales)
    problems += [*all_need_example_problems(), *place_example_problems()]
    for line in (*problems, *notes):
        print(line)
    print(f"{len(problems)} to mend, {len(notes)} to look at")
    return FAILED if problems else OK


_COMMANDS: dict[str, Callable[[Settings, argparse.Namespace], int]] = {
    "run": _run,
    "train": _train,
    "chat": _chat,
    "bench": _bench,
    "parse": _parse,
    "evaluate": _evaluate,
    "screen": _screen,
    "directory": _directory,
    "content": _content,
    **OPERATOR_COMMANDS,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: without the program's name; those of the process by default.

    Returns:
        the exit code: 0, 1 where a check found something or a part failed, 2 for wrong usage or settings.
    """
    options = _parser().parse_args(arguments)
    quiet.setup_logging("DEBUG" if options.verbose else "INFO" if options.command == "run" else "WARNING")
    try:
        settings = Settings.from_environment()
        return _COMMANDS[options.command](settings, options)
    except SettingsError as error:
        _say(f"pristan: {error}")
        return USAGE
    except BadInput as error:
        _say(f"pristan: {error}")
        return USAGE
    except KeyboardInterrupt:
        return OK
    except BrokenPipeError:
        return OK
    except Exception as error:
        if not _expected(error):
            raise
        _say(f"pristan: {error}")
        return FAILED


def _expected(error: Exception) -> bool:
    """Errors whose text was written for an operator or editor to read."""
    from bot.content.catalogues import CatalogueError
    from bot.content.patterns import PatternError
    from bot.directory.load import DirectoryError
    from bot.evaluation.labelled import LabelError
    from bot.store.errors import StoreError

    return isinstance(error, (CatalogueError, PatternError, DirectoryError, LabelError, StoreError))


if __name__ == "__main__":
    sys.exit(main())

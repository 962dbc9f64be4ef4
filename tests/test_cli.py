"""The contracts of the command line, through the console script itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

SCRIPT = Path(sys.executable).with_name("pristan")
ROOT = Path(__file__).resolve().parent.parent


def _pristan(*words: str, given: bytes = b"", home: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PRISTAN_", "TELEGRAM_"))}
    if home is not None:
        environment["PRISTAN_HOME"] = str(home)
    return subprocess.run(
        [str(SCRIPT), *words], input=given, capture_output=True, cwd=ROOT, env=environment, timeout=120, check=False
    )


def _screen(*values: object) -> list[dict[str, object]]:
    given = "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values).encode("utf-8")
    done = _pristan("screen", "--format", "jsonl", given=given)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""
    return [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]


BAD = "😀 Требуются девушки, 5000$ в месяц, паспорт сдать администратору. Пишите в лс"


def test_screen_answers_one_line_a_line_in_order() -> None:
    club = "招女生去迪拜夜场，护照由公司统一保管，月入10万"
    texts = [BAD, "", "спасибо", club, BAD, "line\u2028separator \u0000 inside"]
    found = _screen(*({"text": text} for text in texts))
    assert len(found) == len(texts)
    for text, one in zip(texts, found, strict=True):
        assert set(one) == {"language", "is_offer", "level", "score", "flags"}
        assert one["language"] in ("ru", "en", "bg", "zh")
        assert one["level"] in ("high", "medium", "low")
        assert 0 <= float(str(one["score"])) <= 1
        for flag in one["flags"]:  # type: ignore[attr-defined]
            assert set(flag) == {"id", "quote", "start", "end"}
            assert text[flag["start"] : flag["end"]] == flag["quote"]
    assert [one["level"] for one in found] == ["high", "low", "low", "high", "high", "low"]
    assert [one["is_offer"] for one in found] == [True, False, False, True, True, False]
    assert found[0] == found[4]


def test_offsets_count_code_points_not_bytes_or_utf16_units() -> None:
    plain, moved = _screen({"text": BAD[2:]}, {"text": "😀" * 7 + BAD[2:]})
    begins = {(flag["id"], flag["quote"]): flag["start"] for flag in plain["flags"]}  # type: ignore[attr-defined]
    again = {(flag["id"], flag["quote"]): flag["start"] for flag in moved["flags"]}  # type: ignore[attr-defined]
    # What only the second look saw is quoted with the sentence around it, and that has changed.
    both = begins.keys() & again.keys()
    assert {flag for flag, _ in both} >= {"passport_retention", "unrealistic_pay"}
    assert {key: begins[key] + 7 for key in both} == {key: again[key] for key in both}


def test_a_lone_surrogate_comes_back_as_valid_json() -> None:
    given = b'{"text": "\\ud83d ' + BAD.encode("utf-8") + b'"}\n'
    done = _pristan("screen", "--format", "jsonl", given=given)
    assert done.returncode == 0
    assert json.loads(done.stdout)["level"] == "high"


def test_screen_reads_a_picture(tmp_path: Path) -> None:
    font = ImageFont.load_default(size=44)
    picture = Image.new("RGB", (1300, 420), "white")
    drawing = ImageDraw.Draw(picture)
    lines = ("Hiring hostess girls 18-24, Dubai", "6000$ monthly, no experience", "Manager keeps passports",
             "Contact on Telegram only")  # fmt: skip
    for number, line in enumerate(lines):
        drawing.text((40, 30 + 90 * number), line, fill="black", font=font)
    picture.save(tmp_path / "offer.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    given = "".join(json.dumps({"image": str(tmp_path / name)}) + "\n" for name in ("offer.png", "broken.png")).encode()
    done = _pristan("screen", "--format", "jsonl", given=given)
    assert done.returncode == 0, done.stderr.decode()
    read, broken = map(json.loads, done.stdout.decode("utf-8").splitlines())
    assert "Manager keeps passports" in read["text"]
    assert (read["is_offer"], read["level"]) == (True, "high")
    assert "passport_retention" in {flag["id"] for flag in read["flags"]}
    for flag in read["flags"]:
        assert read["text"][flag["start"] : flag["end"]] == flag["quote"]
    assert (broken["is_offer"], broken["text"], broken["flags"]) == (False, "", [])
    assert b"line 2" in done.stderr
    assert str(tmp_path).encode() not in done.stderr


@pytest.mark.parametrize(
    ("words", "given", "says"),
    [
        ((), b"", b"COMMAND"),
        (("fly",), b"", b"fly"),
        (("screen", "--format", "xml"), b"", b"xml"),
        (("directory",), b"", b"ACTION"),
        (("directory", "find", "--country", "nowhere", "--format", "json"), b"", b"nowhere"),
        (("screen", "--format", "jsonl"), b"not json\n", b"line 1"),
        (("screen", "--format", "jsonl"), b'{"text": "a"}\n[1]\n', b"line 2"),
        (("screen", "--format", "jsonl"), b'{"text": 5}\n', b'"text" is missing'),
        (("screen", "--format", "jsonl"), b'{"text": "\xff"}\n', b"line 1"),
        (("screen", "--format", "jsonl"), b'{"image": "/no/such/picture.png"}\n', b"line 1"),
        (("screen", "--format", "jsonl"), b'{"image": "a\\u0000b"}\n', b"line 1"),
    ],
)
def test_wrong_usage_exits_with_two_and_says_why(words: tuple[str, ...], given: bytes, says: bytes) -> None:
    done = _pristan(*words, given=given)
    assert done.returncode == 2, done.stderr.decode()
    assert says in done.stderr
    assert b"Traceback" not in done.stderr


def test_wrong_input_is_not_repeated_in_the_error() -> None:
    done = _pristan("screen", "--format", "jsonl", given="мой секрет 123\n".encode())
    assert done.returncode == 2
    assert "секрет" not in done.stderr.decode("utf-8")


def test_directory_find_names_sources_and_the_emergency_entry_first() -> None:
    done = _pristan("directory", "find", "--country", "TR", "--language", "ru", "--need", "shelter", "--format", "json")
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout)
    assert found[0]["emergency"]
    assert found[0]["country"] == "TR"
    assert len(found) > 1
    assert all(entry["sources"] and entry["sources"][0]["url"] for entry in found)


@pytest.mark.parametrize("part", ["content", "directory"])
def test_what_is_shipped_passes_its_checks(part: str) -> None:
    done = _pristan(part, "check")
    assert done.returncode == 0, done.stdout.decode()[-2000:]


def test_the_module_is_the_same_command() -> None:
    done = subprocess.run([sys.executable, "-m", "bot", "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert all(name in done.stdout for name in ("run", "train", "chat", "parse", "screen", "directory", "content"))


def test_a_wrong_setting_is_named() -> None:
    environment = {**os.environ, "PRISTAN_STAFF_CHAT_ID": "not a number"}
    done = subprocess.run(
        [str(SCRIPT), "content", "check"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "PRISTAN_STAFF_CHAT_ID" in done.stderr

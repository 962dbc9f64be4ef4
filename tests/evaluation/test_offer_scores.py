"""Figures over labelled offers and disguises, and the files they come from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from bot.evaluation.labelled import LabelError
from bot.evaluation.offer_scores import ScreenedDisguise, ScreenedOffer, report, table
from bot.evaluation.offers import Disguise, LabelledOffer, read_offers
from bot.evaluation.screening import evaluate_screening
from bot.screening.detect import Finding
from bot.screening.score import Level
from bot.screening.screen import Screening

TEXT = "Pay 300 for the visa first. We keep your passport."


def screened(
    level: Level, found: dict[str, str], meant: dict[str, str] | None, *, suspicious: bool = True, judged: str = "high"
) -> ScreenedOffer:
    findings = tuple(
        Finding(flag, TEXT.index(quote), TEXT.index(quote) + len(quote), quote) for flag, quote in found.items()
    )
    flags = None if meant is None else tuple(meant.items())
    offer = LabelledOffer(TEXT, suspicious, judged, flags, "en", "offers_en")
    return ScreenedOffer(offer, Screening("en", True, level, 0.5, findings))


def test_figures() -> None:
    found = report(
        [
            screened(
                "high",
                {"upfront_fee": "Pay 300", "passport_retention": "We keep"},
                {"upfront_fee": "300 for the visa", "passport_retention": "passport"},
            ),
            screened("medium", {"upfront_fee": "Pay 300"}, {"secrecy": "passport"}),
            screened("low", {}, None),
            screened("medium", {}, {}, suspicious=False, judged="low"),
        ],
        [
            ScreenedDisguise(
                Disguise("a", "b", "dots", "en"), frozenset(("secrecy", "vague_job")), frozenset(("secrecy",))
            ),
            ScreenedDisguise(Disguise("a", "b", "stars", "en"), frozenset(("secrecy",)), frozenset(("secrecy", "x"))),
        ],
    )["languages"]["en"]
    assert found["offers"] == 3
    assert found["flags"]["upfront_fee"] | {"f1": 0} == {
        "meant": 1, "found": 2, "right": 1, "precision": 0.5, "recall": 1.0, "f1": 0
    }  # fmt: skip
    assert found["micro"]["f1"] == pytest.approx(2 * 2 / (3 + 3))
    # «Pay 300» and «300 for the visa» have 3 of 20 characters in common, «We keep» and «passport» none.
    assert (found["quotes"], found["touching"]) == (2, 0.5)
    assert found["overlap"] == pytest.approx(3 / 20 / 2)
    own = found["sets"]["offers_en"]
    assert (own["raised"], own["high"]) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert (own["honest_raised"], own["honest_high"]) == (1.0, 0.0)
    assert own["confusion"]["high"] == {"high": 1, "medium": 1, "low": 1}
    hidden = found["disguises"]
    assert (hidden["found"], hidden["lost"], hidden["kinds"]["dots"]["share"]) == (3, 1, 0.5)
    assert hidden["kinds"]["stars"]["share"] == 0


def test_a_set_is_screened_and_drawn(locales: Path, tmp_path: Path) -> None:
    folder = tmp_path / "en"
    folder.mkdir()
    offers = [
        {"text": "Waitress wanted, 900 euro. " + TEXT, "label": "suspicious", "level": "high",
         "flags": [{"id": "passport_retention", "quote": "keep your passport"}]},
        {"text": "Baker wanted in Leeds, 38 hours, contract from day one.", "label": "legit"},
    ]  # fmt: skip
    pair = {"plain": TEXT, "evaded": TEXT.replace("passport", "p\u0430ssport"), "kind": "letters"}
    lines = [json.dumps(line) for line in (*offers, pair)]
    (folder / "offers.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    said: list[str] = []
    printed = evaluate_screening(locales, [folder / "offers.jsonl"], tmp_path / "out", said.append)
    assert "passport_retention" in printed and "quotes: 1 compared, 1.000 touch" in printed
    assert "Leeds" not in printed
    stored = json.loads((tmp_path / "out" / "screening.json").read_text(encoding="utf-8"))
    assert stored["languages"]["en"]["disguises"]["kinds"]["letters"]["lost"] == 0
    with Image.open(tmp_path / "out" / "screening_en.png") as picture:
        assert picture.width > 300
    assert printed == table(stored)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ('{"text": "a", "label": "fine"}', "label"),
        ('{"text": "a", "label": "legit", "level": "green"}', "level"),
        ('{"text": "a", "label": "bad:x", "flags": ["bad_boss"]}', "does not exist"),
        ('{"text": "a", "label": "bad:x", "flags": [{"id": "secrecy", "quote": "b"}]}', "does not stand"),
        ('{"plain": "a", "kind": "dots"}', "evaded"),
        ("[]", "JSON object"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, wrong: str) -> None:
    path = tmp_path / "offers_zh.jsonl"
    path.write_text('{"text": "a", "label": "legit"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(LabelError, match=rf"offers_zh\.jsonl:2: .*{wrong}"):
        read_offers(path)

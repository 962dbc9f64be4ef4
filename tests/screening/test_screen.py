"""Screening: which offers are raised, in whose words, and what the answer says of a low level."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.catalogues import Catalogues
from bot.content.languages import LANGUAGES
from bot.content.patterns import PatternError
from bot.conversation.offers import OfferAnswer
from bot.screening.detect import Detector
from bot.screening.flags import FLAGS
from bot.screening.score import level, score
from bot.screening.screen import READ_CHARACTERS, Screener

OFFERS = yaml.safe_load((Path(__file__).parent / "offers.yml").read_text(encoding="utf-8"))
ROWS = [(kind, text) for kinds in OFFERS.values() for kind, texts in kinds.items() for text in texts]


@pytest.fixture(scope="module")
def screener(locales: Path) -> Screener:
    return Screener.load(locales)


@pytest.mark.parametrize(("kind", "text"), ROWS, ids=lambda value: value if len(value) < 9 else "")
def test_each_text_is_taken_for_what_it_is(screener: Screener, kind: str, text: str) -> None:
    found = screener.screen(text)
    flags = [(finding.id, finding.quote) for finding in found.findings]
    assert found.is_offer is (kind != "no_offer"), flags
    if kind == "bad":
        assert found.level in ("medium", "high"), flags
    elif kind == "honest":
        assert found.level != "high", flags
    else:
        assert (found.level, found.score, found.findings) == ("low", 0.0, ())
    for finding in found.findings:
        assert finding.quote == text[finding.start : finding.end]
        assert finding.quote.strip()


def test_the_table_has_eight_of_each_a_language() -> None:
    assert {code: {kind: len(texts) for kind, texts in kinds.items()} for code, kinds in OFFERS.items()} == {
        code: {"honest": 8, "bad": 8, "no_offer": 8} for code in LANGUAGES
    }


def test_flags_combine_into_a_level() -> None:
    assert level(score([])) == "low"
    by_weight = {weight: [flag for flag in FLAGS if FLAGS[flag] == weight] for weight in set(FLAGS.values())}
    for flag in by_weight["critical"]:
        assert level(score([flag])) == "high"
    for flag in by_weight["high"]:
        assert level(score([flag])) == "medium"
    assert level(score(by_weight["high"][:2])) == "high"
    assert level(score([by_weight["high"][0], *by_weight["medium"][:2]])) == "high"
    assert level(score(by_weight["medium"][:1])) == "low"
    assert level(score(by_weight["medium"][:2])) == "medium"
    assert level(score(by_weight["low"])) == "low"
    assert score(["upfront_fee", "upfront_fee"]) == score(["upfront_fee"])
    assert score(FLAGS) <= 1
    some: list[str] = []
    for flag in FLAGS:
        before = score(some)
        some.append(flag)
        assert score(some) >= before


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(st.characters(), max_size=20),
            st.sampled_from(["зaлог", "паспорт сдать", "Cambodia", "扣護照", "no contract", "\u200b", "\n"]),
        ),
        max_size=12,
    )
)
def test_any_text_is_screened_with_true_quotes(screener: Screener, parts: list[str]) -> None:
    text = " ".join(parts)
    found = screener.screen(text, surely_offer=True)
    assert 0 <= found.score <= 1
    assert [finding.start for finding in found.findings] == sorted(finding.start for finding in found.findings)
    for finding in found.findings:
        assert finding.quote == text[finding.start : finding.end]
        assert finding.id in FLAGS


def test_look_alike_and_hidden_letters_hide_nothing(screener: Screener) -> None:
    plain = "Требуются девушки, 5000$ в месяц, паспорт сдать администратору. Пишите в лс"
    hidden = plain.replace("паспорт", "пaсп\u200bорт").replace("сдать", "cдaть")
    assert "passport_retention" in {finding.id for finding in screener.screen(plain).findings}
    found = screener.screen(hidden)
    quote = next(finding.quote for finding in found.findings if finding.id == "passport_retention")
    assert "пaсп\u200bорт" in quote


def test_only_the_first_part_of_a_huge_text_is_read_and_fast(screener: Screener) -> None:
    offer = OFFERS["ru"]["bad"][0]
    for filler in ("а " * 50_000, "1 " * 50_000, "." * 100_000, "我" * 100_000, "меня .. " * 12_000):
        screener.screen(offer + "\n" + filler)
        began = time.process_time()
        found = screener.screen(offer + "\n" + filler)
        assert time.process_time() - began < 6, filler[:8]
        assert all(finding.end <= READ_CHARACTERS for finding in found.findings)
        assert found.level == "high"


def test_an_offer_of_usual_length_takes_milliseconds(screener: Screener) -> None:
    texts = [text for kind, text in ROWS if kind != "no_offer"]
    for text in texts:
        screener.screen(text)
    began = time.process_time()
    for text in texts:
        screener.screen(text)
    assert (time.process_time() - began) / len(texts) < 0.03


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_low_level_is_neither_green_nor_called_safe(screener: Screener, locales: Path, language: str) -> None:
    catalogues = Catalogues.load(locales)
    answer = OfferAnswer(catalogues)
    found = [screener.screen(text, surely_offer=True) for text in OFFERS[language]["honest"]]
    texts = [answer.reply(one, language).text for one in found]
    texts += [catalogues.text(f"level.{name}", language) for name in ("low", "low_flags", "medium", "high", "note")]
    promises = {
        "ru": r"\b(безопасно|безопасная|надёжное|можно доверять|всё в порядке)\b",
        "en": r"\b(is safe|looks safe|all clear|trustworthy|no risk|you can trust)\b",
        "bg": r"\b(е безопасна|е безопасно|е сигурна|няма риск|може да се доверите)\b",
        "zh": r"(很安全|是安全的|可以放心|没有风险|没问题)",
    }
    denials = {
        "ru": r"не\s+(значит|означает|доказывает|говорит)|нельзя|не могу",
        "en": r"not|cannot|can't|doesn",
        "bg": r"не\s+(значи|означава|доказва|показва)|не мога",
        "zh": r"不|没",
    }
    for text in texts:
        assert not re.search("[🟢✅💚☑👍]", text), text
        for sentence in re.split(r"(?<=[.!?。！？])\s*", text):
            if re.search(promises[language], sentence, re.IGNORECASE):
                assert re.search(denials[language], sentence, re.IGNORECASE), sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_quotes_the_offer_escaped(screener: Screener, locales: Path, language: str) -> None:
    text = "Требуются девушки <b>18-25</b>, паспорт <i>& сдать</i> администратору, 5000$ в месяц. Пишите в лс"
    found = screener.screen(text, surely_offer=True)
    reply = OfferAnswer(Catalogues.load(locales)).reply(found, language)
    assert found.findings
    quoted = " ".join(found.findings[0].quote.split())
    assert quoted.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in reply.text
    assert not re.search(r"<(?!/?[bi]>)", reply.text)
    assert len(reply.text) < 4096


def test_rule_files_are_named_when_wrong(tmp_path: Path) -> None:
    with pytest.raises(PatternError, match="red flag rules of this language are missing"):
        Detector.load(tmp_path)
    for code in LANGUAGES:
        (tmp_path / code).mkdir()
        (tmp_path / code / "red_flags.yml").write_text("\nfee:\n  - id: a\n    any: [x]\n", encoding="utf-8")
    with pytest.raises(PatternError, match=r"red_flags\.yml:3: «fee» is no red flag"):
        Detector.load(tmp_path)

"""Looking phrases up by the pieces of a text loses none of them: compared with trying each everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.content.disguise import rewrite
from bot.content.normalise import Normalised, normalise
from bot.content.patterns import Phrase, Rule, compile_phrase, read_rules
from bot.content.phrase_index import PhraseIndex

#: Every so many phrases of the rules are compared: all of them take minutes to compile.
EVERY = 12


def _everywhere(phrase: Phrase, text: Normalised) -> list[tuple[int, int]]:
    return [found.span() for found in phrase.regex.finditer(text.text if phrase.han else text.alphabetic)]


def _looked_up(index: PhraseIndex, phrase: Phrase, text: Normalised) -> list[tuple[int, int]]:
    return next((possible.search() for possible in index.possible(text) if possible.phrase is phrase), [])


def _index(*phrases: Phrase) -> PhraseIndex:
    return PhraseIndex([Rule("rule", "section", phrases, (), (), ())])


def _examples(rules: list[Rule]) -> Iterator[Normalised]:
    texts = [text for rule in rules for text in (*rule.match, *rule.no_match)]
    for start in range(0, len(texts), 8):
        yield normalise(" ".join(texts[start : start + 8]))


@pytest.mark.parametrize("name", ["ru/red_flags", "en/red_flags", "bg/red_flags", "zh/red_flags"])
def test_what_an_expression_finds_is_looked_up(locales: Path, name: str) -> None:
    rules = [rule for of_section in read_rules(locales / f"{name}.yml").values() for rule in of_section]
    phrases = [phrase for rule in rules for phrase in rule.any][::EVERY]
    index = _index(*phrases)
    found = 0
    for text in _examples(rules):
        possible = {id(possible.phrase): possible for possible in index.possible(text)}
        for phrase in phrases:
            spans = _everywhere(phrase, text)
            found += len(spans)
            if spans:
                assert id(phrase) in possible, (phrase.source, text.text)
                assert [match.span() for match in phrase.search(text)] == spans, (phrase.source, text.text)
                assert possible[id(phrase)].search() == spans, (phrase.source, text.text)
    assert found > len(phrases) / 2


@pytest.mark.parametrize(
    ("phrase", "text", "stands"),
    [
        ("за паспорт", "за паспорт", True),
        ("за паспорт", "заезд. паспорт", False),
        ("за паспорт", "Это за. Паспорт потом", False),
        ("ждем... паспорт", "ждем... паспорт", True),
        ("<money> ... сразу", "$200 вам сразу", True),
        ("<money> ... сразу", "сразу 200", False),
        ("<money>", "pay: usd 300", True),
        ("<number> евро", "1 тыс. 200 евро", True),
        ("<money>", "3 тыс. руб", True),
        ("<phone> звоните", "+7 900 000-00-00 звоните", True),
        ("<handle>", "пишите на t.me/work_abroad", True),
        ("<link> отзывы", "https://a.example/b.c?d отзывы", True),
        ("т.е. бесплатно", "т.е. бесплатно", True),
        ("<money> . депозит", "300 евро. депозит", True),
        ("交...3押金", "先交三百。押金", False),
        ("交...3押金", "先交三百,押金", True),
        ("包吃。包住", "包吃。包住", True),
        ("app下载", "用app下载", True),
        ("e-mail", "email", True),
        ("don't *ask", "dont unask", True),
        ("$ сразу", "5$ сразу", True),
    ],
)
def test_a_phrase_is_looked_up_where_it_stands_and_tried_nowhere_else(phrase: str, text: str, stands: bool) -> None:
    compiled, read = compile_phrase(phrase), normalise(text)
    index = _index(compiled, compile_phrase("еще"))
    assert bool(_everywhere(compiled, read)) is stands
    assert _looked_up(index, compiled, read) == _everywhere(compiled, read)


def test_words_of_two_sentences_are_no_reason_to_try_a_phrase() -> None:
    index = _index(compile_phrase("возьмем паспорт"))
    assert index.possible(normalise("Возьмем всех. Нужен паспорт")) == []
    assert len(index.possible(normalise("Возьмем у всех паспорт"))) == 1


def test_a_sentence_that_stands_again_shows_the_same_in_its_own_place() -> None:
    phrase = compile_phrase("возьмем паспорт*")
    index = _index(phrase)
    text = normalise("Возьмем паспорта. Жилье. Возьмем паспорта.")
    assert _looked_up(index, phrase, text) == _everywhere(phrase, text) == [(0, 16), (25, 41)]


def test_what_was_found_in_a_text_counts_in_another_reading_of_it() -> None:
    phrase, other = compile_phrase("возьмем паспорт*"), compile_phrase("возьмем деньги")
    index = _index(phrase, other)
    text = normalise("Возьмем д. Жилье. Возьмем паспорта.")
    assert _looked_up(index, phrase, text) == [(18, 34)]
    read = rewrite(text, [(8, 9, "деньги"), (11, 16, "")])
    assert read.text == "возьмем деньги. . возьмем паспорта."
    for one in (phrase, other):
        assert _looked_up(index, one, read) == _everywhere(one, read) != []


def test_endings_of_addresses_are_tried_as_one() -> None:
    phrase = compile_phrase("(*.example|*.test|сообщением здесь)")
    for text, spans in (("пишите на a.test", [(10, 16)]), ("сообщением здесь", [(0, 16)]), ("a.tests", [])):
        assert _everywhere(phrase, normalise(text)) == spans

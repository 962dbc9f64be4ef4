"""The phrase language: every construct, every mistake an editor can make, and texts written to hurt."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.normalise import normalise
from bot.content.patterns import PatternError, Rule, check_rules, compile_phrase, load_rules, main, read_rules

RULE_FILES = [f"{code}/{name}.yml" for code in ("ru", "en", "bg", "zh") for name in ("safety", "red_flags", "offers")]


def _found(phrase: str, text: str) -> str | None:
    """What a phrase finds in a text, in the text's own characters."""
    normalised = normalise(text)
    match = next(compile_phrase(phrase).finditer(normalised), None)
    if match is None:
        return None
    start, end = normalised.span(match.start(), match.end())
    return text[start:end]


@pytest.mark.parametrize(
    ("phrase", "text", "quote"),
    [
        # words
        ("залог", "нужен ЗАЛОГ сразу", "ЗАЛОГ"),
        ("залог", "залогом", None),
        ("залог", "предзалог", None),
        ("еще раз", "ещё  раз", "ещё  раз"),
        ("еще раз", "ещё, раз", "ещё, раз"),
        ("еще раз", "ещё 🙏 раз", "ещё 🙏 раз"),
        ("еще раз", "ещё... раз", "ещё... раз"),
        ("еще раз", "ещё. раз", None),
        ("еще раз", "ещё! раз", None),
        ("еще раз", "ещё\nраз", None),
        ("еще раз", "раз ещё", None),
        ("don't tell", "Dont tell anybody", "Dont tell"),
        ("don't tell", "don’t tell", "don’t tell"),
        ("full-time", "full time", "full time"),
        ("full-time", "fulltime", "fulltime"),
        ("full-time", "full\ntime", None),
        # stars
        ("предоплат*", "нужна предоплата!", "предоплата"),
        ("предоплат*", "предоплат", "предоплат"),
        ("*оплат", "предоплат", "предоплат"),
        ("*оплат", "оплата", None),
        ("*оплат*", "нужна Предоплатой", "Предоплатой"),
        ("*fee*", "nonfeexyz", "nonfeexyz"),
        # alternatives and optional words
        ("(без|без всякого) опыта", "без всякого опыта", "без всякого опыта"),
        ("(без|без всякого) опыта", "без опыта", "без опыта"),
        ("(без|без всякого) опыта", "опыта", None),
        ("мне (очень)? страшно", "мне страшно", "мне страшно"),
        ("мне (очень)? страшно", "мне очень страшно", "мне очень страшно"),
        ("мне (очень)? страшно", "мне не страшно", None),
        ("(очень)? страшно", "страшно", "страшно"),
        ("(очень)? страшно", "очень страшно", "очень страшно"),
        ("страшно (очень)?", "страшно очень", "страшно очень"),
        ("((a|b) c|d)", "b c", "b c"),
        ("((a|b) c|d)", "d", "d"),
        ("((a|b) c|d)", "a d c", "d"),
        # gaps
        ("внес* ... залог*", "внесите залог", "внесите залог"),
        ("внес* ... залог*", "внесите нам сейчас же небольшой залог", "внесите нам сейчас же небольшой залог"),
        ("внес* ... залог*", "внесите а б в г д залог", None),
        ("внес* ...8 залог*", "внесите а б в г д е ж з залог", "внесите а б в г д е ж з залог"),
        ("внес* ...8 залог*", "внесите а б в г д е ж з и залог", None),
        ("внес* ...1 залог*", "внесите один залог", "внесите один залог"),
        ("внес* ...1 залог*", "внесите один два залог", None),
        ("внес* ... залог*", "внесите деньги. залог вернём", None),
        ("внес* ... залог*", "внесите деньги! залог", None),
        ("внес* ... залог*", "внесите деньги? залог", None),
        ("внес* ... залог*", "внесите\nзалог", None),
        ("внес* ... залог*", "внесите - деньги, залог", "внесите - деньги, залог"),
        ("взял ... (мой|наш)? паспорт", "взял вчера паспорт", "взял вчера паспорт"),
        ("взял ... (мой|наш)? паспорт", "взял вчера мой паспорт", "взял вчера мой паспорт"),
        # classes
        ("<number> лет", "мне 15 лет", "15 лет"),
        ("<money>", "до 5 000 €", "5 000 €"),
        ("<money>", "за $1,500 в неделю", "$1,500"),
        ("<money>", "платят 80к руб", "80к руб"),
        ("<money>", "2500 лева", "2500 лева"),
        ("<money>", "底薪1.5万元", "1.5万元"),
        ("<money>", "комната 5", None),
        ("<money>", "日赚500u日结", "500u"),
        ("<money>", "you 5", None),
        ("<money>", "5 сумок", None),
        ("<money>", "$5 kids", "$5"),
        ("<money>", "$5k a month", "$5k"),
        ("<money>", "зарплата 5000\n€ и бонус", None),
        ("<handle>", "пиши @some_name сразу", "@some_name"),
        ("<handle>", "t.me/some_name", "t.me/some_name"),
        ("<handle>", "@a", None),
        ("<phone>", "тел +000 000 000", "+000 000 000"),
        ("<phone>", "000\n000\n000", None),
        ("<link>", "см. https://example.org/a b", "https://example.org/a"),
        ("<link>", "example", None),
        # Chinese
        ("扣护照", "老板扣护照了", "扣护照"),
        ("扣护照", "扣 护 照", None),
        ("扣(了)?护照", "扣了护照", "扣了护照"),
        ("扣(了)?护照", "扣护照", "扣护照"),
        ("(护照|证件)...(交|上交)", "护照要先上交", "护照要先上交"),
        ("(护照|证件)...(交|上交)", "护照。上交", None),
        ("(护照|证件)...(交|上交)", "护照\n上交", None),
        ("护照...交", "护照一二三四五六七八九交", None),
        ("护照...8交", "护照一二三四五六七八九十交", "护照一二三四五六七八九十交"),
        ("护照", "老闆扣了我的護照", "護照"),
        ("月入<number>万", "月入3万", "月入3万"),
        ("加vx", "请加VX聊", "加VX"),
        # hidden letters
        ("залог", "зaлoг", "зaлoг"),
        ("залог", "за\u200bлог", "за\u200bлог"),
        ("deposit", "dероsit", "dероsit"),
        ("deposit", "ｄｅｐｏｓｉｔ", "ｄｅｐｏｓｉｔ"),
        ("работай", "работаи\u0306", "работаи\u0306"),
    ],
)
def test_constructs(phrase: str, text: str, quote: str | None) -> None:
    assert _found(phrase, text) == quote


@pytest.mark.parametrize(
    ("phrase", "says"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("\u200b", "empty"),
        ("(a|b", "not closed"),
        ("a)", "cannot read"),
        ("a|b", "cannot read"),
        ("()", "empty brackets"),
        ("(|)", "empty brackets"),
        ("... a", "begin with a gap"),
        ("a ...", "end with a gap"),
        ("(a)?", "always be there"),
        ("(a)? (b)?", "always be there"),
        ("pre*fix", "star"),
        ("*", "star"),
        ("<sum>", "<sum> is not known"),
        ("a < b", "cannot read"),
    ],
)
def test_mistakes_are_named(phrase: str, says: str) -> None:
    with pytest.raises(PatternError, match=says):
        compile_phrase(phrase)


@pytest.mark.parametrize(
    ("written", "line", "says"),
    [
        ('danger:\n  - id: a\n    any: ["x", "(y"]\n', 3, "not closed"),
        ("danger:\n  - id: a\n    any:\n      - x\n      - ... y\n", 5, "begin with a gap"),
        ("danger:\n  - any: [x]\n", 2, "at least id and any"),
        ("danger:\n  - id: a\n    any: [x]\n    matches: [x]\n", 2, "unknown word «matches»"),
        ("danger:\n  - id: a\n    any: x\n", 2, "expected a list"),
        ("danger:\n  - id: a\n    any: [x]\n  - id: a\n    any: [y]\n", 4, "stands twice"),
        ("danger: []\ndanger: []\n", 2, "stands twice"),
        ("danger: text\n", 1, "must hold a list"),
        ("- a\n", 1, "expected sections"),
        ("danger:\n  - just text\n", 2, "a rule needs"),
        ('danger:\n  - id: a\n    any: ["x\n', 4, "not valid YAML"),
        ('danger:\n  - id: a\n    any: [x]\n    match: ["x", "z"]\n    no_match: ["q"]\n', 4, "«z» should raise"),
        ('danger:\n  - id: a\n    any: [x]\n    match: [x]\n    no_match:\n      - "a x"\n', 6, "should not raise"),
        ('danger:\n  - id: a\n    any: [x]\n    match: ["x"]\n', 2, "at least one match and one no_match"),
    ],
)
def test_a_file_s_mistakes_are_named_by_file_and_line(tmp_path: Path, written: str, line: int, says: str) -> None:
    path = tmp_path / "safety.yml"
    path.write_text(written, encoding="utf-8")
    problems = check_rules(path)
    assert len(problems) == 1
    assert problems[0].startswith(f"{path}:{line}:")
    assert says in problems[0]


def test_the_check_as_a_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "safety.yml"
    path.write_text("danger:\n  - id: a\n    any: [x]\n    match: [x]\n    no_match: [y]\n", encoding="utf-8")
    assert main([str(path)]) == 0
    assert "every example holds" in capsys.readouterr().out
    path.write_text("danger:\n  - id: a\n    any: [x]\n    match: [z]\n    no_match: [y]\n", encoding="utf-8")
    assert main([str(path)]) == 1
    assert f"{path}:4:" in capsys.readouterr().out
    assert main([]) == 2


def _rule(any_of: list[str], unless: list[str]) -> Rule:
    phrases = tuple(map(compile_phrase, any_of)), tuple(map(compile_phrase, unless))
    return Rule("r", "danger", *phrases, (), ())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("бьёт меня", True),
        ("в фильме бьёт", False),
        ("бьёт, как в фильме", False),
        ("видел в фильме. бьёт меня", True),
        ("видел в фильме\nбьёт меня", True),
        ("бьёт меня! фильм смотрит", True),
        ("стоит 3.5 евро бьёт в фильме", False),
        ("в фильме бьёт. бьёт меня", True),
    ],
)
def test_an_exception_counts_only_in_its_own_sentence(text: str, found: bool) -> None:
    rule = _rule(["бьет"], ["фильм*"])
    assert (next(rule.find(normalise(text)), None) is not None) is found


def test_compiled_rules_are_those_of_the_file(tmp_path: Path, locales: Path) -> None:
    path = tmp_path / "safety.yml"
    path.write_bytes((locales / "en" / "safety.yml").read_bytes())
    fresh, stored = load_rules(path), load_rules(path)
    assert (tmp_path / "safety.yml.compiled").exists()
    for section, rules in fresh.items():
        for one, other in zip(rules, stored[section], strict=True):
            assert (one.id, one.line, one.any, one.unless) == (other.id, other.line, other.any, other.unless)
    path.write_text("danger:\n  - id: new\n    any: [wolf]\n", encoding="utf-8")
    assert [rule.id for rule in load_rules(path)["danger"]] == ["new"]
    (tmp_path / "safety.yml.compiled").write_text("{broken", encoding="utf-8")
    assert [rule.id for rule in load_rules(path)["danger"]] == ["new"]


# Unicode, all of it


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(), max_size=120))
def test_any_text_is_normalised_with_valid_offsets(text: str) -> None:
    normalised = normalise(text)
    offsets = normalised.offsets
    assert len(offsets) == len(normalised.text) + 1
    assert list(offsets) == sorted(offsets)
    assert offsets[-1] == len(text)
    assert all(0 <= offset < len(text) for offset in offsets[:-1])
    assert normalised.text == normalised.text.lower() or any(len(c.lower()) > 1 for c in normalised.text)
    for position in range(len(normalised.text)):
        start, end = normalised.span(position, position + 1)
        assert 0 <= start < end <= len(text)
        begin, close = normalised.sentence(position, position + 1)
        assert 0 <= begin <= close <= len(normalised.text)


@settings(max_examples=200, deadline=None)
@given(st.text("abc() |*.<>?'-89умны 我们\n", min_size=1, max_size=25), st.text("abc умны我们.\n 8", max_size=60))
def test_any_phrase_is_read_or_refused_and_never_hangs(phrase: str, text: str) -> None:
    try:
        compiled = compile_phrase(phrase)
    except PatternError:
        return
    for match in compiled.finditer(normalise(text)):
        assert match.end() >= match.start()


def test_the_quick_first_look_never_hides_a_match(locales: Path) -> None:
    """What a rule finds with the look-up of word beginnings is what its expressions find without it."""
    for name in RULE_FILES:
        for rules in read_rules(locales / name).values():
            for rule in rules[::10]:
                for example in rule.match[:1] + rule.no_match[:1]:
                    text = normalise(example)
                    for phrase in rule.any + rule.unless:
                        words = text.text if phrase.han else text.alphabetic
                        looked = [match.span() for match in phrase.finditer(text)]
                        assert looked == [match.span() for match in phrase.regex.finditer(words)], phrase.source


# Hostile input


NASTY = {
    "words": "а " * 4000,
    "phrase words": "меня нас не бьют на в и " * 800,
    "latin words": "my me not they the i at " * 800,
    "digits": "1" * 20_000,
    "digits and blanks": "1 " * 10_000,
    "decimals": "1." * 10_000,
    "blanks": " " * 20_000,
    "dots": "." * 20_000,
    "words and dots": ("меня" + "." * 300) * 60,
    "commas": "меня , , , , , " * 1200,
    "one word": "a" * 20_000,
    "chinese": "我" * 20_000,
    "chinese words": "我被他们打不让我出去的人" * 1600,
    "currency": "$ " * 10_000,
    "links": "http://" * 2500,
    "handles": "@a" * 10_000,
    "brackets": "(" * 20_000,
}


@pytest.mark.parametrize("name", NASTY)
def test_no_text_makes_a_rule_slow(locales: Path, name: str) -> None:
    text = normalise(NASTY[name])
    slow = []
    for file in RULE_FILES:
        for rules in load_rules(locales / file).values():
            for rule in rules:
                for phrase in rule.any + rule.unless:
                    next(phrase.finditer(normalise("")), None)
                    began = time.process_time()
                    for _ in phrase.finditer(text):
                        pass
                    if time.process_time() - began > 1.0:
                        slow.append((file, rule.id, phrase.source))
    assert slow == []


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("меня ... нас", "меня" + "." * 100_000),
        ("меня ...8 нас", "меня.. " * 14_000),
        ("a ...20 b ...20 c", "a b " * 12_000),
        ("*a* *b* *c*", "ab" * 50_000),
        ("(a|a a|a a a) (a|a a) b", "a " * 50_000),
        ("(a (a)? (a)? (a)? (a)?) b", "a " * 50_000),
        ("<number> <number> <number> x", "1 " * 25_000),
        ("<money> <money> x", "$1 " * 33_000),
        ("<phone> x", "1 " * 50_000),
        ("<link> x", "http://" * 14_000),
        ("我...8我...8我...8你", "我" * 8_000),
    ],
    ids=lambda value: value if len(value) < 40 else "",
)
def test_hostile_phrases_are_bounded(phrase: str, text: str) -> None:
    compiled = compile_phrase(phrase)
    normalised = normalise(text)
    began = time.process_time()
    for _ in compiled.regex.finditer(normalised.text if compiled.han else normalised.alphabetic):
        pass
    assert time.process_time() - began < 15


# Words with a name, and conditions on the whole text


def _rules_of(tmp_path: Path, written: str) -> dict[str, tuple[Rule, ...]]:
    path = tmp_path / "red_flags.yml"
    path.write_text(written, encoding="utf-8")
    load_rules(path)
    return load_rules(path)  # as it was stored


WHOLE_TEXT = """
words:
  document: "паспорт*|загранпаспорт*"
  paper: "<document>|документ*"
passport_retention:
  - id: kept
    any: ["<paper> ... (у нас|администратор*)", "🛂 🔒"]
    only_with: ["<money>", "за границ*"]
    unless_anywhere: ["копи* <document>"]
"""


@pytest.mark.parametrize(
    ("text", "raised"),
    [
        ("Загранпаспорт хранится у нас.\n3000$", True),
        ("Документы сдаёте администратору. Работа за границей", True),
        ("За границей: 🛂🔒", True),
        ("Документы хранятся у нас", False),
        ("Документы хранятся у нас, 3000$.\nНужна копия паспорта", False),
    ],
)
def test_named_words_and_the_whole_text_decide(tmp_path: Path, text: str, raised: bool) -> None:
    rule = _rules_of(tmp_path, WHOLE_TEXT)["passport_retention"][0]
    assert (next(rule.find(normalise(text)), None) is not None) is raised


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("words: [a]", r":1: «words» holds names"),
        ("words:\n  money: a", r":2: a name has small letters"),
        ("words:\n  Big: a", r":2: a name has small letters"),
        ("words:\n  a: [b]", r":2: put the words of «a» in quotation marks"),
        ('words:\n  a: "(b"', r":2: .*bracket is not closed"),
        ("secrecy:\n  - id: x\n    any: ['<later>']\nwords:\n  later: a", r":3: .*<later> is not known"),
    ],
)
def test_wrong_named_words_are_named_by_line(tmp_path: Path, written: str, wrong: str) -> None:
    with pytest.raises(PatternError, match=wrong):
        _rules_of(tmp_path, written)


@pytest.mark.parametrize(
    ("phrase", "text", "quote"),
    [
        ("💰", "плачу💰500", "💰"),
        ("девушк* 🔞", "нужны девушки🔞", "девушки🔞"),
        ("🛂 (сдать|отдать)", "🛂 отдать", "🛂 отдать"),
        ("паспорт*", "Πaсπoрт", "Πaсπoрт"),
        ("работа", "PАБOТA", "PАБOТA"),
        ("passport", "pássрort", "pássрort"),
        ("passport", "🅿🅰ssport", "🅿🅰ssport"),
        ("18", "1️⃣8️⃣ лет", "1️⃣8"),
        ("no", "№1", None),
        ("vx号", "加我vx号", "vx号"),
    ],
)
def test_signs_and_letters_drawn_otherwise(phrase: str, text: str, quote: str | None) -> None:
    assert _found(phrase, text) == quote

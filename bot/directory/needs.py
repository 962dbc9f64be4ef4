"""What kind of help a message looks for, and for whom: by words that anyone can read and change.

The words are ``locales/<language>/needs.yml``. They need no model, so that "I have nowhere to sleep, I am in Izmir"
finds a shelter also while the model is down; with the model its opinion is added (:func:`choose_need`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from bot.content.normalise import HAN, Normalised, normalise
from bot.content.rule_files import RulesOfLanguages, load_languages
from bot.content.written_forms import written_forms
from bot.directory.find import Need
from bot.directory.model import Group

#: The file of one language.
FILE = "needs.yml"
#: Sections of the file beside ``asks_<need>``, ``tells_<need>`` and ``serves_<group>``.
MARKS = ("looking", "now", "free", "failed")

#: Longest text that is read for a need; a longer one is a story or a pasted page, and the model's.
READ_CHARACTERS = 1500
#: Small words of Chinese typed in Latin letters; so many make a text Chinese.
_PINYIN = re.compile(r"\b(?:wo|women|zai|mei|meiyou|bu|le|de|ge|yue|laoban|zenme|shei|shui|huzhao|gongzi|nali|qian)\b")
_PINYIN_LEAST = 3

#: The needs a message can be read for; where several troubles are told, help for the first of these is looked for.
URGENCY: tuple[Need, ...] = (
    "asylum", "shelter", "violence", "child", "medical", "return", "embassy", "documents", "labour", "legal",
    "recovery", "psychological", "report", "hotline",
)  # fmt: skip
#: Needs that say only "somebody, help": any other word of the message knows better.
_GENERAL = frozenset({"hotline", "report"})
#: What a word is worth beside the model's certainty of 1: help named, help asked for in general, trouble told.
_NAMED, _NAMED_AS_TASK, _NAMED_IN_GENERAL, _TOLD, _TOLD_TOO = 3.0, 2.2, 1.2, 1.6, 0.4
#: Troubles whose words hardly mean anything else, and what such a word is worth: who is beaten at home and says how
#: to leave does not look for a ticket first.
_PLAIN, _TOLD_PLAINLY = frozenset({"violence"}), 2.5
#: Needs whose words name something to be done; who names the helper too ("a lawyer for my visa") looks for the helper.
_TASKS = frozenset({"documents", "return", "recovery"})
#: What the model's certainty is worth for an intent that looks for a service, and for a trouble it recognised.
_FINDING, _FINDING_IN_GENERAL, _TROUBLE = 1.8, 1.0, 0.5
#: What the reader of needs is worth at certainty, and the chance below which it says nothing. Chosen by the examples
#: of needs.jsonl, each read by a reader fitted without it (python -m bot.directory.fit_need_reader --left-out).
_LEARNED, _LEARNED_LEAST = 3.0, 0.05


@dataclass(frozen=True)
class Wish:
    """What the words of a message say.

    Args:
        asked: help that is named, in the order of urgency.
        told: help that answers a trouble that is told.
        groups: for whom it is, as far as the person said so.
        looking: the person is searching for help, not only telling.
        open_now: it is needed now.
        free: it must cost nothing.
        failed: a number did not work.
    """

    asked: tuple[Need, ...] = ()
    told: tuple[Need, ...] = ()
    groups: tuple[Group, ...] = ()
    looking: bool = False
    open_now: bool = False
    free: bool = False
    failed: bool = False

    @property
    def seeks(self) -> bool:
        """Some help is looked for in so many words."""
        return any(need not in _GENERAL for need in self.asked) or (self.looking and bool(self.asked or self.told))


class NeedWords:
    """The words of all languages.

    Args:
        rules: language -> section -> rules.
    """

    def __init__(self, rules: RulesOfLanguages) -> None:
        self._rules = rules

    @classmethod
    def load(cls, locales: Path) -> NeedWords:
        """Read ``<language>/needs.yml`` under a ``locales`` folder.

        Raises:
            PatternError: a file is missing, a rule cannot be read or a section is unknown; names file and section.
        """
        return cls(
            load_languages(locales, FILE, "the words for needs of this language are missing", sorted(sections()))
        )

    def look(self, text: str) -> Wish:
        """What a message looks for, by its words.

        Args:
            text: what the person wrote, in any language or script.
        """
        normalised = normalise(text[:READ_CHARACTERS])
        read = written_forms(normalised)
        if not HAN.search(normalised.text) and len(_PINYIN.findall(normalised.text)) >= _PINYIN_LEAST:
            read.append(("zh", normalised))
        raised = {section for section in sections() if any(self._raised(section, *one) for one in read)}

        def needs(prefix: str) -> tuple[Need, ...]:
            return tuple(need for need in URGENCY if f"{prefix}_{need}" in raised)

        groups = tuple(group for group in get_args(Group) if f"serves_{group}" in raised)
        marks = {mark: mark in raised for mark in MARKS}
        return Wish(
            needs("asks"), needs("tells"), groups, marks["looking"], marks["now"], marks["free"], marks["failed"]
        )

    def _raised(self, section: str, language: str, text: Normalised) -> bool:
        return any(next(rule.find(text), None) is not None for rule in self._rules[language].get(section, ()))


def sections() -> frozenset[str]:
    """Every section a ``needs.yml`` may hold."""
    named = {f"{verb}_{need}" for verb in ("asks", "tells") for need in URGENCY}
    return frozenset(named | {f"serves_{group}" for group in get_args(Group)} | set(MARKS))


def choose_need(
    wish: Wish,
    finding: Mapping[str, float] | None = None,
    troubles: Mapping[str, float] | None = None,
    learned: Mapping[str, float] | None = None,
) -> Need | None:
    """The one need to search for: words, intents and the reader of needs together, any may be missing.

    Args:
        wish: what the words say.
        finding: need -> chance (0 to 1) that the message looks for such a service, as the model hears it.
        troubles: need -> chance that the message tells a trouble it answers.
        learned: need -> chance that it is looked for, of :class:`bot.directory.need_reader.NeedReader`.

    Returns:
        None where neither says anything.
    """
    points: dict[Need, float] = {}

    def add(need: str, worth: float) -> None:
        if need in URGENCY and worth > 0:
            points[need] = points.get(need, 0.0) + worth

    # "How do I apply as a refugee, I cannot go home": the words for going home deny it.
    asked = [need for need in wish.asked if need != "return" or "asylum" not in wish.asked]
    for need in asked:
        add(need, _NAMED_IN_GENERAL if need in _GENERAL else _NAMED_AS_TASK if need in _TASKS else _NAMED)
    for position, need in enumerate(wish.told):
        worth = _TOLD_TOO if need in _GENERAL else _TOLD_PLAINLY if need in _PLAIN else _TOLD
        add(need, worth / (1 + 0.25 * position))
    for heard, chance in (finding or {}).items():
        if heard == "return" and "return" not in asked and _fears_return(wish, learned or {}):
            continue  # "I cannot go back": the model hears that somebody speaks of going back
        add(heard, chance * (_FINDING_IN_GENERAL if heard in _GENERAL else _FINDING))
    for heard, chance in (troubles or {}).items():
        add(heard, chance * _TROUBLE)
    for heard, chance in (learned or {}).items():
        add(heard, chance * _LEARNED if chance >= _LEARNED_LEAST else 0.0)
    if not points:
        return None
    return min(points, key=lambda need: (-round(points[need], 6), URGENCY.index(need)))


def _fears_return(wish: Wish, learned: Mapping[str, float]) -> bool:
    """Whether who speaks of going back rather looks for protection from it."""
    heard = learned.get("asylum", 0.0)
    return "asylum" in (*wish.asked, *wish.told) or heard > max(learned.get("return", 0.0), _LEARNED_LEAST)

"""Recognise danger, suicide, a medical emergency, a child at risk and a wish to hide, by rules anyone can read.

The rules are ``locales/<language>/safety.yml``. They need no model, no database and no network, and are looked at
before anything else.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from bot.content.disguise import Disguises
from bot.content.normalise import HAN, normalise
from bot.content.patterns import Match
from bot.content.rule_files import RulesOfLanguages, every_rule, load_languages
from bot.content.written_forms import written_forms

Emergency = Literal["danger", "suicide", "medical", "child"]
AlarmKind = Literal["danger", "quick_exit", "suicide", "medical", "child"]

#: Which alarm wins where several are raised: danger over a quick exit, a quick exit over all others.
ALARM_KINDS: tuple[AlarmKind, ...] = get_args(AlarmKind)
EMERGENCIES: tuple[Emergency, ...] = get_args(Emergency)

#: A message of Telegram is never longer; more than this is read by nobody in an emergency.
READ_CHARACTERS = 4096


@dataclass(frozen=True)
class Alarm:
    """What the net saw.

    Args:
        kind: the strongest kind raised.
        language: the language of the rule that raised it.
        rule: id of the rule, for the content check and tests; never the text.
        also: the other kinds raised by the same text.
    """

    kind: AlarmKind
    language: str
    rule: str
    also: frozenset[AlarmKind] = frozenset()

    @property
    def emergency(self) -> Emergency | None:
        """The kind, unless it is only the wish to hide the chat."""
        return None if self.kind == "quick_exit" else self.kind


#: "exit" alone wants the chat gone; in a longer message ("by the metro exit") the word means itself. Words.
_BARE_MOST = 4
#: Most Chinese characters beside such a word.
_BARE_HAN_MOST = 2
#: Texts whose alarms are remembered for a moment.
_SEEN = 256


class SafetyNet:
    """The rules of all languages.

    Args:
        rules: language -> kind of alarm -> rules.
    """

    def __init__(self, rules: RulesOfLanguages) -> None:
        self._rules = rules
        self._disguises = Disguises.of(every_rule(rules))
        # A text is looked at before its turn and in it. Its words are not kept: a hash that nobody else can make.
        self._salt = os.urandom(16)
        self._seen: OrderedDict[bytes, Alarm | None] = OrderedDict()

    @classmethod
    def load(cls, locales: Path) -> SafetyNet:
        """Read ``<language>/safety.yml`` under a ``locales`` folder.

        Raises:
            PatternError: a file is missing or a rule cannot be read; names file and line.
        """
        return cls(load_languages(locales, "safety.yml", "the safety rules of this language are missing", ALARM_KINDS))

    def look(self, text: str) -> Alarm | None:
        """The strongest alarm a text raises, or None.

        Args:
            text: what the person wrote, in any language or script.
        """
        text = text[:READ_CHARACTERS]
        known = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=self._salt).digest()
        if known in self._seen:
            return self._seen[known]
        alarm = self._seen[known] = self._look(text)
        if len(self._seen) > _SEEN:
            self._seen.popitem(last=False)
        return alarm

    def plain(self, text: str) -> str:
        """A text with the words put right that are hidden in it; as it came where none are."""
        return self._disguises.plain(text)

    def _look(self, text: str) -> Alarm | None:
        normalised = normalise(text)
        read = written_forms(normalised)
        # "h3lp", «с@моубийство»: who fears filters hides the very words that matter.
        uncovered, hidden_words = self._disguises.uncover(normalised)
        if hidden_words:
            read += written_forms(uncovered)
        raised: dict[AlarmKind, tuple[str, str]] = {}
        for kind in ALARM_KINDS:
            for language, written in read:
                found = next(
                    (
                        rule.id
                        for rule in self._rules[language].get(kind, ())
                        if any(_tells(kind, written.original, found) for found in rule.find(written))
                    ),
                    None,
                )
                if found is not None:
                    raised[kind] = (language, found)
                    break
        if not raised:
            return None
        strongest = next(kind for kind in ALARM_KINDS if kind in raised)
        language, rule = raised[strongest]
        return Alarm(strongest, language, rule, frozenset(raised) - {strongest})


def _tells(kind: AlarmKind, text: str, found: Match) -> bool:
    """Whether a rule's words mean what they are for: one bare word hides a chat only where little else is said."""
    words = text[found.start : found.end]
    bare = kind == "quick_exit" and not HAN.search(words) and len(words.split()) < 2
    # "老板 boss 不发工资" is a sentence about a boss, not the one word that somebody types who is no longer alone.
    return not bare or (len(text.split()) <= _BARE_MOST and len(HAN.findall(text)) <= _BARE_HAN_MOST)

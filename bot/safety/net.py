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

from bot.content.normalise import normalise
from bot.content.rule_files import RulesOfLanguages, load_languages
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


#: Texts whose alarms are remembered for a moment.
_SEEN = 256


class SafetyNet:
    """The rules of all languages.

    Args:
        rules: language -> kind of alarm -> rules.
    """

    def __init__(self, rules: RulesOfLanguages) -> None:
        self._rules = rules
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
        known = hashlib.blake2b(text[:READ_CHARACTERS].encode("utf-8", "surrogatepass"), key=self._salt).digest()
        if known in self._seen:
            return self._seen[known]
        alarm = self._look(text[:READ_CHARACTERS])
        self._seen[known] = alarm
        if len(self._seen) > _SEEN:
            self._seen.popitem(last=False)
        return alarm

    def _look(self, text: str) -> Alarm | None:
        read = written_forms(normalise(text))
        raised: dict[AlarmKind, tuple[str, str]] = {}
        for kind in ALARM_KINDS:
            for language, written in read:
                found = next(
                    (
                        rule.id
                        for rule in self._rules[language].get(kind, ())
                        if next(rule.find(written), None) is not None
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

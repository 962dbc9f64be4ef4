"""Recognise danger, suicide, a medical emergency, a child at risk and a wish to hide, by rules anyone can read.

The rules are ``locales/<language>/safety.yml``. They need no model, no database and no network, and are looked at
before anything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from bot.content.languages import LANGUAGES, candidates, latin_chances
from bot.content.latin_typed import to_cyrillic
from bot.content.normalise import normalise
from bot.content.patterns import PatternError, Rule, load_rules

Emergency = Literal["danger", "suicide", "medical", "child"]
AlarmKind = Literal["danger", "quick_exit", "suicide", "medical", "child"]

#: Which alarm wins where several are raised: danger over a quick exit, a quick exit over all others.
ALARM_KINDS: tuple[AlarmKind, ...] = get_args(AlarmKind)
EMERGENCIES: tuple[Emergency, ...] = get_args(Emergency)

#: A message of Telegram is never longer; more than this is read by nobody in an emergency.
READ_CHARACTERS = 4096
#: Languages people also type in Latin letters, and how likely a text must be theirs to be read so.
TYPED_IN_LATIN, LATIN_CHANCE = ("ru", "bg"), 0.2


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


class SafetyNet:
    """The rules of all languages.

    Args:
        rules: language -> kind of alarm -> rules.
    """

    def __init__(self, rules: Mapping[str, Mapping[str, tuple[Rule, ...]]]) -> None:
        self._rules = rules

    @classmethod
    def load(cls, locales: Path) -> SafetyNet:
        """Read ``<language>/safety.yml`` under a ``locales`` folder.

        Raises:
            PatternError: a file is missing or a rule cannot be read; names file and line.
        """
        rules = {}
        for language in LANGUAGES:
            path = locales / language / "safety.yml"
            if not path.exists():
                raise PatternError(f"{path}: the safety rules of this language are missing")
            rules[language] = load_rules(path)
            unknown = set(rules[language]) - set(ALARM_KINDS)
            if unknown:
                raise PatternError(f"{path}: unknown section «{sorted(unknown)[0]}»; there is {', '.join(ALARM_KINDS)}")
        return cls(rules)

    def look(self, text: str) -> Alarm | None:
        """The strongest alarm a text raises, or None.

        Args:
            text: what the person wrote, in any language or script.
        """
        text = text[:READ_CHARACTERS]
        normalised = normalise(text)
        read = [(language, normalised) for language in candidates(normalised.text)]
        # "on menya byot": rules are written in Cyrillic.
        chances = latin_chances(text)
        read += [
            (language, normalise(to_cyrillic(text, language)))
            for language in TYPED_IN_LATIN
            if chances.get(language, 0.0) >= LATIN_CHANCE
        ]
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

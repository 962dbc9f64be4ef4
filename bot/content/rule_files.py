"""Rule files that every language has: read together, with what is missing or misnamed said by file."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from bot.content.languages import LANGUAGES
from bot.content.patterns import PatternError, Rule, load_rules

#: Language -> section -> rules.
RulesOfLanguages = Mapping[str, Mapping[str, tuple[Rule, ...]]]

RULE_FILES = (
    "safety.yml", "red_flags.yml", "offers.yml", "named.yml", "offer_talk.yml", "needs.yml", "forms.yml",
)  # fmt: skip


def load_languages(
    locales: Path, name: str, missing: str, sections: Collection[str] | None = None
) -> dict[str, dict[str, tuple[Rule, ...]]]:
    """The rule file of this name of every language.

    Args:
        locales: the folder with a folder a language.
        name: of the file, such as ``offers.yml``.
        missing: what to say where a language has none.
        sections: those there are; None: any.

    Raises:
        PatternError: a file is missing, cannot be read, or has another section; names the file.
    """
    rules = {}
    for language in LANGUAGES:
        path = locales / language / name
        if not path.exists():
            raise PatternError(f"{path}: {missing}")
        rules[language] = load_rules(path)
        unknown = set() if sections is None else set(rules[language]) - set(sections)
        if unknown:
            raise PatternError(f"{path}: unknown section «{sorted(unknown)[0]}»; there is {', '.join(sections or ())}")
    return rules


def rule_paths(locales: Path) -> list[Path]:
    """The rule files there are, of all languages; the longest first.

    Args:
        locales: the folder with a folder a language.
    """
    paths = (locales / language / name for language in LANGUAGES for name in RULE_FILES)
    return sorted(filter(Path.exists, paths), key=lambda path: path.stat().st_size, reverse=True)


def compile_rules(path: Path) -> None:
    """Read a rule file, so that it lies there compiled; one that cannot be read is named by whoever loads it."""
    with contextlib.suppress(PatternError):
        load_rules(path)


def every_rule(rules: RulesOfLanguages) -> Iterator[Rule]:
    """The rules of all languages and sections."""
    return (rule for sections in rules.values() for of_section in sections.values() for rule in of_section)

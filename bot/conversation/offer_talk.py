"""The talk goes on about an offer: "why is that bad?", "and if there is a contract?", "I already paid".

Short questions that mean something only after an offer was screened, by the rules of
``locales/<language>/offer_talk.yml``. Anything longer or else goes to the dialogue model.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.content.catalogues import Catalogues
from bot.content.languages import candidates
from bot.content.normalise import Normalised, normalise
from bot.content.rule_files import RulesOfLanguages, load_languages
from bot.conversation.messages import Reply
from bot.conversation.offers import OfferAnswer

#: A longer message tells something of its own.
CHARACTERS = 90
#: Flags explained at once.
EXPLAINED = 3
#: What may be asked, in the order in which it counts.
QUESTIONS = ("paid", "contract", "known", "why")


def load_offer_talk(locales: Path) -> RulesOfLanguages:
    """Read ``<language>/offer_talk.yml`` under a ``locales`` folder.

    Raises:
        PatternError: a file is missing or cannot be read; names file and line.
    """
    return load_languages(locales, "offer_talk.yml", "the questions about an offer are missing", QUESTIONS)


class OfferTalk:
    """Answers short questions about the offer screened last."""

    def __init__(self, catalogues: Catalogues, answer: OfferAnswer, rules: RulesOfLanguages) -> None:
        self._catalogues = catalogues
        self._answer = answer
        self._rules = rules

    def reply(self, text: str, flags: Sequence[str] | None, language: str) -> Reply | None:
        """The answer, or None where a message is no such question.

        Args:
            text: what the person wrote.
            flags: those of the offer screened last, the heaviest first; None where there was no offer.
            language: of the answer.
        """
        if flags is None or len(text) > CHARACTERS:
            return None
        question = self._question(normalise(text))
        if question is None:
            return None
        say = self._catalogues.text
        buttons = self._answer.buttons(language, more=bool(flags))
        if question != "why":
            return Reply(say(f"offer.{question}", language), buttons)
        if not flags:
            return Reply(say("offer.why_nothing", language), buttons)
        parts = [say("offer.why", language)]
        for flag in flags[:EXPLAINED]:
            parts.append(
                f"<b>{say(f'flag.{flag}.title', language)}</b>\n{say(f'flag.{flag}.why', language)}\n"
                + say("answer.ask", language, ask=say(f"flag.{flag}.ask", language))
            )
        return Reply("\n\n".join(parts), buttons)

    def _question(self, text: Normalised) -> str | None:
        for question in QUESTIONS:
            for language in candidates(text.text):
                for rule in self._rules[language].get(question, ()):
                    if next(rule.find(text), None) is not None:
                        return question
        return None

"""A screening as a message: the level, the words that raised each flag, why, and what to do. Never "safe"."""

from __future__ import annotations

from collections.abc import Sequence

from bot.content.catalogues import Catalogues
from bot.conversation.messages import Button, Reply
from bot.directory.places import country_name
from bot.screening.detect import Finding
from bot.screening.flags import FLAGS
from bot.screening.screen import Screening

#: Flags shown with their quotes in the first message, and those of them with what to ask.
SHOWN, ASKED = 5, 2
#: Longest quote shown, characters.
QUOTE_CHARACTERS = 140
#: What stands between the members of a list.
_LISTED = {"ru": ", ", "en": ", ", "bg": ", ", "zh": "、"}
_WEIGHT_ORDER = {"critical": 0, "high": 1, "medium": 2, "low": 3}


class OfferAnswer:
    """Builds the answer to a screened offer."""

    def __init__(self, catalogues: Catalogues) -> None:
        self._catalogues = catalogues

    def reply(self, screening: Screening, language: str, *, told: bool = False) -> Reply:
        """The first message about an offer.

        Args:
            screening: what was found; must be an offer.
            language: of the answer, not of the offer.
            told: the person retold it; its own words are asked for.
        """
        say = self._catalogues.text
        findings = by_weight(screening.findings)
        level = "low_flags" if screening.level == "low" and findings else screening.level
        parts = [say(f"level.{level}", language)]
        parts += [self._sign(finding, language, ask=number < ASKED) for number, finding in enumerate(findings[:SHOWN])]
        if len(findings) > SHOWN:
            parts.append(say("answer.more_signs", language, number=len(findings) - SHOWN))
        if screening.disguised:
            parts.append(say("answer.disguised", language))
        facts = self._facts(screening, language)
        if facts:
            parts.append(facts)
        if told:
            parts.append(say("answer.told", language))
        elif screening.short:
            parts.append(say("answer.too_short", language))
        elif screening.missing:
            things = _LISTED[language].join(say(f"missing.{name}", language) for name in screening.missing)
            parts.append(say("answer.missing", language, things=things))
        parts.append(say(f"answer.next_{screening.level}", language))
        parts.append(say("level.note", language))
        return Reply("\n\n".join(parts), self.buttons(language, more=bool(findings), forget=True))

    def _facts(self, screening: Screening, language: str) -> str:
        """What its contacts say: no red flags, but worth a look."""
        say = self._catalogues.text
        facts = []
        if screening.phone_countries:
            names = _LISTED[language].join(country_name(code, language) for code in screening.phone_countries)
            facts.append(say("answer.phone_from", language, countries=names))
        if screening.short_link:
            facts.append(say("answer.short_link", language))
        return "\n".join(facts)

    def all_signs(self, flags: Sequence[str], language: str) -> Reply:
        """Every flag of the last offer with what to ask; the offer's own words are not kept."""
        say = self._catalogues.text
        known = [flag for flag in flags if flag in FLAGS]
        if not known:
            return Reply(say("answer.no_offer_kept", language), self.buttons(language, more=False))
        parts = [say("answer.all_title", language)]
        for flag in known:
            parts.append(
                f"<b>{say(f'flag.{flag}.title', language)}</b>\n{say(f'flag.{flag}.why', language)}\n"
                + say("answer.ask", language, ask=say(f"flag.{flag}.ask", language))
            )
        return Reply("\n\n".join(parts), self.buttons(language, more=False))

    def what_to_do(self, language: str) -> Reply:
        """Steps that fit any offer."""
        return Reply(self._catalogues.text("answer.todo", language), self.buttons(language, more=False))

    def forgotten(self, language: str) -> Reply:
        """After "forget this offer"."""
        return Reply(self._catalogues.text("offer.forgotten", language), self.buttons(language, more=False))

    def never_safe(self, flags: Sequence[str], language: str) -> Reply:
        """To "so it is safe?": that nobody can say so, and what to do instead.

        Args:
            flags: those of the last offer; where there are none, none are offered.
            language: of the answer.
        """
        say = self._catalogues.text
        return Reply(
            f"{say('level.note', language)}\n\n{say('answer.todo', language)}", self.buttons(language, more=bool(flags))
        )

    def buttons(self, language: str, *, more: bool, forget: bool = False) -> tuple[tuple[Button, ...], ...]:
        """Show all, what to do, a person, report, and to forget the offer."""
        say = self._catalogues.text
        first = [Button(say("button.what_to_do", language), "offer:do")]
        if more:
            first.insert(0, Button(say("button.all_flags", language), "offer:all"))
        rows = [
            tuple(first),
            (
                Button(say("button.human", language), "do:talk_to_human"),
                Button(say("button.report", language), "rep:start"),
            ),
        ]
        if forget:
            rows.append((Button(say("button.forget_offer", language), "offer:forget"),))
        return tuple(rows)

    def _sign(self, finding: Finding, language: str, *, ask: bool) -> str:
        say = self._catalogues.text
        quote = " ".join(finding.quote.split())
        if len(quote) > QUOTE_CHARACTERS:
            quote = quote[: QUOTE_CHARACTERS - 1] + "…"
        sign = say(
            "answer.sign_learned" if finding.learned else "answer.sign",
            language,
            title=say(f"flag.{finding.id}.title", language),
            quote=quote,
            why=say(f"flag.{finding.id}.why", language),
        )
        if ask:
            sign += "\n" + say("answer.ask", language, ask=say(f"flag.{finding.id}.ask", language))
        return sign


def by_weight(findings: Sequence[Finding]) -> list[Finding]:
    """Findings, the heaviest first; equal ones in the order of the text."""
    return sorted(findings, key=lambda finding: (_WEIGHT_ORDER[FLAGS[finding.id]], finding.start))

"""The menus: what the bot offers when nothing else is being talked about."""

from __future__ import annotations

from bot.content.catalogues import Catalogues
from bot.content.languages import LANGUAGES
from bot.conversation.messages import Button, Reply

#: Each language in its own words: somebody who reads no other must find it.
LANGUAGE_NAMES = {"ru": "Русский", "en": "English", "bg": "Български", "zh": "中文"}

#: Commands of the menu, in order (https://core.telegram.org/bots/features#commands).
COMMANDS = ("start", "help", "check", "services", "human", "report", "language", "hide", "forget")

#: Questions offered to somebody who does not know where to begin.
COMMON_QUESTIONS = (
    "ask_warning_signs",
    "ask_recruitment_fees",
    "ask_passport_taken",
    "ask_unpaid_wages",
    "ask_locked_in",
    "ask_debt_bondage",
    "ask_threats",
    "ask_undocumented",
    "ask_sextortion",
    "ask_scam_compound",
)


class Menus:
    """Builds menus in a language."""

    def __init__(self, catalogues: Catalogues) -> None:
        self._catalogues = catalogues

    def main(self, language: str, text_id: str = "menu.title") -> Reply:
        """The main menu under a text."""
        return Reply(self._catalogues.text(text_id, language), self.main_buttons(language))

    def main_buttons(self, language: str) -> tuple[tuple[Button, ...], ...]:
        """The rows of the main menu; danger stands first and alone."""
        say = self._catalogues.text
        return (
            (Button(say("menu.danger", language), "do:emergency_danger"),),
            (
                Button(say("menu.check", language), "do:screen_offer"),
                Button(say("menu.services", language), "need:"),
            ),
            (
                Button(say("menu.self_check", language), "sc:start"),
                Button(say("menu.report", language), "rep:start"),
            ),
            (
                Button(say("menu.question", language), "questions:"),
                Button(say("menu.human", language), "do:talk_to_human"),
            ),
            (
                Button(say("menu.language", language), "do:change_language"),
                Button(say("menu.hide", language), "hide:"),
            ),
            (Button(say("menu.privacy", language), "privacy:"),),
        )

    def help_buttons(self, language: str) -> tuple[tuple[Button, ...], ...]:
        """Who can help, a person, the menu: never a dead end."""
        say = self._catalogues.text
        return (
            (
                Button(say("button.services", language), "need:"),
                Button(say("button.human", language), "do:talk_to_human"),
            ),
            (Button(say("button.menu", language), "menu:"),),
        )

    def questions(self, language: str) -> Reply:
        """Common questions as buttons."""
        say = self._catalogues.text
        rows = [(Button(say(f"meaning.{intent}", language), f"do:{intent}"),) for intent in COMMON_QUESTIONS]
        return Reply(say("questions.title", language), (*rows, (Button(say("button.menu", language), "menu:"),)))

    def languages(self, language: str) -> Reply:
        """The choice of language."""
        buttons = tuple(Button(LANGUAGE_NAMES[code], f"lang:{code}") for code in LANGUAGES)
        return Reply(self._catalogues.text("language.ask", language), (buttons[:2], buttons[2:]))

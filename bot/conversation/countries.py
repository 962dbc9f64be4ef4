"""Countries offered as buttons, and the way a country is asked for."""

from __future__ import annotations

from bot.content.catalogues import Catalogues
from bot.conversation.messages import Button
from bot.directory.places import country_name

#: Where people who write to the bot often are. Never chosen by language; sorted by name in the person's language.
OFFERED = ("AE", "BG", "CN", "DE", "ES", "GB", "GR", "IT", "KH", "KZ", "MM", "PL", "RU", "TH", "TR", "UA")
_PER_ROW = 4


def country_buttons(language: str, verb: str = "country") -> tuple[tuple[Button, ...], ...]:
    """Rows of country buttons.

    Args:
        language: of the labels and their order.
        verb: beginning of the callback data; the ISO code follows it.
    """
    named = sorted((country_name(code, language), code) for code in OFFERED)
    buttons = [Button(name, f"{verb}:{code}") for name, code in named]
    return tuple(tuple(buttons[index : index + _PER_ROW]) for index in range(0, len(buttons), _PER_ROW))


def ask_country(catalogues: Catalogues, language: str) -> tuple[str, tuple[tuple[Button, ...], ...]]:
    """The question for a country with its buttons."""
    return catalogues.text("services.ask_country", language), country_buttons(language)

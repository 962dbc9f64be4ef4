"""How the rules of each language read a message: as it stands, and Latin-typed Russian and Bulgarian in Cyrillic."""

from __future__ import annotations

from bot.content.languages import candidates, latin_chances
from bot.content.latin_typed import to_cyrillic
from bot.content.normalise import Normalised, normalise

#: Languages people also type in Latin letters, and how likely a text must be theirs to be read so.
TYPED_IN_LATIN, LATIN_CHANCE = ("ru", "bg"), 0.2


def written_forms(text: Normalised) -> list[tuple[str, Normalised]]:
    """Whose rules must look at a text, each with the form of the text to look at.

    Args:
        text: what the person wrote, in any language or script.
    """
    forms = [(language, text) for language in candidates(text.text)]
    # "on menya byot": rules are written in Cyrillic.
    chances = latin_chances(text.original)
    return forms + [
        (language, normalise(to_cyrillic(text.original, language)))
        for language in TYPED_IN_LATIN
        if chances.get(language, 0.0) >= LATIN_CHANCE
    ]

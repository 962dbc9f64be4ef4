"""The cover: after the person hid the chat, the bot is a small converter of units until it reads a word of theirs.

For somebody whose phone is looked through. An empty chat with a bot invites whoever holds the phone to write to it, and
the bot would greet them with what it is for. What is kept of the person meanwhile: their chat, their language, their
country (for numbers), the time after which messages delete themselves, and the word as a hash. Nothing else.

What still works under the cover, and why, stands in docs/decisions.md: an emergency in plain words is answered, with
numbers alone; ``/forget`` erases everything at once; ``/hide`` empties the chat again.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from typing import Any

from bot.content.catalogues import Catalogues
from bot.conversation.messages import Button, Inbound, Reply
from bot.conversation.units import convert
from bot.store.people import Person

#: Field of a person with a cover: ``{"word": hash, "on": bool}``.
COVER = "cover"
#: What the bot waits for while a person chooses their word (``person.fields["expecting"]``).
AWAITED_WORD = "cover_word"
#: Length of a word, characters: what somebody tries out by chance is shorter, what is forgotten longer.
WORD_CHARACTERS = (4, 40)
#: What survives hiding beside the cover itself: settings that protect, and nothing about what was said.
_KEPT_FIELDS = (COVER, "discreet")


def _plain(word: str) -> str:
    """A word without what a keyboard does to it: capitals, blanks, full stops."""
    folded = unicodedata.normalize("NFKC", word).casefold().replace("ё", "е")
    return "".join(character for character in folded if character.isalnum())


def _digest(person: Person, word: str) -> str:
    return hashlib.blake2b(_plain(word).encode(), key=person.ref[:64].encode(), digest_size=16).hexdigest()


def has_cover(person: Person) -> bool:
    """Whether the next hiding puts the cover on."""
    return isinstance(person.fields.get(COVER), dict)


def is_covered(person: Person) -> bool:
    """Whether the bot is but a converter of units now."""
    return has_cover(person) and bool(person.fields[COVER].get("on"))


def may_be_word(inbound: Inbound) -> bool:
    """Whether a message may be meant as the word the bot asked for, and not as something else to say."""
    words = inbound.text
    return inbound.kind == "text" and not inbound.forwarded and "\n" not in words and len(words) <= WORD_CHARACTERS[1]


def fits_as_word(word: str) -> bool:
    """Whether nobody says this by chance: it is not too short, and no amount."""
    in_chinese = any("\u4e00" <= character <= "\u9fff" for character in word)
    return len(_plain(word)) >= (2 if in_chinese else WORD_CHARACTERS[0]) and convert(word, "en") is None


def choose_word(person: Person, word: str) -> None:
    """Have the next hiding put the cover on."""
    person.fields[COVER] = {"word": _digest(person, word), "on": False}


def drop_cover(person: Person) -> None:
    """No cover any more."""
    person.fields.pop(COVER, None)


def is_word(person: Person, text: str) -> bool:
    """Whether a message is the person's word and nothing else."""
    return has_cover(person) and hmac.compare_digest(str(person.fields[COVER].get("word")), _digest(person, text))


def lift_cover(person: Person) -> None:
    """The word was said: the bot is itself until the next hiding."""
    person.fields[COVER] = {**person.fields[COVER], "on": False}


def kept_under_cover(person: Person) -> Person | None:
    """What is remembered of somebody who hides, with the cover on; None where they have none."""
    if not has_cover(person):
        return None
    fields: dict[str, Any] = {name: person.fields[name] for name in _KEPT_FIELDS if name in person.fields}
    fields[COVER] = {**fields[COVER], "on": True}
    return Person(
        person.ref,
        person.chat_id,
        language=person.language,
        language_chosen=person.language_chosen,
        country=person.country,
        delete_after_hours=person.delete_after_hours,
        fields=fields,
    )


class CoverAnswer:
    """What the converter says."""

    def __init__(self, catalogues: Catalogues) -> None:
        self._catalogues = catalogues

    def reply(self, inbound: Inbound, language: str) -> Reply:
        """The amount in another unit, or how to ask for one."""
        text = convert(inbound.text, language) if inbound.kind == "text" else None
        return Reply(text or self._catalogues.text("cover.hello", language), plain=True)

    def emergency(self, numbers: str, buttons: tuple[tuple[Button, ...], ...]) -> Reply:
        """Numbers of an emergency and nothing that tells what else the bot knows."""
        return Reply(numbers, buttons, urgent=True, plain=True)

"""What somebody reads who has sent more than can be read: once, kindly, with a way to help that works meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.content.catalogues import Catalogues
from bot.content.languages import choose
from bot.conversation.cover import is_covered
from bot.conversation.menus import Menus
from bot.conversation.messages import Inbound, Reply
from bot.safety.limits import Kind
from bot.store.turn import Turn

_TEXTS = {Kind.OFFERS: "limits.offers", Kind.FILES: "limits.files"}


@dataclass(frozen=True)
class Pause:
    """A sender must wait.

    Args:
        kind: with what.
        minutes: how long.
    """

    kind: Kind
    minutes: int


class Pauses:
    """Writes these answers. Somebody under the cover gets none: it would tell what the bot is."""

    def __init__(self, catalogues: Catalogues, menus: Menus) -> None:
        self._catalogues = catalogues
        self._menus = menus

    def replies(self, pause: Pause) -> Callable[[Inbound, Turn], list[Reply]]:
        """The answer to the first message that is not read."""

        def answer(inbound: Inbound, turn: Turn) -> list[Reply]:
            text_id = _TEXTS.get(pause.kind, "limits.messages")
            return self._say(text_id, inbound, turn, minutes=pause.minutes)

        return answer

    def busy(self, inbound: Inbound, turn: Turn) -> list[Reply]:
        """The answer to a file for which there is no place now: others sent too many."""
        return self._say("limits.busy", inbound, turn)

    def _say(self, text_id: str, inbound: Inbound, turn: Turn, **parameters: object) -> list[Reply]:
        person = turn.person
        if is_covered(person):
            return []
        language = person.language or choose(inbound.text, language_code=inbound.language_code)
        text = self._catalogues.text(text_id, language, **parameters)
        return [Reply(text, self._menus.help_buttons(language))]

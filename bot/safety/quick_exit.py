"""Quick exit: the chat is emptied, its command menu too, and the next message is met as a stranger's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.store.people import Person
from bot.store.turn import Turn

#: Messages deleted by one call (https://core.telegram.org/bots/api#deletemessages).
DELETED_AT_ONCE = 100


def chunks(message_ids: Sequence[int]) -> Iterator[list[int]]:
    """Message numbers in groups that one call may delete, the newest first: they are what a glance sees."""
    newest_first = sorted(message_ids, reverse=True)
    for start in range(0, len(newest_first), DELETED_AT_ONCE):
        yield newest_first[start : start + DELETED_AT_ONCE]


async def hide(turn: Turn, start: str, kept: Person | None = None) -> None:
    """Delete both sides' messages as far as Telegram allows, empty the chat's command menu, forget the dialogue.

    Nothing is sent: a notification would tell more than an empty chat.

    Args:
        turn: the person's turn; ends with the person being a stranger, but for an open case.
        start: what the one command that is left is called.
        kept: what they chose beforehand to have remembered all the same.
    """
    chat_id = turn.person.chat_id
    erased = await turn.hide(kept)
    empty_chat(turn, chat_id, erased.message_ids, start)


def empty_chat(turn: Turn, chat_id: int, message_ids: Sequence[int], start: str) -> None:
    """Have messages deleted and the chat's own command menu emptied.

    An empty list would let the menu of all chats show through again (the commands of a narrower scope win only where
    there are any, https://core.telegram.org/bots/api#determining-list-of-commands), so ``/start`` alone is left.
    """
    for group in chunks(message_ids):
        turn.send("deleteMessages", {"chat_id": chat_id, "message_ids": group}, purpose="hide")
    turn.send(
        "setMyCommands",
        {
            "commands": [{"command": "start", "description": start}],
            "scope": {"type": "chat", "chat_id": chat_id},
        },
        purpose="hide",
    )

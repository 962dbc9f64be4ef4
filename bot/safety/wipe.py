"""Wipe: everything about a person is erased here, in the staff's group, and in the chat as far as Telegram allows."""

from __future__ import annotations

from bot.safety.quick_exit import empty_chat
from bot.store.turn import Turn


async def forget(turn: Turn, confirmation: str, start: str, staff_chat_id: int | None) -> None:
    """Erase the person and confirm it with a word that tells nothing.

    Args:
        turn: the person's turn.
        confirmation: what the chat shows afterwards.
        start: what the one command that is left in the chat's menu is called.
        staff_chat_id: the group whose topics of this person are deleted.
    """
    chat_id = turn.person.chat_id
    erased = await turn.wipe()
    empty_chat(turn, chat_id, erased.message_ids, start)
    if staff_chat_id is not None:
        for topic_id in erased.topic_ids:
            turn.send(
                "deleteForumTopic",
                {"chat_id": staff_chat_id, "message_thread_id": topic_id},
                purpose="wipe",
                lane=f"topic:{topic_id}",
            )
    turn.send("sendMessage", {"chat_id": chat_id, "text": confirmation}, purpose="wipe")

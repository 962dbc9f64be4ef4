"""The staff's forum group and ordinary groups."""

from __future__ import annotations

import pytest
from telegram import Bot, ChatMemberAdministrator, Update
from telegram.error import BadRequest, Forbidden

from bot.sandbox.client import PersonClient, SandboxClient, SandboxError
from bot.sandbox.server import SandboxServer


async def test_a_case_in_a_topic(bot: Bot, server: SandboxServer, sandbox: SandboxClient) -> None:
    topic = await bot.create_forum_topic(server.staff_chat_id, "Case 1 · ru · shelter")
    thread = topic.message_thread_id
    sent = await bot.send_message(server.staff_chat_id, "New case", message_thread_id=thread)
    assert sent.is_topic_message and sent.message_thread_id == thread
    assert await bot.get_updates() == (), "a bot is not told of what it does itself"
    said = await sandbox.staff.say(thread, "I take it", by="Petar")
    message = (await bot.get_updates())[-1].message
    assert (message.text, message.from_user.first_name) == ("I take it", "Petar")
    assert message.chat.is_forum and message.message_thread_id == thread
    assert message.reply_to_message.forum_topic_created.name == "Case 1 · ru · shelter", "Telegram's quirk"
    await sandbox.staff.say(thread, "an answer", reply_to=sent.message_id)
    assert (await bot.get_updates())[-1].message.reply_to_message.message_id == sent.message_id
    await sandbox.staff.say(None, "good morning")
    general = (await bot.get_updates())[-1].message
    assert general.message_thread_id is None and not general.is_topic_message
    assert [m.text for m in await sandbox.staff.messages(topic=0)] == ["good morning"]
    assert said.topic == thread


async def test_closing_by_hand_and_by_the_bot(bot: Bot, server: SandboxServer, sandbox: SandboxClient) -> None:
    chat = server.staff_chat_id
    thread = (await bot.create_forum_topic(chat, "Case")).message_thread_id
    await sandbox.staff.close(thread)
    message = (await bot.get_updates())[-1].message
    assert message.forum_topic_closed is not None and message.message_thread_id == thread
    with pytest.raises(BadRequest, match=r"(?i)TOPIC_NOT_MODIFIED"):
        await bot.close_forum_topic(chat, thread)
    assert await bot.send_message(chat, "still possible for a topic manager", message_thread_id=thread)
    assert await bot.reopen_forum_topic(chat, thread)
    assert await bot.edit_forum_topic(chat, thread, name="Case, urgent")
    with pytest.raises(BadRequest, match=r"(?i)TOPIC_NOT_MODIFIED"):
        await bot.edit_forum_topic(chat, thread, name="Case, urgent")
    assert (await sandbox.staff.wait_topic("urgent"))["closed"] is False
    assert await bot.delete_forum_topic(chat, thread)
    assert await sandbox.staff.topics() == []
    assert await sandbox.staff.messages(topic=thread) == []
    with pytest.raises(BadRequest, match=r"(?i)TOPIC_ID_INVALID"):
        await bot.close_forum_topic(chat, thread)
    with pytest.raises(BadRequest, match=r"(?i)message thread not found"):
        await bot.send_message(chat, "x", message_thread_id=thread)


async def test_the_bot_finds_out_about_a_deleted_topic_only_when_it_writes(
    bot: Bot, server: SandboxServer, sandbox: SandboxClient
) -> None:
    thread = (await bot.create_forum_topic(server.staff_chat_id, "Case")).message_thread_id
    await sandbox.staff.topic(thread, "delete")
    assert await bot.get_updates() == ()
    with pytest.raises(BadRequest, match=r"(?i)message thread not found"):
        await bot.send_message(server.staff_chat_id, "x", message_thread_id=thread)


async def test_rights(bot: Bot, server: SandboxServer, sandbox: SandboxClient, anna: PersonClient) -> None:
    chat = server.staff_chat_id
    me = await bot.get_chat_member(chat, bot.id)
    assert isinstance(me, ChatMemberAdministrator) and me.can_manage_topics
    assert len(await bot.get_chat_administrators(chat)) == 3
    assert (await bot.get_chat_member(chat, anna.id)).status == "left"
    await sandbox.staff.bot("administrator", can_manage_topics=False)
    with pytest.raises(BadRequest, match=r"(?i)not enough rights to create a topic"):
        await bot.create_forum_topic(chat, "Case")
    await sandbox.staff.bot("left")
    with pytest.raises(Forbidden, match=r"(?i)bot is not a member of the supergroup chat"):
        await bot.send_message(chat, "x")
    with pytest.raises(BadRequest, match=r"(?i)the chat is not a forum"):
        await bot.create_forum_topic(anna.id, "Case")


async def test_topic_names(bot: Bot, server: SandboxServer) -> None:
    assert await bot.create_forum_topic(server.staff_chat_id, "x" * 128)
    with pytest.raises(BadRequest, match=r"(?i)topic name is too long"):
        await bot.create_forum_topic(server.staff_chat_id, "x" * 129)
    with pytest.raises(BadRequest, match=r"(?i)TOPIC_TITLE_EMPTY"):
        await bot.create_forum_topic(server.staff_chat_id, " ")
    with pytest.raises(BadRequest, match=r"(?i)TOPIC_ICON_COLOR_INVALID"):
        await bot.create_forum_topic(server.staff_chat_id, "x", icon_color=1)


async def test_an_ordinary_group_and_privacy_mode(bot: Bot, sandbox: SandboxClient, anna: PersonClient) -> None:
    group = await sandbox.group("Family", [anna])
    with pytest.raises(Forbidden, match=r"(?i)not a member"):
        await bot.send_message(group.id, "hello")
    await group.bot("member")
    updates = await bot.get_updates(allowed_updates=Update.ALL_TYPES)
    assert updates[-2].my_chat_member.new_chat_member.status == "member"
    assert updates[-1].message.new_chat_members[0].id == bot.id
    seen = len(updates)
    await anna.say("just between us", chat_id=group.id)
    assert len(await bot.get_updates()) == seen, "not for the bot's ears"
    await anna.say(f"/start@{bot.username}", chat_id=group.id)
    assert (await bot.get_updates())[-1].message.chat.type == "group"
    with pytest.raises(SandboxError, match="not in the group"):
        stranger = await sandbox.person("Stranger")
        await stranger.say("hi", chat_id=group.id)
    assert await bot.leave_chat(group.id)
    with pytest.raises(Forbidden):
        await bot.send_message(group.id, "hello")

"""Messages between people and the bot, through the real python-telegram-bot."""

from __future__ import annotations

import httpx
import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    MessageOriginHiddenUser,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest, Forbidden

from bot.sandbox.client import NoReply, PersonClient, SandboxClient
from bot.sandbox.server import SandboxServer


async def newest(bot: Bot) -> Update:
    return (await bot.get_updates(allowed_updates=Update.ALL_TYPES))[-1]


async def test_a_command_arrives_as_telegram_sends_it(bot: Bot, sandbox: SandboxClient) -> None:
    person = await sandbox.person("Boris", language_code="bg")
    await person.start("from_leaflet")
    message = (await newest(bot)).message
    assert message.text == "/start from_leaflet"
    assert message.from_user.language_code == "bg"
    assert message.chat.type == "private" and message.chat.id == person.id == message.from_user.id
    assert [entity.type for entity in message.entities] == ["bot_command"]


async def test_offsets_count_utf16_units(bot: Bot, anna: PersonClient) -> None:
    await anna.say("🆘🆘 see https://example.org/a, call +000 000 000 00")
    message = (await newest(bot)).message
    found = message.parse_entities()
    assert sorted(found.values()) == ["+000 000 000 00", "https://example.org/a"]
    sent = await bot.send_message(anna.id, "🆘 <b>жирный</b> &lt;x&gt;", parse_mode="HTML")
    assert sent.text == "🆘 жирный <x>"
    assert (sent.entities[0].offset, sent.entities[0].length) == (3, 6)


async def test_a_reply_reaches_the_person(bot: Bot, anna: PersonClient) -> None:
    said = await anna.say("hello")
    await bot.send_message(
        anna.id,
        "here",
        reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("Help", callback_data="do:help")]]),
        reply_parameters=ReplyParameters(said.message_id),
    )
    seen = await anna.wait_reply("here")
    assert seen.buttons == [["Help"]]
    assert seen.message["reply_to_message"]["text"] == "hello"


async def test_waiting_for_a_reply_that_never_comes_says_what_came(bot: Bot, anna: PersonClient) -> None:
    await bot.send_message(anna.id, "something else")
    with pytest.raises(NoReply, match="something else"):
        await anna.wait_reply("hotline", timeout=0.1)


async def test_ticks_turn_when_the_bot_confirms(bot: Bot, anna: PersonClient) -> None:
    said = await anna.say("are you there?")
    updates = await bot.get_updates()
    assert not (await anna.messages(containing="are you there"))[0].seen
    await bot.get_updates(offset=updates[-1].update_id + 1, timeout=0)
    assert (await anna.messages(containing="are you there"))[0].seen
    assert said.seen is False


async def test_a_button_press_is_answered_once(bot: Bot, anna: PersonClient) -> None:
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Да", callback_data="handoff:yes")]])
    sent = await bot.send_message(anna.id, "Позвать?", reply_markup=markup)
    query_id = await anna.press("Да")
    query = (await newest(bot)).callback_query
    assert (query.id, query.data, query.message.message_id) == (query_id, "handoff:yes", sent.message_id)
    assert await query.answer("Сейчас")
    assert await anna.wait_answer(query_id) == "Сейчас"
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await query.answer()


async def test_a_button_press_cannot_be_answered_late(bot: Bot, sandbox: SandboxClient, anna: PersonClient) -> None:
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Да", callback_data="x")]])
    await bot.send_message(anna.id, "?", reply_markup=markup)
    query_id = await anna.press("Да", inaccessible=True)
    assert (await newest(bot)).callback_query.message.is_accessible is False
    await sandbox.advance(60)
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await bot.answer_callback_query(query_id)
    with pytest.raises(BadRequest, match=r"(?i)query ID is invalid"):
        await bot.answer_callback_query("12345")


async def test_editing(bot: Bot, anna: PersonClient) -> None:
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("A", callback_data="a")]])
    sent = await bot.send_message(anna.id, "one", reply_markup=markup)
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_text("one", anna.id, sent.message_id, reply_markup=markup)
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_reply_markup(anna.id, sent.message_id, reply_markup=markup)
    edited = await bot.edit_message_text("<i>two</i>", anna.id, sent.message_id, parse_mode="HTML")
    assert (edited.text, edited.reply_markup) == ("two", None), "without a keyboard the old one goes"
    assert (await anna.wait_reply("two")).buttons == []
    with pytest.raises(BadRequest, match=r"(?i)message to edit not found"):
        await bot.edit_message_text("x", anna.id, 999999)
    theirs = await anna.say("mine")
    with pytest.raises(BadRequest, match=r"(?i)message can't be edited"):
        await bot.edit_message_text("x", anna.id, theirs.message_id)
    asked = await bot.send_message(anna.id, "where?", reply_markup=ReplyKeyboardMarkup([["here"]]))
    with pytest.raises(BadRequest, match=r"(?i)message can't be edited"):
        await bot.edit_message_text("x", anna.id, asked.message_id)


async def test_a_person_edits(bot: Bot, anna: PersonClient) -> None:
    said = await anna.say("tomorow")
    await anna.edit(said.message_id, "tomorrow")
    edited = (await newest(bot)).edited_message
    assert (edited.text, edited.message_id) == ("tomorrow", said.message_id)
    assert edited.edit_date is not None


async def test_deleting_both_sides_for_48_hours(bot: Bot, sandbox: SandboxClient, anna: PersonClient) -> None:
    theirs = await anna.say("secret")
    ours = await bot.send_message(anna.id, "answer")
    assert await bot.delete_messages(anna.id, [theirs.message_id, ours.message_id, 424242])
    assert await anna.messages(containing="secret") == []
    assert await anna.messages(containing="answer") == []
    with pytest.raises(BadRequest, match=r"(?i)message to delete not found"):
        await bot.delete_message(anna.id, ours.message_id)
    old = await anna.say("old")
    await sandbox.advance(48 * 3600 + 5)
    young = await anna.say("young")
    with pytest.raises(BadRequest, match=r"(?i)can't be deleted for everyone"):
        await bot.delete_messages(anna.id, [young.message_id, old.message_id])
    assert await anna.messages(containing="young"), "one too old refuses all"
    with pytest.raises(BadRequest, match=r"(?i)too many message identifiers"):
        await bot.do_api_request("deleteMessages", {"chat_id": anna.id, "message_ids": list(range(1, 102))})


async def test_deleted_photos_are_really_gone(
    bot: Bot, server: SandboxServer, anna: PersonClient, picture: bytes
) -> None:
    await anna.photo(picture)
    message = (await newest(bot)).message
    file = await message.photo[-1].get_file()
    assert await file.download_as_bytearray()
    await bot.delete_message(anna.id, message.message_id)
    with pytest.raises(BadRequest, match=r"(?i)wrong file_id"):
        await message.photo[-1].get_file()
    async with httpx.AsyncClient() as http:
        assert (await http.get(file.file_path)).status_code == 404


async def test_everything_people_send(bot: Bot, anna: PersonClient, picture: bytes) -> None:
    await anna.photo(picture, caption="look /help")
    await anna.document(b"%PDF", name="offer.pdf")
    await anna.voice(b"OggS", duration=7)
    await anna.location(41.0, 29.0)
    await anna.sticker("🌊")
    await anna.forward("Работа в Стамбуле", name="Agency")
    updates = (await bot.get_updates())[1:]
    photo, document, voice, location, sticker, forward = (update.message for update in updates)
    sides = [max(size.width, size.height) for size in photo.photo]
    assert sides == sorted(sides) and sides[-1] == 1000
    assert photo.caption == "look /help" and photo.caption_entities[0].type == "bot_command"
    assert bytes(await (await document.document.get_file()).download_as_bytearray()) == b"%PDF"
    assert document.document.file_name == "offer.pdf"
    assert voice.voice._duration.total_seconds() == 7
    assert location.location.longitude == 29.0
    assert sticker.sticker.emoji == "🌊"
    assert isinstance(forward.forward_origin, MessageOriginHiddenUser)
    assert forward.forward_origin.sender_user_name == "Agency"


async def test_everything_the_bot_sends(bot: Bot, anna: PersonClient, picture: bytes) -> None:
    photo = await bot.send_photo(anna.id, picture, caption="<b>x</b>", parse_mode="HTML", protect_content=True)
    assert photo.has_protected_content and photo.caption_entities[0].type == "bold"
    again = await bot.send_photo(anna.id, photo.photo[-1].file_id)
    assert again.photo == photo.photo
    document = await bot.send_document(anna.id, b"abc", filename="list.txt")
    assert document.document.file_name == "list.txt" and document.document.file_size == 3
    assert (await bot.send_voice(anna.id, b"OggS", duration=2)).voice is not None
    assert (await bot.send_location(anna.id, 1.5, 2.5)).location.latitude == 1.5
    album = await bot.send_media_group(anna.id, [InputMediaPhoto(picture, caption="1"), InputMediaPhoto(picture)])
    assert len({message.media_group_id for message in album}) == 1
    with pytest.raises(BadRequest, match=r"(?i)IMAGE_PROCESS_FAILED"):
        await bot.send_photo(anna.id, b"no picture")


async def test_copying_hides_the_author_and_forwarding_shows_them(
    bot: Bot, server: SandboxServer, sandbox: SandboxClient, anna: PersonClient
) -> None:
    said = await anna.say("help me")
    copied = await bot.copy_message(server.staff_chat_id, anna.id, said.message_id)
    forwarded = await bot.forward_message(server.staff_chat_id, anna.id, said.message_id)
    assert forwarded.forward_origin.sender_user.id == anna.id
    copy = next(m for m in await sandbox.staff.messages() if m.message_id == copied.message_id)
    assert copy.text == "help me" and "forward_origin" not in copy.message
    shy = await sandbox.person("Vera", hidden_forwards=True)
    hers = await shy.say("hello")
    shown = await bot.forward_message(server.staff_chat_id, shy.id, hers.message_id)
    assert shown.forward_origin.sender_user_name == "Vera"
    sealed = await bot.send_message(anna.id, "not to be passed on", protect_content=True)
    with pytest.raises(BadRequest, match=r"(?i)can't be forwarded"):
        await bot.forward_message(server.staff_chat_id, anna.id, sealed.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message to copy not found"):
        await bot.copy_message(server.staff_chat_id, anna.id, 987654)


async def test_the_location_keyboard_comes_and_goes(bot: Bot, anna: PersonClient) -> None:
    button = KeyboardButton("My place", request_location=True)
    await bot.send_message(anna.id, "Where?", reply_markup=ReplyKeyboardMarkup([[button]], resize_keyboard=True))
    keyboard = await anna.keyboard()
    assert keyboard is not None and keyboard["keyboard"][0][0]["request_location"] is True
    await bot.send_message(anna.id, "Thanks", reply_markup=ReplyKeyboardRemove())
    assert await anna.keyboard() is None


async def test_blocking(bot: Bot, anna: PersonClient) -> None:
    await anna.block()
    change = (await newest(bot)).my_chat_member
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("member", "kicked")
    with pytest.raises(Forbidden, match=r"(?i)bot was blocked by the user"):
        await bot.send_message(anna.id, "hello?")
    await anna.unblock()
    assert (await newest(bot)).my_chat_member.new_chat_member.status == "member"
    assert await bot.send_message(anna.id, "welcome back")


async def test_nobody_is_written_to_first(bot: Bot, sandbox: SandboxClient) -> None:
    silent = await sandbox.person("Silent")
    with pytest.raises(Forbidden, match=r"(?i)can't initiate conversation"):
        await bot.send_message(silent.id, "psst")
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        await bot.send_message(555000555, "psst")


async def test_typing_is_seen(bot: Bot, server: SandboxServer, anna: PersonClient) -> None:
    assert await bot.send_chat_action(anna.id, "typing")
    assert (anna.id, None) in server.world.typing
    await bot.send_message(anna.id, "done")
    assert (anna.id, None) not in server.world.typing
    with pytest.raises(BadRequest, match=r"(?i)wrong parameter action"):
        await bot.send_chat_action(anna.id, "dancing")

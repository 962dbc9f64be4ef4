"""Fetching updates, webhooks, command menus and the bot's profile."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot, BotCommandScopeChat, MenuButtonCommands, Update
from telegram.error import BadRequest, Conflict, NetworkError, RetryAfter, TimedOut
from telegram.ext import Application, MessageHandler, filters

from bot.sandbox.client import PersonClient, SandboxClient
from bot.sandbox.server import SandboxServer


async def test_an_offset_confirms(bot: Bot, anna: PersonClient) -> None:
    for text in ("one", "two", "three"):
        await anna.say(text)
    updates = await bot.get_updates(limit=2)
    assert [u.message.text for u in updates] == ["/start", "one"]
    assert [u.message.text for u in await bot.get_updates(limit=2)] == ["/start", "one"], "not confirmed yet"
    later = await bot.get_updates(offset=updates[-1].update_id + 1)
    assert [u.message.text for u in later] == ["two", "three"]
    assert [u.message.text for u in await bot.get_updates(offset=-1)] == ["three"]
    assert len(await bot.get_updates()) == 1, "a negative offset forgets what lies before"


async def test_a_long_poll_wakes_up(bot: Bot, anna: PersonClient) -> None:
    first = await bot.get_updates()
    waiting = asyncio.create_task(bot.get_updates(offset=first[-1].update_id + 1, timeout=20))
    await asyncio.sleep(0)
    await anna.say("wake up")
    assert (await asyncio.wait_for(waiting, 5))[0].message.text == "wake up"


async def test_kinds_that_were_not_asked_for_do_not_come(bot: Bot, anna: PersonClient) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    await anna.say("not asked for")
    await anna.block()
    assert [u.message.text for u in await bot.get_updates()] == ["/start"]


async def test_two_pollers_are_one_too_many(bot: Bot, server: SandboxServer, anna: PersonClient) -> None:
    last = (await bot.get_updates())[-1].update_id + 1
    waiting = asyncio.create_task(bot.get_updates(offset=last, timeout=20))
    assert await server.world.signal.until(lambda: server.world.updates._poll, 5), "the first one waits"
    async with Bot(server.token, base_url=server.base_url) as second:
        assert await second.get_updates(offset=last, timeout=0) == ()
    with pytest.raises(Conflict, match=r"(?i)terminated by other getUpdates request"):
        await waiting


async def test_a_webhook(bot: Bot, anna: PersonClient) -> None:
    arrived: asyncio.Queue[tuple[str, dict]] = asyncio.Queue()
    answers = [500, 200, 200]

    async def hook(request: Request) -> Response:
        secret = request.headers.get("x-telegram-bot-api-secret-token", "")
        await arrived.put((secret, await request.json()))
        return Response(status_code=answers.pop(0))

    receiver = SandboxServer()  # borrowed only for its way of serving an app on a free port
    receiver._app = lambda: Starlette(routes=[Route("/hook", hook, methods=["POST"])])  # type: ignore[method-assign]
    await receiver.start(0)
    try:
        assert await bot.set_webhook(f"{receiver.url}/hook", secret_token="s3cret")
        with pytest.raises(Conflict, match=r"(?i)while webhook is active"):
            await bot.get_updates()
        secret, first = await asyncio.wait_for(arrived.get(), 5)
        assert secret == "s3cret" and Update.de_json(first, bot).message.text == "/start"
        assert (await asyncio.wait_for(arrived.get(), 5))[1] == first, "a refused update comes again"
        await anna.say("next")
        assert (await asyncio.wait_for(arrived.get(), 5))[1]["message"]["text"] == "next"
        info = await bot.get_webhook_info()
        assert info.url.endswith("/hook") and "500" in info.last_error_message
        assert await bot.delete_webhook()
        assert await bot.get_updates() == ()
    finally:
        await receiver.stop()


async def test_a_webhook_elsewhere_is_refused(bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"(?i)delivers to this machine only"):
        await bot.set_webhook("https://example.org/hook")


async def test_the_real_application_runs_on_it(server: SandboxServer, anna: PersonClient) -> None:
    app = Application.builder().token(server.token).base_url(server.base_url).build()

    async def echo(update: Update, context: object) -> None:
        await update.effective_message.reply_text(f"echo {update.effective_message.text}")

    app.add_handler(MessageHandler(filters.TEXT, echo))
    async with app:
        await app.start()
        await app.updater.start_polling()
        await anna.wait_reply("echo /start")
        await anna.say("привет")
        await anna.wait_reply("echo привет")
        await app.updater.stop()
        await app.stop()


async def test_command_menus_by_scope_and_language(bot: Bot, sandbox: SandboxClient, anna: PersonClient) -> None:
    await bot.set_my_commands([("start", "Begin")])
    await bot.set_my_commands([("start", "Начать"), ("help", "Помощь")], language_code="ru")
    assert [c["description"] for c in await anna.commands()] == ["Начать", "Помощь"]
    other = await sandbox.person("Mei", language_code="zh-hans")
    assert [c["description"] for c in await other.commands()] == ["Begin"]
    await bot.set_my_commands([("open", "Открыть")], scope=BotCommandScopeChat(anna.id))
    assert [c["command"] for c in await anna.commands()] == ["open"]
    await bot.set_my_commands([], scope=BotCommandScopeChat(anna.id))
    assert [c["command"] for c in await anna.commands()] == ["start", "help"], "an empty list shows wider scopes"
    await bot.delete_my_commands(language_code="ru")
    assert [c["description"] for c in await anna.commands()] == ["Begin"]
    assert [c.command for c in await bot.get_my_commands()] == ["start"]
    with pytest.raises(BadRequest, match=r"(?i)BOT_COMMAND_INVALID"):
        await bot.set_my_commands([("Start", "x")])


async def test_profile(bot: Bot, sandbox: SandboxClient, anna: PersonClient) -> None:
    me = await bot.get_me()
    assert me.is_bot and me.id == 1000 and not me.can_read_all_group_messages
    await bot.set_my_name("Пристань", language_code="ru")
    await bot.set_my_description("О работе за границей")
    await bot.set_my_short_description("short")
    assert (await bot.get_my_name("ru")).name == "Пристань"
    assert (await bot.get_my_name()).name == "Pristan"
    assert (await bot.get_my_description("ru")).description == "О работе за границей"
    assert (await bot.get_my_short_description()).short_description == "short"
    about = (await sandbox.state(anna.id))["about"]
    assert (about["name"], about["description"]) == ("Пристань", "О работе за границей")
    assert await bot.set_chat_menu_button(anna.id, MenuButtonCommands())
    assert (await bot.get_chat_menu_button(anna.id)).type == "commands"
    chat = await bot.get_chat(anna.id)
    assert (chat.type, chat.first_name) == ("private", "Anna")


async def test_planned_failures(bot: Bot, sandbox: SandboxClient, anna: PersonClient) -> None:
    await sandbox.fault("sendMessage", "500")
    with pytest.raises(NetworkError, match=r"(?i)Internal Server Error"):
        await bot.send_message(anna.id, "a")
    await sandbox.fault("sendMessage", "429", seconds=3)
    with pytest.raises(RetryAfter) as wait:
        await bot.send_message(anna.id, "b")
    assert wait.value._retry_after.total_seconds() == 3
    await sandbox.fault("*", "drop_before", chat_id=anna.id)
    with pytest.raises(NetworkError):
        await bot.send_message(anna.id, "dropped before")
    assert await anna.messages(containing="dropped before") == []
    await sandbox.fault("sendMessage", "drop_after")
    with pytest.raises(NetworkError):
        await bot.send_message(anna.id, "dropped after")
    assert len(await anna.messages(containing="dropped after")) == 1, "it happened all the same"
    await sandbox.fault("sendMessage", "slow", seconds=0.6)
    with pytest.raises(TimedOut):
        await bot.send_message(anna.id, "late", read_timeout=0.2)
    assert await anna.messages(containing="late", timeout=5), "it happened after the bot gave up"
    outcomes = [call["outcome"] for call in await sandbox.calls("sendMessage")]
    assert outcomes == [500, 429, "drop_before", "drop_after", "ok"]
    assert await bot.send_message(anna.id, "and all is well again")


async def test_the_call_log_keeps_no_token(
    bot: Bot, server: SandboxServer, sandbox: SandboxClient, anna: PersonClient
) -> None:
    await bot.send_document(anna.id, b"12345", filename="a.txt")
    call = (await sandbox.calls("sendDocument"))[0]
    assert call["params"]["document"] == {"file_name": "a.txt", "size": 5}
    assert server.token not in str(await sandbox.calls())


async def test_reset_forgets_everything(bot: Bot, sandbox: SandboxClient, anna: PersonClient) -> None:
    await sandbox.reset()
    assert await bot.get_updates() == ()
    assert {p["first_name"] for p in (await sandbox.state())["people"]} == {"Maria", "Petar"}


async def test_stopping_ends_open_streams(server: SandboxServer) -> None:
    async with httpx.AsyncClient(timeout=10) as http, http.stream("GET", f"{server.url}/sandbox/events") as stream:
        lines = stream.aiter_lines()
        assert (await lines.__anext__()).startswith("retry")
        await asyncio.wait_for(server.stop(), 5)

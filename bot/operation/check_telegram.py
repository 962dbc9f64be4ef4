"""Checks of the Bot API server, the token, and the staff's group."""

from __future__ import annotations

from collections.abc import Iterable

from telegram import Bot, ChatMemberAdministrator
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.operation.findings import Finding, ok, warn, wrong
from bot.settings import Settings

_SECONDS = 10.0
#: So many updates waiting at Telegram show that nobody fetches them.
_PENDING = 100


async def check_telegram(settings: Settings) -> Iterable[Finding]:
    """Token, server, webhook, staff group and the bot's rights in it."""
    if settings.telegram_bot_token is None:
        mend = "Set TELEGRAM_BOT_TOKEN to be on Telegram; without it «pristan run» opens the sandbox."
        return [warn("telegram", "no token is set.", mend)]
    request = HTTPXRequest(read_timeout=_SECONDS, connect_timeout=_SECONDS)
    bot = Bot(settings.telegram_bot_token, base_url=f"{settings.telegram_api_url}/bot", request=request)
    try:
        await bot.initialize()
        return [
            ok("telegram", f"the token is good: @{bot.username}."),
            *_about_bot(bot),
            *await _webhook(bot),
            *await _staff_group(bot, settings),
        ]
    except InvalidToken:
        return [
            wrong("telegram", "the token is refused.", "Copy it again from @BotFather, or ask there for a new one.")
        ]
    except TelegramError as error:
        mend = (
            "Does this machine reach that host, and is TELEGRAM_API_URL right? A firewall or proxy may be in the way."
        )
        said = f"{settings.telegram_api_url} cannot be reached ({type(error).__name__})."
        return [wrong("telegram", said, mend)]
    finally:
        await bot.shutdown()


def _about_bot(bot: Bot) -> list[Finding]:
    if bot.can_join_groups:
        mend = (
            "Once it is in the staff's group, switch «Allow Groups» off at @BotFather. It leaves other groups anyway."
        )
        return [warn("telegram", "anybody may add the bot to groups.", mend)]
    return []


async def _webhook(bot: Bot) -> list[Finding]:
    try:
        hook = await bot.get_webhook_info()
    except TelegramError:
        return []  # a server that lacks the method
    found = []
    if hook.url:
        mend = "Is another program using this token? «pristan run» takes the webhook off when it starts."
        found.append(warn("telegram", "a webhook is set.", mend))
    if hook.pending_update_count > _PENDING:
        said = f"{hook.pending_update_count} updates wait at Telegram."
        found.append(warn("telegram", said, "Is the bot running? Telegram keeps them for a day."))
    return found


async def _staff_group(bot: Bot, settings: Settings) -> list[Finding]:
    group = settings.staff_chat_id
    if group is None:
        mend = "Set PRISTAN_STAFF_CHAT_ID to connect people with your team; they are shown hotlines instead."
        return [warn("staff group", "none is set.", mend)]
    try:
        chat = await bot.get_chat(group)
        member = await bot.get_chat_member(group, bot.id)
    except (BadRequest, Forbidden):
        mend = "Add the bot to the group, or correct PRISTAN_STAFF_CHAT_ID (a group that was upgraded has a new id)."
        return [wrong("staff group", "the bot is not in it, or it does not exist.", mend)]
    found = []
    if chat.username or chat.active_usernames:
        mend = "Make it private at once: whoever knows its name can read every talk."
        found.append(wrong("staff group", "is public.", mend))
    if not chat.is_forum:
        found.append(wrong("staff group", "has no topics.", "Switch on Topics in the group's settings."))
    if not isinstance(member, ChatMemberAdministrator):
        mend = "Make it administrator with «Manage topics» and «Delete messages»."
        return [*found, wrong("staff group", "the bot is no administrator.", mend)]
    if not member.can_manage_topics:
        found.append(wrong("staff group", "the bot may not manage topics.", "Give it that right: each case needs one."))
    if not member.can_delete_messages:
        mend = "Give it that right: who erases everything counts on the topic being deleted."
        found.append(wrong("staff group", "the bot may not delete messages.", mend))
    return found or [ok("staff group", "has topics, is private, and the bot has the rights it needs.")]

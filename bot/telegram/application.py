"""The python-telegram-bot application: which update goes to which turn, and the life of the connection."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from time import monotonic

from telegram import BotCommand, Update
from telegram.error import TelegramError
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    ChatMemberHandler,
    ContextTypes,
    MessageHandler,
    TypeHandler,
    filters,
)
from telegram.request import HTTPXRequest

from bot.content.catalogues import Catalogues
from bot.content.languages import LANGUAGES
from bot.conversation.attachments import AT_ONCE
from bot.conversation.turn import Conversation
from bot.handoff.relay import Relay
from bot.operation.metrics import Metrics
from bot.safety.limits import Limits, SenderLimits
from bot.store.clock import Clock
from bot.store.store import Store
from bot.telegram.delivery import Delivery
from bot.telegram.inbox import Dispatcher, UpdateQueue
from bot.telegram.polling import PollingRequest
from bot.telegram.rendering import parse
from bot.telegram.sending import commands
from bot.telegram.turns import Turns

_log = logging.getLogger("bot.telegram.application")

#: Updates asked for (https://core.telegram.org/bots/api#getupdates).
ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
#: How long one long poll waits, seconds.
POLL_SECONDS = 25
#: Connections kept for answers: one slow chat must not hold up the others.
_CONNECTIONS = 32
#: After a long poll should have ended, the server may be silent for so long before it counts as away, seconds.
_SILENCE = 20.0


class _ForgetfulApplication(Application):
    """Keeps no list of chats. The library notes each chat and person it saw, for a persistence we do not use."""

    def _mark_for_persistence_update(self, *, update: object | None = None, job: object | None = None) -> None:
        return None


class TelegramBot:
    """Pristan on Telegram, by long polling.

    Args:
        token: the bot's token.
        api_url: address of the Bot API server.
        store: durable inbox, outbox, people, cases.
        conversation: decides turns.
        catalogues: command menus and notes.
        relay: the staff's side.
        clock: the time.
        limits: how much one person may send before they are asked to wait.
        files_at_once: pictures and documents of all people read side by side.
        metrics: of the process.
    """

    def __init__(
        self,
        *,
        token: str,
        api_url: str,
        store: Store,
        conversation: Conversation,
        catalogues: Catalogues,
        relay: Relay,
        clock: Clock,
        limits: Limits | None = None,
        files_at_once: int = AT_ONCE,
        metrics: Metrics | None = None,
    ) -> None:
        metrics = metrics or Metrics()
        request = HTTPXRequest(connection_pool_size=_CONNECTIONS, read_timeout=20, connect_timeout=10)
        self._polling = PollingRequest(
            unreadable=lambda: metrics.count("updates", "unreadable"),
            arrived=lambda last: self.dispatcher.arrived(last),
            connection_pool_size=2,
            read_timeout=POLL_SECONDS + 10,
            connect_timeout=10,
        )
        builder = (
            ApplicationBuilder()
            .application_class(_ForgetfulApplication)
            .token(token)
            .base_url(f"{api_url}/bot")
            .base_file_url(f"{api_url}/file/bot")
            .request(request)
            .get_updates_request(self._polling)
            .update_queue(UpdateQueue(self._receive))
            .concurrent_updates(False)
            .job_queue(None)
        )
        self.application: Application = builder.build()
        self._catalogues = catalogues
        self._staff_chat_id = relay.staff_chat_id
        self.turns = Turns(
            self.application.bot,
            store,
            conversation,
            catalogues,
            relay,
            clock,
            limits=SenderLimits(limits or Limits()),
            files_at_once=files_at_once,
            metrics=metrics,
        )
        self.delivery = Delivery(
            self.application.bot, store, catalogues, relay.staff_chat_id, clock, relay.language, metrics
        )
        self.dispatcher = Dispatcher(
            self.application.bot,
            store,
            self.turns,
            self.application.process_update,
            relay.staff_chat_id,
            metrics,
        )
        self._delivering: asyncio.Task[None] | None = None
        self._describing: asyncio.Task[None] | None = None
        self._handlers()

    def _handlers(self) -> None:
        private = filters.ChatType.PRIVATE
        application = self.application
        if self._staff_chat_id is not None:
            application.add_handler(MessageHandler(filters.Chat(self._staff_chat_id), self._staff))
        application.add_handler(MessageHandler(private, self._person))
        application.add_handler(CallbackQueryHandler(self._person))
        application.add_handler(ChatMemberHandler(self._member, ChatMemberHandler.MY_CHAT_MEMBER))
        application.add_handler(MessageHandler(~private, self._stranger_group))
        application.add_handler(TypeHandler(Update, self._other))
        application.add_error_handler(self._error)

    async def start(self) -> None:
        """Connect, take up what was left, and begin to poll and deliver."""
        while True:
            try:
                await self.application.initialize()
                break
            except TelegramError as error:
                if type(error).__name__ == "InvalidToken":
                    raise
                _log.warning("the Bot API server cannot be reached (%s); trying again", type(error).__name__)
                await asyncio.sleep(2)
        self._polling.answered = monotonic()
        self._delivering = asyncio.create_task(self.delivery.run())
        left = await self.dispatcher.resume()
        if left:
            _log.info("taking up %d updates that were left", left)
        if self.application.updater is not None:
            await self.application.updater.start_polling(
                poll_interval=0, timeout=POLL_SECONDS, allowed_updates=ALLOWED_UPDATES, bootstrap_retries=-1
            )
        self._describing = asyncio.create_task(self._describe())

    @property
    def working(self) -> bool:
        """Whether the tasks that receive and send run; also while the first connection is still tried."""
        if self._delivering is None:
            return True
        updater = self.application.updater
        return not self._delivering.done() and (updater is None or updater.running or self._describing is None)

    @property
    def connected(self) -> bool:
        """Whether the server answered a question for updates within the time one takes."""
        answered = self._polling.answered
        return answered is not None and monotonic() - answered < POLL_SECONDS + _SILENCE

    async def stop(self) -> None:
        """Stop polling, finish the turns that are under way, close the connection."""
        if self.application.updater is not None and self.application.updater.running:
            await self.application.updater.stop()
        await self.dispatcher.stop()
        for task in (self._describing, self._delivering):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        await self.application.shutdown()

    async def _describe(self) -> None:
        """Command menus and descriptions in each language; a server that lacks these methods is no hindrance."""
        bot = self.application.bot

        def said(text_id: str, language: str) -> str:
            return parse(self._catalogues.text(text_id, language))[0]

        for code in (None, *LANGUAGES):
            language = code or "en"
            menu = [BotCommand(item["command"], item["description"]) for item in commands(self._catalogues, language)]
            for call in (
                bot.set_my_commands(menu, language_code=code),
                bot.set_my_description(said("bot.description", language), language_code=code),
                bot.set_my_short_description(said("bot.short_description", language), language_code=code),
            ):
                with contextlib.suppress(TelegramError):
                    await call

    # What the updater and the application call

    async def _receive(self, update: Update) -> None:
        await self.dispatcher.receive(update)

    async def _person(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        await self.turns.of_person(
            update,
            alarm_answer=self.dispatcher.alarms.answered.get(update.update_id),
            album_goes_on=lambda: self.dispatcher.album_goes_on(update),
            pause=self.dispatcher.pauses.get(update.update_id),
        )

    async def _staff(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        await self.turns.of_staff(update)

    async def _member(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        member = update.my_chat_member
        if member is not None and member.chat.type == "private":
            await self.turns.blocked(update)
        elif (
            member is not None
            and member.chat.id != self._staff_chat_id
            and member.new_chat_member.status
            not in (
                "left",
                "kicked",
            )
        ):
            await self.turns.leave(update)
        else:
            await self.turns.ignore(update)

    async def _stranger_group(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        await self.turns.leave(update)

    async def _other(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        await self.turns.ignore(update)

    async def _error(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Type and place only: an exception's text may hold what a person wrote."""
        _log.error("a handler failed (%s)", type(context.error).__name__, exc_info=context.error)

"""Turns of people and of staff: from an update in the inbox to what the store and the outbox make of it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from sqlalchemy.exc import InterfaceError, OperationalError
from telegram import Bot, Message, Update
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.content.catalogues import Catalogues
from bot.content.languages import choose
from bot.conversation.attachments import AT_ONCE
from bot.conversation.cover import has_cover, is_covered
from bot.conversation.messages import Inbound, Reply
from bot.conversation.pauses import Pause, Pauses
from bot.conversation.turn import PLACE_ANSWER_CHARACTERS, Conversation
from bot.directory.places import here
from bot.handoff.relay import NOTE_MARK, Relay
from bot.operation.metrics import Metrics
from bot.safety.limits import Limits, SenderLimits
from bot.store.cases import REPORT
from bot.store.clock import Clock
from bot.store.errors import TurnConflict
from bot.store.store import Store
from bot.store.turn import Turn
from bot.telegram.calls import make
from bot.telegram.files import FileGate, attachment
from bot.telegram.reading import inbound as read
from bot.telegram.reading import person_message
from bot.telegram.rendering import parse
from bot.telegram.sending import commands, enqueue, messages

_log = logging.getLogger("bot.telegram.turns")

#: A turn whose ground changed under it is decided anew at once, this often.
_CONFLICTS = 20
#: Pauses before a turn that failed is tried again, seconds; the store gives up after as many attempts. Where the
#: database cannot be used now (full, locked, gone) the last one is repeated.
_PAUSES = (0.2, 1.0)
#: So often a turn is tried then: two minutes. An answer much later might meet other eyes.
_STORE_TRIES = 120
#: What people are told when their turn waits for the database, and when it came to nothing.
_WAITS, _FAILED = "error.wait", "error.turn"
#: What the database says then. Anything else that it refuses is the turn's own fault.
_UNUSABLE = (OperationalError, InterfaceError, OSError)
#: How long an alarm that overtakes waits to learn the person's chosen language and country, seconds.
_KNOWN_SECONDS = 0.3

#: Turns decided side by side. More would not be done sooner, and what is fetched meanwhile would wait behind all.
_AT_ONCE = 6
#: How long a turn lets a crowd of updates be written first, seconds.
_CROWD_SECONDS = 2.0


class Turns:
    """Works on one update at a time for each lane; whoever calls it keeps the lanes apart."""

    def __init__(
        self,
        bot: Bot,
        store: Store,
        conversation: Conversation,
        catalogues: Catalogues,
        relay: Relay,
        clock: Clock,
        *,
        limits: SenderLimits | None = None,
        files_at_once: int = AT_ONCE,
        metrics: Metrics | None = None,
    ) -> None:
        self._bot = bot
        self.limits = limits or SenderLimits(Limits())
        self._files = FileGate(files_at_once)
        self._deciding = asyncio.Semaphore(_AT_ONCE)
        #: Cleared while a crowd of updates is being written: nobody behind it can be heard before that is done.
        self.free = asyncio.Event()
        self.free.set()
        self._metrics = metrics or Metrics()
        self._store = store
        self._conversation = conversation
        self._catalogues = catalogues
        self._relay = relay
        self._clock = clock
        self._background: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self.pauses = Pauses(catalogues, conversation.menus)

    # People

    async def of_person(
        self,
        update: Update,
        *,
        alarm_answer: tuple[int, ...] | None = None,
        album_goes_on: Callable[[], bool] = lambda: False,
        pause: Pause | None = None,
    ) -> None:
        """A message, an edit or a pressed button of a private chat.

        Args:
            update: it.
            alarm_answer: numbers of the messages that answered its alarm out of turn, None if that was not done.
            album_goes_on: whether more parts of its album are waiting.
            pause: it is not read, and the person is told so.
        """
        chat = update.effective_chat
        inbound = read(update)
        if chat is None or inbound is None:
            await self.ignore(update)
            return
        if update.callback_query is not None:
            self._soon(self._stop_spinner(update.callback_query.id))
        message = person_message(update)
        if pause is not None:
            await self._person_turn(update, inbound, message, alarm_answer, self.pauses.replies(pause))
            return
        if inbound.kind not in ("photo", "document") or message is None:
            await self._person_turn(update, inbound, message, alarm_answer)
            return
        self._soon(self._typing(chat.id))
        async with self._files.place() as admitted:
            if not admitted:
                self._metrics.count("files_refused", "busy")
                await self._person_turn(update, inbound, message, alarm_answer, self.pauses.busy)
                return
            inbound = replace(inbound, image=await attachment(self._bot, message), album_goes_on=album_goes_on)
            await self._person_turn(update, inbound, message, alarm_answer)

    async def _person_turn(
        self,
        update: Update,
        inbound: Inbound,
        message: Message | None,
        alarm_answer: tuple[int, ...] | None,
        instead: Callable[[Inbound, Turn], list[Reply]] | None = None,
    ) -> None:
        """Decide a person's turn, or give an answer instead that needs no deciding."""
        chat_id = update.effective_chat.id if update.effective_chat is not None else 0
        ref = self._store.people.ref(chat_id)
        ignored = self.limits.ignored(ref)

        async def work(turn: Turn) -> None:
            if message is not None:
                turn.remember_message(message.message_id, "in")
            for number in ignored:
                turn.remember_message(number, "in")
            for number in alarm_answer or ():
                turn.remember_message(number, "out")
            if instead is not None:
                replies = instead(inbound, turn)
            else:
                replies = await self._conversation.respond(inbound, turn, alarm_answered=alarm_answer is not None)
            language = turn.person.language or "en"
            enqueue(turn, replies, self._catalogues, language)
            self._menu(turn, inbound, language)

        async def apologise(text_id: str) -> None:
            if alarm_answer is None:
                await self.apologise(update, text_id)

        await self._turn(chat_id, update.update_id, work, apologise)
        self.limits.remembered(ref, ignored)

    async def remember_ignored(self, chat_id: int) -> None:
        """Note which messages of a person were not read, so that hiding and erasing reach them."""
        ref = self._store.people.ref(chat_id)
        ignored = self.limits.ignored(ref)
        if not ignored:
            return
        async with self._store.turn(chat_id) as turn:
            for number in ignored:
                turn.remember_message(number, "in")
        self.limits.remembered(ref, ignored)

    async def is_urgent(self, update: Update) -> bool:
        """Whether an update must be read however much its sender sends: an alarm, or the answer to "where are you?"."""
        inbound = read(update)
        if inbound is None:
            return False
        if self._conversation.alarm(inbound) is not None:
            return True
        return (
            inbound.kind == "text" and len(inbound.text) <= PLACE_ANSWER_CHARACTERS and here(inbound.text) is not None
        )

    async def talks_with_staff(self, ref: str) -> bool:
        """Whether a person has a case that is open, if the store says so at once."""
        with contextlib.suppress(Exception):
            return await asyncio.wait_for(self._store.cases.of_person(ref), _KNOWN_SECONDS) is not None
        return False

    async def apologise(self, update: Update, text_id: str = _FAILED) -> None:
        """Tell a person that their message came to nothing, or must wait, and where help is.

        Args:
            update: their message.
            text_id: what they are told.
        """
        chat = update.effective_chat
        inbound = read(update)
        if chat is None or inbound is None:
            return
        language = choose(inbound.text, language_code=inbound.language_code)
        if (await self._known(chat.id))[2]:
            reply = Reply(self._catalogues.text("cover.hello", language))
        else:
            text = self._catalogues.text(text_id, language)
            reply = Reply(text, self._conversation.menus.help_buttons(language))
        sent = await self.send_now(chat.id, [reply])
        with contextlib.suppress(Exception):  # where the store is why, it cannot remember this either
            async with self._store.turn(chat.id) as turn:
                message = person_message(update)
                if message is not None:  # its own turn failed, and with it the note that it can be deleted
                    turn.remember_message(message.message_id, "in")
                for number in sent or ():
                    turn.remember_message(number, "out")

    def cries(self, update: Update) -> bool:
        """Whether an update is an alarm that :meth:`alarm_now` answers. A millisecond; longer for a long text."""
        inbound = read(update)
        if update.effective_chat is None or update.effective_chat.type != "private" or inbound is None:
            return False
        alarm = self._conversation.alarm(inbound)
        return alarm is not None and alarm.emergency is not None

    async def alarm_now(self, update: Update) -> tuple[int, ...] | None:
        """Answer an alarm at once, past everything that might be slow or broken.

        Returns:
            the numbers of the messages sent, None where there is no alarm or they could not be sent.
        """
        chat = update.effective_chat
        inbound = read(update)
        if chat is None or inbound is None:
            return None
        alarm = self._conversation.alarm(inbound)
        if alarm is None or alarm.emergency is None:
            return None
        chosen, country, covered = await self._known(chat.id)
        replies = self._conversation.alarm_replies(alarm, inbound, chosen, country, covered=covered)
        return await self.send_now(chat.id, replies)

    async def _known(self, chat_id: int) -> tuple[str | None, str | None, bool]:
        """Chosen language and country of a person, and whether they have a cover on, if the store says so at once."""
        with contextlib.suppress(Exception):  # an alarm is answered without it, too
            person = await asyncio.wait_for(self._store.people.get(self._store.people.ref(chat_id)), _KNOWN_SECONDS)
            if person is not None:
                chosen = person.language if person.language_chosen else None
                return chosen, person.country, is_covered(person)
        return None, None, False

    async def send_now(self, chat_id: int, replies: list[Reply]) -> tuple[int, ...] | None:
        """Send without the outbox: only for what must not wait for the store.

        Returns:
            the numbers of the messages, None if not all arrived.
        """
        sent = []
        try:
            for reply in replies:
                for params in messages(reply, chat_id):
                    number = await make(self._bot, "sendMessage", params)
                    if number is not None:
                        sent.append(number)
        except TelegramError as error:
            _log.warning("an urgent answer could not be sent (%s)", type(error).__name__)
            self._metrics.count("urgent_failed", "send")
            return None
        return tuple(sent)

    def _menu(self, turn: Turn, inbound: Inbound, language: str) -> None:
        """The chat's own command menu, in the person's language, once they begin or choose."""
        if is_covered(turn.person):
            return  # the menu names what the bot is for
        begins = inbound.kind == "command" and inbound.command in ("start", "help")
        chooses = inbound.kind == "button" and inbound.text.startswith("lang:")
        uncovered = has_cover(turn.person) and turn.person.fields.get("menu_language", language) is None
        if (begins or chooses or uncovered) and turn.person.fields.get("menu_language") != language:
            turn.person.fields["menu_language"] = language
            scope = {"type": "chat", "chat_id": turn.person.chat_id}
            turn.send(
                "setMyCommands", {"commands": commands(self._catalogues, language), "scope": scope}, purpose="menu"
            )

    async def blocked(self, update: Update) -> None:
        """The person blocked the bot or came back; staff on an open case must know."""
        member = update.my_chat_member
        if member is None:
            return

        async def work(turn: Turn) -> None:
            case = await turn.current_case()
            if case is not None and member.new_chat_member.status == "kicked":
                self._relay.note(turn, case, "staff.blocked")

        await self._turn(member.chat.id, update.update_id, work)

    async def leave(self, update: Update) -> None:
        """Leave a group that is not the staff's: private chats only."""
        chat = update.effective_chat
        if chat is not None:
            with contextlib.suppress(TelegramError):
                await self._bot.leave_chat(chat.id)
        await self.ignore(update)

    async def ignore(self, update: Update) -> None:
        """Mark an update as done that asks for nothing."""

        async def work(turn: Turn) -> None:
            return None

        await self._turn(None, update.update_id, work)

    # Staff

    async def of_staff(self, update: Update) -> None:
        """A message in the staff's group: to the person of its topic, or a note that stays."""
        message = update.message or update.edited_message
        topic = message.message_thread_id if message is not None and message.is_topic_message else None
        # An administrator who writes anonymously appears as a bot, in the name of the group.
        by_bot = message is not None and message.from_user is not None and message.from_user.is_bot
        if message is None or topic is None or (by_bot and message.sender_chat is None):
            await self.ignore(update)
            return
        service = (
            not (message.text or message.caption or message.effective_attachment) and not message.forum_topic_closed
        )
        text = (message.text or "").strip()
        if service or text.startswith(NOTE_MARK):
            await self.ignore(update)
            return
        case = await self._store.cases.by_topic(topic)
        chat_id = await self._store.people.chat_id(case.person_ref) if case is not None else None
        if case is None or case.state == "closed" or chat_id is None:
            if not message.forum_topic_closed:
                reported = case is not None and case.kind == REPORT
                text_id = "report.staff.not_passed" if reported else "staff.no_case"
                await self._to_topic(update, message.chat.id, topic, text_id)
            else:
                await self.ignore(update)
            return
        case_id = case.id

        async def work(turn: Turn) -> None:
            current = await turn.current_case()
            if current is None or current.id != case_id:
                raise TurnConflict("the case was closed meanwhile")
            if message.forum_topic_closed or text.partition("@")[0] == "/close":
                self._relay.close(turn, current, "agent")
            elif message.text:
                self._relay.from_agent(turn, current, message.text, message.message_id)
            else:
                self._relay.note(turn, current, "staff.text_only")

        async def not_delivered(text_id: str) -> None:
            if text_id == _WAITS:
                return  # it still arrives
            text = parse(self._catalogues.text("staff.not_delivered", self._relay.language))[0]
            params = {"chat_id": message.chat.id, "message_thread_id": topic, "text": text}
            with contextlib.suppress(TelegramError):
                await make(self._bot, "sendMessage", params)

        await self._turn(chat_id, update.update_id, work, not_delivered)

    async def lane_of_staff(self, message: Message | None) -> tuple[str | None, int | None]:
        """Lane and chat of the person whose case a staff message belongs to: their turns must not overlap."""
        topic = message.message_thread_id if message is not None and message.is_topic_message else None
        case = await self._store.cases.by_topic(topic) if topic is not None else None
        if case is None or case.state == "closed":
            return None, None
        return case.person_ref, await self._store.people.chat_id(case.person_ref)

    async def _to_topic(self, update: Update, chat_id: int, topic: int, text_id: str) -> None:
        async def work(turn: Turn) -> None:
            text = parse(self._catalogues.text(text_id, self._relay.language))[0]
            params = {"chat_id": chat_id, "message_thread_id": topic, "text": text}
            turn.send("sendMessage", params, purpose="staff")

        await self._turn(None, update.update_id, work)

    # The unit of work

    async def _turn(
        self,
        chat_id: int | None,
        update_id: int,
        work: Callable[[Turn], Awaitable[None]],
        apologise: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        conflicts = failures = unusable = 0
        while True:
            turn = self._store.turn(chat_id, update_id)
            try:
                async with self._deciding:
                    with contextlib.suppress(asyncio.TimeoutError):
                        await asyncio.wait_for(self.free.wait(), _CROWD_SECONDS)
                    async with turn:
                        await work(turn)
                self._metrics.count("turns", "done")
                return
            except TurnConflict:
                conflicts += 1
                if turn.gave_up or conflicts > _CONFLICTS:
                    _log.error("a turn found no quiet moment and was given up")
                    break
                await asyncio.sleep(0.01 * conflicts)
            except _UNUSABLE as error:
                _log.error("a turn waits for the database (%s)", type(error).__name__)
                if turn.gave_up or unusable >= _STORE_TRIES:
                    break
                if unusable == len(_PAUSES) and apologise is not None:
                    await apologise(_WAITS)  # they must not sit before silence
                await self._rest(_PAUSES[min(unusable, len(_PAUSES) - 1)])
                if self._stopping.is_set():
                    return  # it stays in the inbox
                unusable += 1
            except Exception as error:
                _log.error("a turn failed (%s)", type(error).__name__, exc_info=error)
                if turn.gave_up or failures >= len(_PAUSES):
                    break
                await asyncio.sleep(_PAUSES[failures])
                failures += 1
        self._metrics.count("turns", "failed")
        if apologise is not None:
            await apologise(_FAILED)

    def stop(self) -> None:
        """Let turns end that only wait for the database; what they wait with stays in the inbox."""
        self._stopping.set()

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    # Courtesies that must never hold up a turn

    def _soon(self, courtesy: Awaitable[None]) -> None:
        task = asyncio.ensure_future(courtesy)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _stop_spinner(self, query_id: str) -> None:
        with contextlib.suppress(TelegramError):
            await self._bot.answer_callback_query(query_id)

    async def _typing(self, chat_id: int) -> None:
        with contextlib.suppress(TelegramError):
            await self._bot.send_chat_action(chat_id, ChatAction.TYPING)

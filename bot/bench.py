"""``pristan bench``: the figures people feel - start to the first emergency answer, a turn, screening, memory."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bot.assembly import Content, ModelLoader, conversation
from bot.conversation.messages import Inbound
from bot.handoff.relay import Relay
from bot.sandbox.client import SandboxClient
from bot.sandbox.server import SandboxServer
from bot.settings import Settings
from bot.store.store import Store
from bot.telegram.sending import enqueue

#: One line a language and kind of turn; what they say does not matter here, their length and script do.
MESSAGES = {
    "ru": ("хозяин забрал мой паспорт и не отдает", "не платят третий месяц что делать", "спасибо"),
    "en": ("my boss took my passport and wont give it back", "they owe me three months pay", "thanks"),
    "bg": ("шефът ми взе паспорта и не ми го връща", "не са ми платили три месеца", "благодаря"),
    "zh": ("老板把我的护照收走了不肯还", "三个月没发工资了怎么办", "谢谢"),
}
OFFER = (
    "Требуются девушки в Турцию, 3000$ в месяц, опыт не нужен. Билеты и визу оплатим, жильё в отеле. "
    "Паспорт сдаёте при заселении. Пишите только в телеграм, мест мало. "
) * 3
ROUNDS = 20


def _figures(name: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    median, p95 = statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    print(f"{name:<46} median {median * 1000:8.1f} ms   p95 {p95 * 1000:8.1f} ms   n {len(ordered)}")


def _repeat(work: Callable[[], object], times: int) -> list[float]:
    found = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return found


def _resident(pid: int) -> str:
    """Resident memory and its peak, MiB; Linux only."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return "unknown here"
    sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.startswith(("VmRSS", "VmHWM"))}
    return f"{sizes.get('VmRSS', 0):.0f} MiB now, {sizes.get('VmHWM', 0):.0f} MiB at most"


async def bench(settings: Settings) -> int:
    """Measure and print; returns the exit code."""
    content = Content.load(settings.locales)
    content.warm_up()
    cries = iter(f"{MESSAGES['ru'][0]} {number}" for number in range(1000))  # it remembers what it has just looked at
    _figures("safety net, one message", _repeat(lambda: content.net.look(next(cries)), 200))
    offer = OFFER[:500]
    times = _repeat(lambda: content.screener.screen(offer), 200)
    _figures("screening, one offer of 500 characters", times)
    print(f"{'offers a second on one core':<46} {len(times) / sum(times):.0f}")
    # Before Rasa is imported: Sanic, which comes with it, sets a policy of loops that cannot start processes.
    await _start(settings)
    await _turns(settings, content)
    return 0


async def _turns(settings: Settings, content: Content) -> None:
    """Whole turns with the real model and a real database, without the network."""
    model = ModelLoader(settings, content, lambda line: print(line, file=sys.stderr))
    await model.run()
    talk = conversation(content, Relay(content.catalogues, None), model)
    for language, texts in MESSAGES.items():
        with tempfile.TemporaryDirectory() as folder:
            private = dataclasses.replace(
                settings, home=Path(folder), secret_key_file=Path(folder) / "secret.key", database_url=None
            )
            async with await Store.open(private) as store:
                found: list[float] = []
                for number in range(ROUNDS * len(texts) + 5):
                    text, chat_id = texts[number % len(texts)], number % ROUNDS + 1
                    started = time.perf_counter()
                    await store.inbox.receive(number, None, chat_id, {"text": text})
                    async with store.turn(chat_id, number) as turn:
                        inbound = Inbound("text", text, language_code=language, message_id=number)
                        enqueue(turn, await talk.respond(inbound, turn), content.catalogues, language)
                    if number >= 5:
                        found.append(time.perf_counter() - started)
                    while item := await store.outbox.next():
                        await store.outbox.mark_sending(item.id)
                        await store.outbox.mark_sent(item.id, number)
                _figures(f"a turn with the model warm, {language}", found)


async def _start(settings: Settings) -> None:
    """A process from nothing to its first emergency answer, over HTTP."""
    server = SandboxServer()
    await server.start(port=0)
    with tempfile.TemporaryDirectory() as folder:
        async with SandboxClient(server.url) as client:
            person = await client.person("Bench", language_code="en")
            await person.say("help he is beating me right now, i am in turkey")
            started = time.perf_counter()
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                "run",
                env={
                    **os.environ,
                    "TELEGRAM_BOT_TOKEN": server.token,
                    "TELEGRAM_API_URL": server.url,
                    "PRISTAN_HOME": folder,
                    "PRISTAN_MODEL_DIR": str(settings.model_dir),
                    "PRISTAN_LOCALES": str(settings.locales),
                },
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
            await person.wait_reply("112", timeout=60)
            print(f"{'start to the first emergency answer':<46} {time.perf_counter() - started:.1f} s")
            assert process.stderr is not None  # noqa: S101 - asked for above
            while line := await process.stderr.readline():
                if b"dialogue model answers" in line:
                    break
            print(f"{'start to the dialogue model':<46} {time.perf_counter() - started:.1f} s")
            print(f"{'memory of the whole process':<46} {_resident(process.pid)}")
            process.send_signal(signal.SIGTERM)
            await process.communicate()
    await server.stop()

"""``pristan bench``: the figures people feel - start to the first emergency answer, a turn, screening, memory."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import random
import re
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.assembly import Content, ModelLoader, conversation
from bot.conversation.messages import Inbound
from bot.dialogue.engine import DialogueEngine
from bot.handoff.relay import Relay
from bot.sandbox.client import SandboxClient
from bot.sandbox.server import SandboxServer
from bot.screening.screen import Screener
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
#: Sentences of offers by language, harmless ones among them: joined in turn they make offers no two of which are alike.
SENTENCES = {
    "ru": (
        "Требуются девушки 18-28 лет в Турцию, работа в ресторане, опыт не нужен.",
        "Складу в Лодзи нужны комплектовщики, график 5/2 по 8 часов, договор zlecenie.",
        "Платим 3000$ в месяц на руки, каждую неделю аванс.",
        "Ставка 28 злотых в час, выплата десятого числа на карту.",
        "Билеты и визу оплатим сами, потом вычтем из первой зарплаты.",
        "Паспорт сдаёте администратору при заселении, вернём в конце сезона.",
        "Жильё рядом с работой, по двое в комнате, интернет есть.",
        "Пишите только в телеграм @rabota_tut, мест мало, вылет уже в пятницу!",
        "Собеседование в офисе на улице Ленина, 12, спросить Ольгу, тел. +7 912 000-00-00.",
        "Родителям лучше ничего не говорить, объясним всё на месте.",
    ),
    "en": (
        "Hostesses wanted for a new club in Dubai, no experience or language needed.",
        "Warehouse operative, days, 38 hours a week, £11.44 per hour, paid holidays.",
        "You earn $4000 a month from day one, cash every week.",
        "We book your flight and visa, you pay it back from your first two salaries.",
        "Your passport stays with the manager until the contract ends.",
        "Shared room above the restaurant, meals are free.",
        "Write to us on WhatsApp +971 50 000 0000 only, two places are left!",
        "Apply with your CV by the end of the month, interviews are held in our Leeds office.",
        "Send full-length photos and a copy of your ID today.",
        "Training is paid, and we are a licensed agency, number 12345.",
    ),
    "bg": (
        "Търсим момичета за бар в Кипър, без опит, до 30 години.",
        "Завод край Пловдив набира оператори на две смени, трудов договор, 8 часа.",
        "Заплащане 2500 евро на месец в брой, настаняване на място.",
        "Самолетния билет плащаме ние, после се удържа от заплатата.",
        "Личната карта се оставя при управителя, докато си тръгнете.",
        "Храна и квартира осигурени, живее се заедно с останалите.",
        "Само на вайбър 0888 000 000, тръгваме още тази неделя!",
        "Автобиография изпращайте на rabota@example.bg до края на месеца.",
        "Договор ще подпишем на място, не казвайте на никого.",
        "Осигуряваме работно облекло и ваучери за храна.",
    ),
    "zh": (
        "缅北园区急招客服打字员，不要求学历和经验，会打字就行。",
        "苏州电子厂招普工，五险一金，两班倒，签正式劳动合同。",
        "月薪三万起，日结，包吃包住，做得好另有提成。",
        "机票签证公司先垫付，以后从工资里扣。",
        "到了以后护照统一由公司保管，合同期满再还。",
        "宿舍四人一间，有空调热水，厂车接送。",
        "有意加微信 abc12345，名额有限，本周就走！",
        "请带身份证到人才市场三楼面试，电话 0512-00000000。",
        "跟家里不要多说，就说出去旅游。",
        "试用期三个月，工资每月十五号打卡。",
    ),
}
#: Russian as it is typed without a Russian keyboard.
LATIN_TYPED = (
    "trebuyutsya devushki v turciyu, opyt ne nuzhen, platim 3000 dollarov v mesyac.",
    "bilety i vizu oplatim sami, potom vychtem iz pervoy zarplaty.",
    "pasport sdaete administratoru pri zaselenii, zhilyo ryadom s rabotoy.",
    "pishite tolko v telegram, mest malo, vylet uzhe v pyatnicu!",
)
#: Different offers screened of each language, and characters of the shortest and the longest.
OFFERS, SHORTEST_OFFER, LONGEST_OFFER = 50, 400, 600
#: Characters of a text as long as a hostile one may be.
LONG_CHARACTERS = 100_000
ROUNDS = 20


def offers(language: str) -> list[str]:
    """Different offers of about 500 characters: sentences of one language in ever another order."""
    sentences = SENTENCES[language]
    made = []
    for number in range(OFFERS):
        # A step that has no divisor in common with ten goes through all sentences.
        step = (1, 3, 7, 9)[number // len(sentences) % 4]
        offer, at = f"{number + 1}.", number
        while len(offer) < LONGEST_OFFER:
            offer += ("\n" if (number + at) % 3 else " ") + sentences[at % len(sentences)]
            at += step
        made.append(offer[: SHORTEST_OFFER + number * (LONGEST_OFFER - SHORTEST_OFFER) // OFFERS])
    return made


def long_texts() -> dict[str, str]:
    """Texts of 100,000 characters, no sentence of which stands twice: plain, and written to make a reader work."""
    russian = _babble(" ".join(SENTENCES["ru"]).split(), " ", ". ")
    chinese = _babble(re.split("[，。！]", "".join(SENTENCES["zh"])), "，", "。")
    english = _babble(" ".join(SENTENCES["en"]).split(), " ", ".\n")
    kinds = {
        "Cyrillic": russian,
        "English": english,
        "Chinese": chinese,
        "Latin-typed Russian": _babble(" ".join(LATIN_TYPED).split(), " ", ".\n"),
        "three languages": "\n".join(map("\n".join, zip(*map(_lines, (russian, english, chinese)), strict=False))),
        "stars in words": "".join(letter + "*" * (at % 7 == 3) for at, letter in enumerate(russian)),
        "letters apart": " ".join(russian),
        "one line without marks": re.sub(r"[\n.!?]", " ", russian),
    }
    return {name: text[:LONG_CHARACTERS] for name, text in kinds.items()}


def _babble(words: Sequence[str], between: str, end: str) -> str:
    """Words in a random order that is the same each time."""
    dice = random.Random(1)
    text = ""
    while len(text) < LONG_CHARACTERS:
        text += "".join(between.join(dice.choices(words, k=dice.randint(4, 14))) + end for _ in range(100))
    return text


def _lines(text: str) -> list[str]:
    return re.findall(r"[^.。]+[.。]", text)


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
    _screening(content.screener)
    # Before Rasa is imported: Sanic, which comes with it, sets a policy of loops that cannot start processes.
    await _start(settings)
    await _turns(settings, content)
    return 0


def _screening(screener: Screener) -> None:
    """Offers no two of which are alike, and texts as long as hostile ones may be; time of the processor."""
    everything = 0.0
    for language in SENTENCES:
        different = offers(language)
        for offer in different:
            screener.screen(offer)  # expressions are compiled when a text first might hold them
        times = [_processor_time(screener, offer) for offer in different]
        everything += sum(times)
        _figures(f"screening, offers of 500 characters, {language}", times)
    print(f"{'offers a second on one core':<46} {OFFERS * len(SENTENCES) / everything:.0f}")
    for name, text in long_texts().items():
        print(f"{f'screening, 100 kB: {name}':<46} {_processor_time(screener, text) * 1000:.0f} ms")


def _processor_time(screener: Screener, text: str) -> float:
    """Seconds of this process's own time, whatever else the machine does; the least of three."""
    found = []
    for _ in range(3):
        started = time.process_time()
        screener.screen(text)
        found.append(time.process_time() - started)
    return min(found)


async def _readings(model: ModelLoader) -> None:
    """Single messages through the whole pipeline of the model."""
    dialogue = model.dialogue()
    if not isinstance(dialogue, DialogueEngine):
        return
    for language, texts in MESSAGES.items():
        found: list[float] = []
        for number in range(ROUNDS * len(texts) + 5):
            started = time.perf_counter()
            await dialogue.parse(texts[number % len(texts)], language)
            if number >= 5:
                found.append(time.perf_counter() - started)
        _figures(f"a message through the pipeline, {language}", found)


async def _turns(settings: Settings, content: Content) -> None:
    """Whole turns with the real model and a real database, without the network."""
    model = ModelLoader(settings, content, lambda line: print(line, file=sys.stderr))
    await model.run()
    await _readings(model)
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

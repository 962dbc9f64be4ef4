"""The page in a real browser: somebody chats, and nothing runs over the edge of a small phone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, MessageHandler, filters

from bot.sandbox.client import SandboxClient
from bot.sandbox.server import SandboxServer

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
HAS_CHROMIUM = Path(CHROMIUM).exists()
EVIL = "<img src=x onerror=\"document.title='owned'\">"


@pytest.fixture
async def browser() -> AsyncIterator[object]:
    playwright = pytest.importorskip("playwright.async_api")
    if not HAS_CHROMIUM:
        pytest.fail(f"{CHROMIUM} is missing: apt-get install chromium, or leave these out with -m 'not browser'")
    async with playwright.async_playwright() as driver:
        running = await driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        await running.close()


@pytest.fixture
async def running_bot(server: SandboxServer) -> AsyncIterator[Application]:
    """A small bot that greets with buttons, opens a topic, asks for a place and echoes the rest."""
    app = Application.builder().token(server.token).base_url(server.base_url).build()

    async def greet(update: Update, context: object) -> None:
        rows = [[InlineKeyboardButton("Talk to somebody", callback_data="handoff:yes")]]
        await update.message.reply_html(
            f"Hello <b>{update.effective_user.first_name}</b>. Call +000 000 000 00, see https://example.org/",
            reply_markup=InlineKeyboardMarkup(rows),
        )

    async def pressed(update: Update, context: object) -> None:
        await update.callback_query.answer("One moment")
        topic = await app.bot.create_forum_topic(server.staff_chat_id, "Case 7")
        await app.bot.send_message(server.staff_chat_id, "New case", message_thread_id=topic.message_thread_id)
        place = KeyboardButton("Share my place", request_location=True)
        await app.bot.send_message(
            update.effective_chat.id, "Where are you?", reply_markup=ReplyKeyboardMarkup([[place]])
        )

    async def echo(update: Update, context: object) -> None:
        message = update.effective_message
        if message.chat.type == "private":
            await message.reply_text(f"{message.location.latitude:.2f}" if message.location else f"You: {message.text}")

    app.add_handler(CommandHandler("start", greet))
    app.add_handler(CallbackQueryHandler(pressed))
    app.add_handler(MessageHandler(filters.ALL, echo))
    async with app:
        await app.bot.set_my_commands([("start", "Begin again"), ("help", "What can I do here?")])
        await app.start()
        await app.updater.start_polling()
        yield app
        await app.updater.stop()
        await app.stop()


async def open_page(browser, server: SandboxServer, width: int, height: int, scheme: str = "light"):
    context = await browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, locale="en-GB"
    )
    page = await context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda line: page.problems.append(line.text) if line.type == "error" else None)
    page.set_default_timeout(8000)
    await page.goto(server.url)
    await page.get_by_role("button", name="Start", exact=True).wait_for()
    return page


async def test_somebody_chats(browser, server: SandboxServer, running_bot: Application, sandbox: SandboxClient) -> None:
    page = await open_page(browser, server, 1280, 800)
    log = page.locator("#chat-log")
    await page.get_by_role("button", name="Start", exact=True).click()
    await log.get_by_text("Hello Anna").wait_for()
    await log.get_by_role("button", name="+000 000 000 00").click()
    await page.get_by_text("The sandbox calls nobody").wait_for()
    await page.get_by_role("textbox", name="Message", exact=True).fill(EVIL)
    await page.keyboard.press("Enter")
    await log.get_by_text(f"You: {EVIL}").first.wait_for()
    assert "owned" not in await page.title() and await log.locator("img").count() == 0
    await log.get_by_role("img", name="seen by the bot").last.wait_for()

    await page.get_by_role("textbox", name="Message", exact=True).fill("/")
    await page.get_by_role("button", name="/help What can I do here?").wait_for()
    await page.keyboard.press("Escape")
    await page.get_by_role("textbox", name="Message", exact=True).fill("")

    await log.get_by_role("button", name="Talk to somebody").click()
    await page.get_by_text("One moment").wait_for()
    await page.get_by_role("button", name="Share my place").click()
    await page.get_by_label("City").select_option(label="Berlin")
    await page.locator("#d-location").get_by_role("button", name="Send").click()
    await log.get_by_text("Place near Berlin").wait_for()
    await log.get_by_text("52.52").last.wait_for()

    await page.locator("#topic-list").get_by_role("button", name="Case 7").click()
    await page.get_by_role("textbox", name="Message to this topic").fill("I am here")
    await page.keyboard.press("Enter")
    await page.locator("#staff-log").get_by_text("I am here").wait_for()
    await page.get_by_role("button", name="Close", exact=True).click()
    await page.locator("#staff-log").get_by_text("Topic closed").wait_for()
    topic = (await sandbox.staff.topics())[0]
    said = await sandbox.staff.messages(containing="I am here")
    assert topic["closed"] and said[0].topic == topic["message_thread_id"]

    person = next(p for p in (await sandbox.state())["people"] if not p["staff"])
    ids = [m.message_id for m in await sandbox.messages(person["id"])]
    await running_bot.bot.delete_messages(person["id"], ids)
    await log.locator(".msg").first.wait_for(state="detached")
    assert await log.locator(".msg").count() == 0, "what the bot deletes is gone from the screen"
    await page.get_by_label("Language of their Telegram").first.select_option("bg")
    await page.get_by_role("textbox", name="Съобщение", exact=True).wait_for()
    assert await page.evaluate("document.documentElement.lang") == "bg"
    assert page.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_runs_over_the_edge_of_a_small_phone(
    browser,
    server: SandboxServer,
    running_bot: Application,
    scheme: str,
) -> None:
    page = await open_page(browser, server, 360, 740, scheme)
    person_id = int(await page.evaluate("sessionStorage.getItem('person')"))
    await page.get_by_role("button", name="Start", exact=True).click()
    await page.get_by_text("Hello Anna").wait_for()
    bot: Bot = running_bot.bot
    label = "A label of a button that goes on and on and on"
    rows = [[InlineKeyboardButton(label, callback_data="x")] * 2, [InlineKeyboardButton("Ж" * 60, callback_data="y")]]
    await bot.send_message(person_id, "Й" * 300, reply_markup=InlineKeyboardMarkup(rows))
    await page.get_by_text("ЙЙЙ").wait_for()
    for language in ("ru", "en", "bg", "zh"):
        await page.locator("#more").click()
        await page.locator("#language").select_option(language)
        await page.locator(f"html[lang={language}]").wait_for(state="attached")
        await page.locator("#d-more form button").click()
        for pane in ("staff", "chat"):
            await page.locator(f"[data-show={pane}]").click()
            too_wide = await page.evaluate(
                """() => [...document.querySelectorAll("body *")].filter((e) => {
                    const box = e.getBoundingClientRect();
                    const over = box.right > innerWidth + 1 || box.left < -1;
                    return box.width && over && !e.closest(".hidden, svg, select");
                }).map((e) => e.tagName + "." + e.className)"""
            )
            assert too_wide == [], (language, pane)
            small = await page.evaluate(
                """() => [...document.querySelectorAll("button, select, textarea")].filter((e) => {
                    const box = e.getBoundingClientRect();
                    return box.width && box.height < 36 && !e.closest(".bubble");
                }).map((e) => e.id || e.className)"""
            )
            assert small == [], "too small for a thumb"
    contrast = await page.evaluate(CONTRAST)
    assert contrast == [], "hard to read"
    await asyncio.wait_for(page.close(), 5)


#: Texts whose contrast with what is behind them is below 4.5 to 1 (WCAG 2.2, 1.4.3).
CONTRAST = """() => {
  const parse = (c) => { const m = c.match(/[\\d.]+/g).map(Number); return m.length === 3 ? [...m, 1] : m; };
  const light = ([r, g, b]) => [r, g, b].map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => {
    const layers = [];
    for (let n = e; n; n = n.parentElement) {
      const c = getComputedStyle(n).backgroundColor;
      if (!c.startsWith("rgb")) return null;
      const p = parse(c);
      if (p[3] > 0) layers.push(p);
      if (p[3] === 1) break;
    }
    return layers.reverse().reduce((under, c) => under.map((v, i) => v * (1 - c[3]) + c[i] * c[3]), [255, 255, 255]);
  };
  return [...document.querySelectorAll("body *")].filter((e) => {
    if (e.closest(".hidden, svg, dialog, .scroll") && !e.closest(".bubble")) return false;
    const words = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!words || !e.getBoundingClientRect().width) return false;
    const back = behind(e);
    if (!back) return false;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(back)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05) < 4.5;
  }).map((e) => `${e.tagName}.${e.className}: ${e.textContent.slice(0, 20)}`);
}"""

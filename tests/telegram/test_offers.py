"""Offers over Telegram: files, the answer's buttons, and the talk that goes on."""

from __future__ import annotations

import asyncio
import io
import shutil
import zipfile

import pytest

from tests.telegram.chats import SECONDS, Bot, newcomer, picture_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

OFFER = (
    "URGENT HIRING customer service Cambodia, 2500 USD per month no experience needed\n"
    "Passport will be kept by HR for registration\n"
    "Contact only telegram @hr_0000, leave this week"
)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


async def test_the_talk_goes_on_about_an_offer_until_it_is_forgotten(bot: Bot) -> None:
    person = await newcomer(bot)
    await person.say(OFFER)
    answer = await person.wait_reply("Passport will be kept", timeout=SECONDS)
    assert answer.data_of("offer:all") and answer.data_of("offer:forget")
    await person.say("and if he gives me a contract?")
    await person.wait_reply("A contract helps only if it is real", timeout=SECONDS)
    await person.say("why is that bad?")
    await person.wait_reply("Why I warned you", timeout=SECONDS)
    await person.press("offer:forget")
    await person.wait_reply("I no longer remember", timeout=SECONDS)
    await person.press("offer:all")
    await person.wait_reply("I do not keep offers", timeout=SECONDS)


async def test_files_that_cannot_be_read_are_refused_kindly(bot: Bot) -> None:
    person = await newcomer(bot)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 60_000_000)
    await person.document(packed.getvalue(), name="contract.docx", mime_type=WORD)
    await person.wait_reply("too big for me", timeout=SECONDS)
    await person.document(b"nothing of the kind", name="contract.pdf", mime_type="application/pdf")
    await person.wait_reply("I can open pictures, PDF and Word", timeout=SECONDS)
    await person.document(b"PK\x05\x06" + b"\0" * 18, name="a.zip", mime_type="application/zip")
    await person.wait_reply("I can read text", timeout=SECONDS)


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
async def test_an_album_is_one_offer(bot: Bot) -> None:
    person = await newcomer(bot)
    first, second = OFFER.split("\n", 1)
    await asyncio.gather(
        person.photo(picture_of(first), caption="what do you think of this offer", album="77"),
        person.photo(picture_of(second), album="77"),
    )
    answer = await person.wait_reply("assport will be kept", timeout=60)
    while "Strong signs" not in answer.text:
        answer = await person.wait_reply(timeout=60)
    assert "Cambodia" in answer.text and "assport will be kept" in answer.text
    assert sum("Strong signs" in seen.text for seen in await person.messages(sender="bot")) == 1

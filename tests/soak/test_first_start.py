"""``make soak``: a machine without a model. A draft answers first, then the whole model takes its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot_process import BotProcess, sandbox

pytestmark = pytest.mark.soak

#: What no word list knows, only the model; and words of the answer.
ASKED, ANSWER = "my boss keeps my passport in his desk, can he do that?", "passport"


async def test_a_draft_answers_until_the_whole_model_does(tmp_path: Path) -> None:
    models = tmp_path / "models"
    async with sandbox() as (server, client):
        bot = await BotProcess(server, tmp_path / "home", environment={"PRISTAN_MODEL_DIR": str(models)}).start()
        try:
            for said, kind in (("The draft answers", "draft"), ("The whole model answers", "pristan")):
                await bot.wait_log(said, 1200)
                assert [path.name.split("-")[0] for path in models.glob("*.tar.gz")] == [kind]
                person = await client.person(kind, language_code="en")
                await person.say(ASKED)
                await person.wait_reply(ANSWER, timeout=60)
        finally:
            assert await bot.stop() == 0

"""Russian typed on a keyboard left in English is read; English and Russian in Latin letters stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.keyboard_layout import as_meant
from bot.safety.net import SafetyNet

LOCALES = Path(__file__).parents[2] / "locales"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gjvjubnt vtyz ,m.n", "помогите меня бьют"),
        ("Gjvjubnt", "Помогите"),
        ("jy pfgth ldthm b yt dsgecrftn", "он запер дверь и не выпускает"),
        ("ult yfqnb .hbcnf d cnfv,ekt?", "где найти юриста в стамбуле,"),
        ("e vtyz pf,hfkb gfcgjhn", "у меня забрали паспорт"),
    ],
)
def test_what_was_meant_is_read(typed: str, meant: str) -> None:
    assert as_meant(typed) == meant
    assert len(as_meant(typed)) == len(typed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "help me",
        "pls scan this ad",
        "nighty nite thx bye",
        "i hear keys pls pls",
        "send cops pls pls",
        "shh stop",
        "sdkjfhskdjfh",
        "17 hr shifts wtf",
        "17 hrs shfts, mny hrs, nt pd",
        "pomogite menya byut",
        "pomognete, shefat mi vze pasporta",
        "laoban ba wo de huzhao na zou le",
        "https://t.me/gjvjubnt vtyz ,m.n",
        "My boss took my passport",
        "помогите",
        "我在迪拜",
        "Vrste krst smrt",
    ],
)
def test_what_is_meant_as_it_stands_is_left(text: str) -> None:
    assert as_meant(text) == text


def test_a_cry_for_help_typed_so_raises_the_alarm() -> None:
    net = SafetyNet.load(LOCALES)
    alarm = net.look(as_meant("gjvjubnt vtyz ,m.n"))
    assert alarm is not None and alarm.kind == "danger" and alarm.language == "ru"

"""Of several places the one where help is looked for: not where somebody is only to be taken, nor a home far away."""

from pathlib import Path

import pytest

from bot.content.languages import identify
from bot.conversation.searching import Searching
from bot.directory.needs import NeedWords

LOCALES = Path(__file__).parents[2] / "locales"


@pytest.fixture(scope="module")
def searching() -> Searching:
    return Searching(NeedWords.load(LOCALES))


@pytest.mark.parametrize(
    ("text", "need", "expected"),
    [
        # Taken from a town again and again: who reports it is near.
        ("the agent who sent my sister to Saudi is still taking girls from Mombasa", "report", "KE"),
        ("this man is recruiting girls from Benin City every week", "report", "NG"),
        ("вербует девушек из Оша, где заявить", "report", "KG"),
        ("вывозят девчонок из Душанбе в Дубай, кому сообщить", "report", "TJ"),
        ("взима момичета от Сливен и ги праща в Германия", "report", "BG"),
        ("骗子又从贵阳招女孩去柬埔寨，去哪里举报", "report", "CN"),
        ("they still take girls from Mombasa, I am in Kampala", "report", "UG"),
        ("едни тука в Измир продават момичета от кърджали", "report", "TR"),
        ("they bring girls from Pokhara and keep them in Mumbai", "report", "IN"),
        # Not there yet.
        ("im 15 from Accra, still here. uncle is taking me for a football trial in Turkey", "child", "GH"),
        ("Тут женщина набирает официанток в Бахрейн. Мы в Душанбе", "report", "TJ"),
        ("отчим завтра увезет сестру в Турцию, мы в Оше, кто поможет", "child", "KG"),
        ("они ищут девушек в Корею, объявления висят в Бишкеке", "report", "KG"),
        ("чичо ще ме праща в Белгия да прося. на 13 съм, Монтана.", "child", "BG"),
        ("they will take my daughter to Jordan to be a maid, we are in Gulu", "child", "UG"),
        ("我妹下周要被送去缅甸，我们在保山，谁能拦", "report", "CN"),
        ("女儿16，网友说带她去澳门上班，人已经到珠海了", "child", "CN"),
        # Somebody else is there already.
        ("my sister is locked in Riyadh, I am in Manila, who can get her out", "report", "SA"),
        ("сестра уехала в Бахрейн и пропала, я в Душанбе, кто найдет ее", "hotline", "BH"),
        # Somebody is with the person.
        ("a girl is with me in Tirana, they sold her in Kosovo, where can she sleep", "shelter", "AL"),
        # A home is not where somebody is.
        ("i'm from Kenya, still here in the house in Jeddah, who can help", "hotline", "SA"),
        ("I am from Kampala, still here, locked in a house, they will sell me to Oman", "hotline", "UG"),
        ("I'm from Uganda, still here, they hold my passport. where can i get help", "hotline", None),
    ],
)
def test_where_help_is_looked_for(searching: Searching, text: str, need: str, expected: str | None) -> None:
    place = searching.place(text, identify(text).language, need)
    assert (place.country if place else None) == expected, text

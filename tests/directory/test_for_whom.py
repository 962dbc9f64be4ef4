"""For whom help is, told by grammar and ages; what is not plain is left open."""

import pytest

from bot.directory.for_whom import groups_told


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("сам из Куляба, сижу в лесу на пилораме", "men"),
        ("Отработал два года за еду, теперь свободен", "men"),
        ("я приехала на месяц, а меня не отпускают", "women"),
        ("Я узбечка, паспорт у хозяина", "women"),
        ("заседнал съм тук без пари", "men"),
        ("заключена съм в апартамента", "women"),
        ("мальчик лет 9 собирает деньги на рынке", "children"),
        ("на 14 съм, чичо ми ме кара да прося", "children"),
        ("girl about 9 begging outside the mall", "children"),
        ("me, my 2 yr old and a bag of clothes", "families"),
        ("带着俩娃从家里出来了", "families"),
        ("侄女才十五，被人带去陪酒", "children"),
        ("老公打我，我想跑", "women"),
    ],
)
def test_for_whom(text: str, group: str) -> None:
    assert group in groups_told(text)


@pytest.mark.parametrize(
    "text",
    [
        "he broke my arm and takes all I earn",
        "не мога да се върна заради брат ми",
        "работаем по 12 часов",
        "we work 12 hours, 6 days",
        "3 месяца без зарплаты",
        "what are my rights",
        "хозяин приехал и всех выгнал",
    ],
)
def test_nobody_is_guessed(text: str) -> None:
    assert groups_told(text) == ()

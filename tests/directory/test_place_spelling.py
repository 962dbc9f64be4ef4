"""Misspelt places are understood; ordinary words and people's names never become places."""

from pathlib import Path

import pytest

from bot.directory.cities import capitals, cities
from bot.directory.place_spelling import NearWords, moved_letter, nearness
from bot.directory.places import find_places, here
from bot.directory.towns import Towns, TownsError, towns


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("free lawyer Hamburgh", "DE/Hamburg"),
        ("я в варшове", "PL/Warsaw"),
        ("в Берлени нужен адвокат", "DE/Berlin"),
        ("живу в Германий", "DE"),
        ("我在柬铺寨", "KH"),
        ("i am in istambul", "TR/Istanbul"),
        ("в Барселони", "ES/Barcelona"),
        ("喺香港", "HK/Hong Kong"),
        ("wo zai dibai", "AE/Dubai"),
        ("we are in bali", "ID/Bali"),
        ("人在缅北", "MM"),
        ("困在西港", "KH/Sihanoukville"),
        ("работаю в Баварии", "DE"),
        ("в Сицилии", "IT/Sicily"),
        ("ф белгия гент", "BE/Ghent"),
        ("у берліні", "DE/Berlin"),
        ("2 years in Phnom Phen", "KH/Phnom Penh"),
        ("в куала лумпуре", "MY/Kuala Lumpur"),
        ("тука в никозиа", "CY/Nicosia"),
        ("人在吉隆玻，没钱了", "MY/Kuala Lumpur"),
        ("need therapy after that job. Sydny", "AU/Sydney"),
        ("lost my papers in Lilongve", "MW/Lilongwe"),
        ("на складе в Винтхуке", "NA/Windhoek"),
        ("we sleep outside Modenna", "IT/Modena"),
        ("работаем в Вичинце", "IT/Vicenza"),
        ("в Пьячентце на ферме", "IT/Piacenza"),
        ("Marakkesh, no pay since may", "MA/Marrakesh"),
        ("kuwait girl hiding in Larnacca", "CY/Larnaca"),
        ("人在曼古，没护照", "TH/Bangkok"),
        ("在金变干活", "KH/Phnom Penh"),
        ("马来西鸭的厂不发工资", "MY"),
        ("迪败总领馆电话", "AE/Dubai"),
        ("madam say wait. i dey jahra", "KW/Al Jahra'"),
        ("glove factry jhor baru", "MY/Johor Bahru"),
        ("sleeping in daka bus station", "BD/Dhaka"),
        ("в тересполе на вокзале", "PL/Terespol"),
        ("работаю в адессе", "UA/Odesa"),
        ("Живея в Лом", "BG/Lom"),
    ],
)
def test_misspelt_and_regional_names(text: str, expected: str) -> None:
    place = here(text)
    assert place is not None, text
    assert (f"{place.country}/{place.city}" if place.city else place.country) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Марина сказала что всё хорошо",
        "general strike on monday",
        "a message from Mario",
        "шеф в ангаре",
        "в этом месяце",
        "сижу в комнате",
        "работаю в теплице",
        "took a shower in the morning",
        "my uncle is in the hotel",
        "human rights in general",
        "парите ги няма",
        "шест години",
        "в клуба до късно",
        "камера в стаята",
        "天安门广场的照片",
        "不来啊",
        "спросила у Ромы и Милы",
        "от Романа ни слуху",
        "Виктория и Карина ушли",
        "работаю в теплице по ночам",
        "рожала в роддоме",
        "подписала на месте",
        "в патенте ошибка",
        "the state job office",
        "现在自由了",
        "他在那里等我",
        "到他那边去",
        "住在首饰店楼上",
        "в палицыю боюсь идти",
        "stopped in spring",
        "руки в крови",
        "в салона за красота",
        "Salamat",
        "Hi Sidny, can you help",
        "i dey tire for this work",
        "събирам желязо и лом на двора",
    ],
)
def test_words_and_names_are_no_places(text: str) -> None:
    places = [(place.country, place.city) for place in find_places(text)]
    assert places == [], text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("стройка в мытищах", "RU/Mytishchi"),
        ("это возле олденбурга", "DE/Oldenburg"),
        ("спим в Чаренцаване", "AM/Charentsavan"),
        ("на улицата сме в Лерида", "ES/Lleida"),
        ("现在在云南临沧", "CN/Lincang"),
        ("i am stuck in calabar", "NG/Calabar"),
    ],
)
def test_smaller_towns(text: str, expected: str) -> None:
    place = here(text)
    assert place is not None, text
    assert f"{place.country}/{place.city}" == expected


@pytest.mark.parametrize("line", ["DE\tX\tnorth\t1.0\t5\tx", "Germany\tX\t1.0\t1.0\t5\tx"])
def test_a_wrong_line_of_towns_names_its_place(tmp_path: Path, line: str) -> None:
    (tmp_path / "towns.tsv").write_text(f"# towns\n{line}\n", encoding="utf-8")
    with pytest.raises(TownsError, match=r"towns\.tsv:2"):
        Towns(tmp_path / "towns.tsv")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I came back to Lagos in march from libya, no money", "Lagos"),
        ("брат отработал на кирпичном в дагестане, щас дома в пензе", "Penza"),
        ("I was in Dubai, now i am in Istanbul", "Istanbul"),
    ],
)
def test_of_two_places_the_one_that_is_now(text: str, expected: str) -> None:
    place = here(text)
    assert place is not None
    assert place.city == expected


def test_every_capital_is_a_town_the_bot_knows() -> None:
    unknown = [one for one in capitals() if one not in cities() and towns().point(*one) is None]
    assert len(capitals()) > 150
    assert unknown == []


@pytest.mark.parametrize("line", ["FR Paris", "France\tParis"])
def test_a_wrong_line_of_capitals_names_its_place(tmp_path: Path, line: str) -> None:
    (tmp_path / "capitals.tsv").write_text(f"# capitals\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"capitals\.tsv:2"):
        capitals(tmp_path)


def test_near_words_are_found_by_slip_move_and_sound() -> None:
    names = ["foggia", "верона", "piacenza"]
    near = NearWords((name, number) for number, name in enumerate(names))
    assert [names[number] for word in ("fogia", "верпна", "piacneza") for number in near.numbers(word)] == names
    assert near.numbers("london") == set()
    assert NearWords([]).numbers("foggia") == set()


def test_how_near_a_word_is() -> None:
    assert nearness("fogia", "foggia") == 0
    assert nearness("piasenta", "piacenza") is None
    assert nearness("veronna", "merona") is None
    assert nearness("modeca", "modena") == 1
    assert moved_letter("beriut", "beirut")
    assert not moved_letter("beirut", "beirut")

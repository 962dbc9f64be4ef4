"""Where is the person? Phrases as people type them, hard ones on purpose."""

from pathlib import Path

import pytest

from bot.directory.load import Directory
from bot.directory.places import (
    Gazetteer,
    PlacesError,
    countries_near,
    country_name,
    country_of_location,
    find_places,
    here,
)

# text, then the places expected in it: country[/city] role
RUSSIAN = [
    ("я в Турции", "TR in"),
    ("я щас в турции помогите", "TR in"),
    ("в Турцию приехала месяц назад", "TR to"),
    ("приехала в Турцию месяц назад, паспорт забрали", "TR in"),
    ("меня привезли в Дубай", "AE/Dubai in"),
    ("зовут в Дубай хостес", "AE/Dubai to"),
    ("Завтра улетаю в Доху горничной", "QA/Doha to"),
    ("сижу в Дубае без паспорта", "AE/Dubai in"),
    ("из Узбекистана, сейчас в Германии на стройке", "UZ from, DE in"),
    ("Я из Киргизии", "KG from"),
    ("с украины я", "UA from"),
    ("гражданин Таджикистана", "TJ from"),
    ("посольство Китая в Таиланде", "CN from, TH in"),
    ("посольство России в Анкаре где", "RU from, TR/Ankara in"),
    ("как выбраться из Мьянмы", "MM in"),
    ("помогите сбежать из Камбоджи", "KH in"),
    ("Кому позвонить из Турции, по-русски чтобы говорили?", "TR in"),
    ("звоню из эмиратов", "AE in"),
    ("в ОАЭ", "AE in"),
    ("Эмираты", "AE unknown"),
    ("питер", "RU/Saint Petersburg unknown"),
    ("в Питере на складе держат", "RU/Saint Petersburg in"),
    ("мск, люблино", "RU/Moscow unknown"),
    ("работаю в Москве, сам с Бухары", "RU/Moscow in, UZ/Bukhara from"),
    ("застрял в Мьявадди", "MM/Myawaddy in"),
    ("вывезли в Сиануквиль", "KH/Sihanoukville in"),
    ("работа в Фодже на томатах", "IT/Foggia in"),
    ("в городе Прато на фабрике", "IT/Prato in"),
    ("паспорт у хозяина, Анталья, отель", "TR/Antalya unknown"),
    ("мы в Грузии", "GE in"),
    ("Дания или Швеция?", "DK unknown, SE unknown"),
    ("в тайланде мы", "TH in"),
    ("в камбоджии", "KH in"),
    ("филипины", "PH unknown"),
    ("v turcii seychas", "TR in"),
    ("ya v Laose v kazino", "LA in"),
    ("iz uzbekistana ya", "UZ from"),
    ("v OAE", "AE in"),
    ("я узбечка, в Стамбуле", "UZ people-from, TR/Istanbul in"),
    ("хочу вернуться домой в Молдову", "MD to"),
    ("на Кубе", "CU in"),
    ("в Алматы", "KZ/Almaty in"),
    ("в Беларуси", "BY in"),
    ("в Чаде", "TD in"),
    ("в Мали", "ML in"),
    ("в Того", "TG in"),
    ("в Иране", "IR in"),
    ("брат уехал на заработки в польшу и пропал", "PL to"),
    ("в китае", "CN in"),
    ("из под Алматы, сейчас сеул", "KZ/Almaty from, KR/Seoul unknown"),
    ("🇹🇷 помогите", "TR unknown"),
]
RUSSIAN_NOTHING = [
    "для того чтобы уехать",
    "у меня много ран и ран",
    "из того что обещали ничего не дали",
    "говорю по-турецки",
    "на китайском языке",
    "три кубика",
    "мали чего",
    "дань уважения",
    "София сказала ждать",
    "мы с Софией боимся",
    "он бьёт меня",
    "хозяин не платит",
    "не отдают паспорт",
    "от Софии письмо, сказала не ехать",
]
ENGLISH = [
    ("I am in Turkey", "TR in"),
    ("im in turkey rn pls help", "TR in"),
    ("Turkey", "TR unknown"),
    ("turkey", "TR unknown"),
    ("Türkiye", "TR unknown"),
    ("in Türkiye", "TR in"),
    ("I'm from Uzbekistan, in Istanbul now", "UZ from, TR/Istanbul in"),
    ("Nepali working in Qatar", "NP adjective, QA in"),
    ("stuck in Myawaddy", "MM/Myawaddy in"),
    ("they took us to KK Park", "MM/Myawaddy in"),
    ("sold to a company in Sihanoukville", "KH/Sihanoukville in"),
    ("i was brought to Bavet", "KH/Bavet in"),
    ("poipet compound", "KH/Poipet unknown"),
    ("how do I get out of Cambodia", "KH in"),
    ("help me escape from Laos", "LA in"),
    ("calling from Dubai", "AE/Dubai in"),
    ("in the UAE", "AE in"),
    ("uae", "AE unknown"),
    ("in the US", "US in"),
    ("in the us on h2a visa", "US in"),
    ("I live in the UK", "GB in"),
    ("the agency is in Manila, job offer in Poland", "PH/Manila in, PL to"),
    ("going to Germany next week", "DE to"),
    ("visa for romania", "RO to"),
    ("I was sent to Saudi", "SA in"),
    ("my passport from Ghana is with the boss in Lebanon", "GH from, LB in"),
    ("embassy of India in Vientiane", "IN from, LA/Vientiane in"),
    ("Chinese embassy in Phnom Penh", "CN adjective, KH/Phnom Penh in"),
    ("in Chad", "TD in"),
    ("in Jordan", "JO in"),
    ("We live in Georgia", "GE in"),
    ("in Nice, France", "FR/Nice in, FR in"),
    ("Antalya, Turkey", "TR/Antalya unknown, TR unknown"),
    ("Hong Kong domestic helper", "HK/Hong Kong unknown"),
    ("in mae sot thailand", "TH/Mae Sot in, TH in"),
    ("tailand", "TH unknown"),
    ("phillipines", "PH unknown"),
    ("in Foggia picking tomatoes", "IT/Foggia in"),
    ("shelter in sofia", "BG/Sofia in"),
    ("return to the Philippines", "PH to"),
    ("in Burma", "MM in"),
    ("we're in Bulgaria", "BG in"),
    ("in holland", "NL in"),
    ("in South Sudan", "SS in"),
]
ENGLISH_NOTHING = [
    "turkey sandwich please",
    "help us",
    "they beat us",
    "Jordan said he will come",
    "that is nice of you",
    "chad is a stupid name",
    "I speak Turkish",
    "answer in Chinese please",
    "guinea pig",
    "he has no pity on us",
    "I want to split the money",
    "my boss does not pay me",
    "cold turkey",
    "limerick",
]
BULGARIAN = [
    ("в Германия съм", "DE in"),
    ("аз съм в германия и ми взеха паспорта", "DE in"),
    ("германия", "DE unknown"),
    ("от България съм", "BG from"),
    ("Аз съм от Непал, работя в Пловдив", "NP from, BG/Plovdiv in"),
    ("работа за Германия", "DE to"),
    ("заминавам за Холандия", "NL to"),
    ("канят ме в Дубай", "AE/Dubai to"),
    ("закараха ме в Италия", "IT in"),
    ("край Арта берем портокали", "GR/Arta in"),
    ("в Гърция сме, не ни плащат", "GR in"),
    ("в Гърцията", "GR in"),
    ("Солун", "GR/Thessaloniki unknown"),
    ("в солун без документи", "GR/Thessaloniki in"),
    ("как да се махна от Испания", "ES in"),
    ("искам да се прибера от Англия", "GB in"),
    ("обаждам се от Виена", "AT/Vienna in"),
    ("посолството на България в Берлин", "BG from, DE/Berlin in"),
    ("консулство на България в Лондон", "BG from, GB/London in"),
    ("убежище в София", "BG/Sofia in"),
    ("приют във Варна", "BG/Varna in"),
    ("тук в Бургас", "BG/Burgas in"),
    ("из Франция ни разкарват", "FR in"),
    ("аз съм българка в Белгия", "BG people-from, BE in"),
    ("украинка съм, в Русе", "UA people-from, BG/Ruse in"),
    ("в Кипър на строеж", "CY in"),
    ("в Лимасол", "CY/Limassol in"),
    ("град Пловдив", "BG/Plovdiv unknown"),
    ("гр. Варна", "BG/Varna unknown"),
    ("в Турция", "TR in"),
    ("в Истанбул съм", "TR/Istanbul in"),
    ("полша", "PL unknown"),
    ("в Обединените арабски емирства", "AE in"),
    ("germaniq", "DE unknown"),
    ("v Germaniq sum", "DE in"),
    ("v gurcia", "GR in"),
    ("rabota v Italiq", "IT in"),
    ("ot Bulgaria sum", "BG from"),
    ("в Чили", "CL in"),
    ("в Мали", "ML in"),
    ("в САЩ", "US in"),
    ("в Прато при китайците", "IT/Prato in"),
    ("дойдох в Австрия за да бера ягоди", "AT in"),
    ("в Румъния", "RO in"),
]
BULGARIAN_NOTHING = [
    "на турски език",
    "тука е много шумен квартал",
    "не знам какво да правя",
    "шефът ми взе паспорта",
    "казан с вода",
    "много сме уморени",
    "искам чили кон карне",
    "той ме бие",
    "кой чете тук",
    "бали слама",
    "говоря на немски",
]
CHINESE = [
    ("我在妙瓦底", "MM/Myawaddy in"),
    ("在土耳其", "TR in"),
    ("我在土耳其打工", "TR in"),
    ("我是越南人在柬埔寨", "VN from, KH in"),
    ("被骗到西港", "KH/Sihanoukville in"),
    ("被卖到緬甸", "MM in"),
    ("人在KK园区", "MM/Myawaddy in"),
    ("泰國", "TH unknown"),
    ("在泰國清邁", "TH in, TH/Chiang Mai in"),
    ("從台灣來的,現在在柬埔寨", "TW from, KH in"),
    ("怎么从缅甸回国", "MM in"),
    ("从老挝逃出来怎么办", "LA in"),
    ("去日本做技能实习", "JP to"),
    ("下个月去塞尔维亚打工", "RS to"),
    ("招聘去迪拜", "AE/Dubai to"),
    ("莫斯科这边有没有中文求助", "RU/Moscow in"),
    ("中国大使馆", "CN from"),
    ("中国驻泰国大使馆电话", "CN from, TH in"),
    ("我是中国人", "CN from"),
    ("来自尼泊尔", "NP from"),
    ("到了意大利老板收走护照", "IT in"),
    ("普拉托一个工厂", "IT/Prato unknown"),
    ("在普拉托", "IT/Prato in"),
    ("马来西亚", "MY unknown"),
    ("在大马", "MY in"),
    ("缅北", "MM unknown"),
    ("在缅北园区", "MM in"),
    ("果敢", "MM/Laukkai unknown"),
    ("金三角特区", "LA/Bokeo unknown"),
    ("在波贝", "KH/Poipet in"),
    ("在曼谷", "TH/Bangkok in"),
    ("韩国首尔", "KR unknown, KR/Seoul unknown"),
    ("在新加坡做女佣", "SG/Singapore in"),
    ("在香港", "HK/Hong Kong in"),
    ("阿聯酋", "AE unknown"),
    ("在沙特", "SA in"),
    ("在杜拜", "AE/Dubai in"),
    ("回中国", "CN to"),
    ("到柬埔寨工作", "KH to"),
    ("俄羅斯", "RU unknown"),
    ("在义大利", "IT in"),
    ("印度尼西亚", "ID unknown"),
    ("在Dubai", "AE/Dubai in"),
    ("我来柬埔寨三个月了", "KH in"),
]
CHINESE_NOTHING = [
    "马里兰",
    "不会说日语",
    "他打我",
    "老板不给工资",
    "包罗万象",
    "她做事很果敢",
    "我想回家",
    "护照被扣了",
    "走在老街上",
    "多谢你们",
]


def _told(text: str, language: str | None) -> str:
    told = []
    for place in find_places(text, language):
        name = f"{place.country}/{place.city}" if place.city else place.country
        role = {"adjective": "adjective", "people": f"people-{place.role}"}.get(place.kind, place.role)
        told.append(f"{name} {role}")
    return ", ".join(told)


CASES = [
    (language, text, expected)
    for language, cases in (("ru", RUSSIAN), ("en", ENGLISH), ("bg", BULGARIAN), ("zh", CHINESE))
    for text, expected in cases
]
NOTHING = [
    (language, text)
    for language, cases in (
        ("ru", RUSSIAN_NOTHING),
        ("en", ENGLISH_NOTHING),
        ("bg", BULGARIAN_NOTHING),
        ("zh", CHINESE_NOTHING),
    )
    for text in cases
]


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_place_and_role_with_the_language_known(language: str, text: str, expected: str) -> None:
    assert _told(text, language) == expected


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_the_country_is_the_same_without_the_language(language: str, text: str, expected: str) -> None:
    def countries(told: str) -> list[str]:
        return [part.split()[0].split("/")[0] for part in told.split(", ") if part]

    assert countries(_told(text, None)) == countries(expected)


@pytest.mark.parametrize(("language", "text"), NOTHING)
def test_words_that_only_look_like_places(language: str, text: str) -> None:
    places = [p for p in find_places(text, language) if p.kind in ("country", "city")]
    assert places == []
    assert here(text, language) is None


def test_each_language_has_at_least_forty_phrases() -> None:
    for cases in (RUSSIAN, ENGLISH, BULGARIAN, CHINESE):
        assert len(cases) >= 40


def test_offsets_point_into_the_original_text() -> None:
    text = "  Я  в\u200b ТУРЦИИ 🙂, а брат в Грузии"
    assert [text[p.start : p.end] for p in find_places(text, "ru")] == ["ТУРЦИИ", "Грузии"]
    chinese = "🙂我在泰國"
    assert [chinese[p.start : p.end] for p in find_places(chinese)] == ["泰國"]


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("I am from Uzbekistan and I am in Turkey", "TR"),
        ("Я из Узбекистана, работаю в Турции", "TR"),
        ("我是越南人,我在柬埔寨", "KH"),
        ("от България съм, в Германия съм", "DE"),
        ("I am from Nepal", None),
        ("я узбек", None),
        ("был в Турции, потом в Греции", None),
        ("позвали в Дубай", "AE"),
        ("если меня вернут в Узбекистан, посадят", None),
        ("if they deport me to Eritrea they will kill me", None),
        ("不敢回中国", None),
        ("я в Турции, у меня мать в Бишкеке", None),
        ("у меня в Бишкеке дети, в Стамбуле работаю", None),
        ("Uganda consulate", None),
        ("he still takes girls from Mombasa", None),
    ],
)
def test_here_never_takes_the_home_country(text: str, country: str | None) -> None:
    place = here(text)
    assert (place.country if place else None) == country


@pytest.mark.parametrize("text", ["", " ", "\n", "a" * 4096, "在" * 4096, "\ud800 в Турции", "v " * 2000, "🇹", "в"])
def test_strange_text_does_not_break_it(text: str) -> None:
    assert isinstance(find_places(text), list)


def test_country_names_in_four_languages() -> None:
    assert country_name("TR", "ru") == "Турция"
    assert country_name("DE", "bg") == "Германия"
    assert country_name("TH", "zh") == "泰国"
    assert country_name("HK", "zh") == "香港"
    assert country_name("HK", "ru") == "Гонконг"
    assert country_name("HK", "bg") == "Хонконг"
    assert country_name("MO", "en") == "Macao"
    assert country_name("TR", "xx") == "Türkiye"


# Degrees of towns, most of them within sight of a border.
POINTS = [
    ("Istanbul", 41.01, 28.95, "TR"), ("Edirne", 41.67, 26.56, "TR"), ("Svilengrad", 41.76, 26.20, "BG"),
    ("Orestiada", 41.50, 26.53, "GR"), ("Sofia", 42.70, 23.32, "BG"), ("Sandanski", 41.57, 23.28, "BG"),
    ("Ruse", 43.85, 25.95, "BG"), ("Giurgiu", 43.90, 25.97, "RO"), ("Myawaddy", 16.69, 98.51, "MM"),
    ("Mae Sot", 16.71, 98.57, "TH"), ("KK Park", 16.62, 98.54, "MM"), ("Poipet", 13.66, 102.56, "KH"),
    ("Aranyaprathet", 13.69, 102.50, "TH"), ("Bavet", 11.07, 106.17, "KH"), ("Sihanoukville", 10.61, 103.53, "KH"),
    ("Golden Triangle", 20.35, 100.09, "LA"), ("Tachileik", 20.45, 99.88, "MM"), ("Mae Sai", 20.43, 99.88, "TH"),
    ("Laukkai", 23.69, 98.75, "MM"), ("Ruili", 24.00, 97.85, "CN"), ("Frankfurt Oder", 52.35, 14.55, "DE"),
    ("Slubice", 52.345, 14.58, "PL"), ("Menton", 43.78, 7.50, "FR"), ("Ventimiglia", 43.79, 7.61, "IT"),
    ("Prato", 43.88, 11.10, "IT"), ("Dubai", 25.20, 55.27, "AE"), ("Manama", 26.22, 50.58, "BH"),
    ("Hong Kong", 22.32, 114.17, "HK"), ("Shenzhen", 22.54, 114.06, "CN"), ("Macau", 22.19, 113.54, "MO"),
    ("Johor Bahru", 1.46, 103.76, "MY"), ("Singapore", 1.30, 103.85, "SG"), ("Osh", 40.53, 72.80, "KG"),
    ("Andijan", 40.78, 72.35, "UZ"), ("Shymkent", 42.30, 69.60, "KZ"), ("Kaliningrad", 54.71, 20.51, "RU"),
    ("Tiraspol", 46.84, 29.61, "MD"), ("Grodno", 53.68, 23.83, "BY"), ("Vilnius", 54.69, 25.28, "LT"),
    ("Basel", 47.55, 7.59, "CH"), ("Taipei", 25.04, 121.50, "TW"), ("Beirut", 33.89, 35.50, "LB"),
    ("Urumqi", 43.80, 87.60, "CN"), ("Odesa", 46.48, 30.73, "UA"), ("Nicosia", 35.16, 33.37, "CY"),
]  # fmt: skip


@pytest.mark.parametrize(("town", "latitude", "longitude", "country"), POINTS)
def test_country_of_a_shared_location(town: str, latitude: float, longitude: float, country: str) -> None:
    assert country_of_location(latitude, longitude) == country
    assert countries_near(latitude, longitude)[0] == country


def test_near_a_border_the_person_is_asked() -> None:
    assert set(countries_near(16.69, 98.51)) == {"MM", "TH"}
    assert set(countries_near(20.35, 100.09)) == {"LA", "MM", "TH"}
    assert countries_near(41.01, 28.95) == ("TR",)
    assert set(countries_near(44.95, 34.1)) == {"UA", "RU"}, "disputed: both are offered"


def test_at_sea_and_off_the_map() -> None:
    assert country_of_location(0, -30) is None
    assert countries_near(0, -30) == ()
    assert isinstance(countries_near(89.99, 179.99), tuple)
    for latitude, longitude in ((91, 0), (0, 181), (float("nan"), 0)):
        with pytest.raises(ValueError):
            country_of_location(latitude, longitude)


def test_a_mistake_in_a_places_file_names_file_and_line(tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "locales"
    for language in ("ru", "en", "bg", "zh"):
        (tmp_path / language).mkdir()
        text = (source / language / "places.yml").read_text(encoding="utf-8")
        (tmp_path / language / "places.yml").write_text(text, encoding="utf-8")
    Gazetteer(tmp_path)
    file = tmp_path / "ru" / "places.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('names: ["турция~"', 'names: ["турция(~"'), encoding="utf-8")
    with pytest.raises(PlacesError) as caught:
        Gazetteer(tmp_path)
    assert caught.value.file == file
    assert '"TR":' in file.read_text(encoding="utf-8").splitlines()[caught.value.line - 1]


def test_an_editor_can_add_a_misspelling(tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "locales"
    for language in ("ru", "en", "bg", "zh"):
        (tmp_path / language).mkdir()
        text = (source / language / "places.yml").read_text(encoding="utf-8")
        if language == "ru":
            text = text.replace('names: ["турция~"', 'names: ["тюрцыйя", "турция~"')
        (tmp_path / language / "places.yml").write_text(text, encoding="utf-8")
    assert [p.country for p in Gazetteer(tmp_path).find("тюрцыйя", "ru")] == ["TR"]


@pytest.mark.parametrize("language", ["ru", "en", "bg", "zh"])
def test_every_country_of_the_directory_is_understood_by_its_name(language: str, directory: Directory) -> None:
    for country in directory.countries:
        name = country_name(country, language).split(" (")[0]
        told = {place.country for place in find_places(name, language)}
        assert told == {country}, (country, name)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("в мелник съм, ама чешкия Мелник", "bg", "CZ/Melnik"),
        ("i stay in Benin City", "en", "NG/Benin City"),
        ("we are in quezon city po", "en", "PH/Quezon City"),
        ("wo zai ma lai xi ya, wo mei qian le", "zh", "MY/None"),
        ("мы в алмате", "ru", "KZ/Almaty"),
        ("я в тбилисях", "ru", "GE/Tbilisi"),
        ("аз съм в верона", "bg", "IT/Verona"),
        ("privez menya v Gamburg", "ru", "DE/Hamburg"),
        ("муж вернулся с офисов в мьянме. мы в алмате", "ru", "KZ/Almaty"),
        ("he was in Laos, came back. we are in Patna", "en", "IN/Patna"),
        ("我弟被骗去柬埔寨，回来了。我们在泉州", "zh", "CN/Quanzhou"),
        ("излъгаха ме в Чехия, работя без пари, Пардубице", "bg", "CZ/Pardubice"),
        # A name that is a word too stands alone between two signs.
        ("помогнете ми, моля ви, ниш", "bg", "RS/Nis"),
        ("Работя в хотел без договор, Тирана. кой да питам", "bg", "AL/Tirana"),
        ("бьет каждый день, Чита. куда идти", "ru", "RU/Chita"),
        ("паспорт забрали, Екат. куда идти", "ru", "RU/Yekaterinburg"),
        ("he keeps my papers, Cork. who helps", "en", "IE/Cork"),
        ("我们三个人被赶出来，布加勒斯，哪里能住", "zh", "RO/Bucharest"),
        ("在阿姆斯特，被老板打", "zh", "NL/Amsterdam"),
        ("picking tomatoes in Immokalee", "en", "US/Immokalee"),
        # Whose consulate, and where.
        ("ethiopia consulate beirut, I am inside the house", "en", "LB/Beirut"),
        ("uganda high commission kuala lumpur", "en", "MY/Kuala Lumpur"),
        ("my consulate beirut does not answer", "en", "LB/Beirut"),
        ("българия консулство милано", "bg", "IT/Milan"),
        ("Где в Абу-Даби посольство Узбекистана, адрес", "ru", "AE/Abu Dhabi"),
        ("где в ОАЭ посольство Узбекистана", "ru", "AE/None"),
        # Who is only to be taken somewhere is not there.
        ("годеникът я води в Германия другия месец, Ямбол.", "bg", "BG/Yambol"),
        ("ще я продадат в Гърция, аз съм в Сандански", "bg", "BG/Sandanski"),
        ("отчим завтра увезет сестру в Турцию, мы в Оше", "ru", "KG/Osh"),
        ("uncle is taking me for football trial in Turkey, now I'm in Accra", "en", "GH/Accra"),
        ("说带我弟去缅甸，他刚到昆明了，怎么拦", "zh", "CN/Kunming"),
        ("我妹下周要被送去缅甸，我们在保山", "zh", "CN/Baoshan"),
        ("закараха ме в Кипър", "bg", "CY/None"),
        ("карат ме да прося в Копенхаген", "bg", "DK/Copenhagen"),
        ("я в Астане, сестру увезли в Алматы", "ru", "KZ/Astana"),
        # Where somebody cannot go back to.
        ("Сбежал от хозяина, Катания. домой в Узбекистан нельзя, там убьют", "ru", "IT/Catania"),
        ("не могу да се върна в Афганистан, Харманли съм", "bg", "BG/Harmanli"),
        ("不敢回缅甸，回去会死，清迈，难民怎么办", "zh", "TH/Chiang Mai"),
        ("缅甸小姑娘被卖到我们村，云南瑞丽，找谁", "zh", "CN/Ruili"),
        # Who is to be brought home, and who is with the person.
        ("брат ми е на улицата в Копенхаген, как да го приберем в Пазарджик", "bg", "DK/Copenhagen"),
        ("у меня в Ереване живет девушка, в Дубае ее продавали", "ru", "AM/Yerevan"),
    ],
)
def test_where_somebody_is_now(text: str, language: str, expected: str) -> None:
    place = here(text, language)
    assert place is not None, text
    assert f"{place.country}/{place.city}" == expected


@pytest.mark.parametrize(
    "text",
    [
        "my friend Florence helped me",
        "Jordan told me to wait",
        "вена на руке болит",
        "как дела в целом",
        "влюбилась в того парня",
        "my head hurts, nice",
        "thanks, Florence",
        "I am from home. Male, 34",
        "всё болит, ровно",
        "сломала вену, больно, вена",
    ],
)
def test_names_and_words_that_are_towns_too(text: str) -> None:
    assert find_places(text) == []


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "northern alberta", "CA unknown"),
        ("en", "leamington ontario", "CA unknown"),
        ("en", "i pick fruit in Queensland", "AU in"),
        ("en", "locked on a farm in Shropshire", "GB in"),
        ("en", "Haryana", "IN unknown"),
        ("en", "i was taken to jo'burg", "ZA/Johannesburg in"),
        ("en", "she is in LA now", "US/Los Angeles in"),
        ("en", "stuck in KL no passport", "MY/Kuala Lumpur in"),
        ("en", "we are in BKK", "TH/Bangkok in"),
        ("en", "in nz on a dairy farm", "NZ in"),
        ("ru", "Краснодарский край", "RU unknown"),
        ("ru", "держат в Ростовской области", "RU in"),
        ("ru", "повезли в Карелию", "RU to"),
        ("ru", "ростовская обл", "RU unknown"),
        ("ru", "мы в Херсонской области", "UA in"),
        ("ru", "из Ошской области я", "KG from"),
        ("ru", "сижу в Ломбардии", "IT in"),
        ("ru", "в Истамбуле", "TR/Istanbul in"),
        ("ru", "v podmoskovie zaperli", "RU in"),
        ("bg", "държат ме в Есекс", "GB in"),
        ("bg", "бера ябълки в Южен Тирол", "IT in"),
        ("bg", "в Солун съм", "GR/Thessaloniki in"),
        ("bg", "от Кърджалийско съм", "BG from"),
        ("zh", "岐阜县", "JP unknown"),
        ("zh", "我在安大略省", "CA in"),
        ("zh", "我在KL做工", "MY/Kuala Lumpur in"),
        ("zh", "在珠三角的工厂", "CN in"),
        ("zh", "被卖到若开邦", "MM in"),
    ],
)
def test_regions_and_short_names_lead_to_a_country(language: str, text: str, expected: str) -> None:
    assert _told(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Punjab"),
        ("en", "from Kurdistan"),
        ("ru", "я из Пенджаба"),
        ("zh", "旁遮普"),
        ("en", "the combo in the box"),
        ("en", "la la la"),
        ("en", "virginia told me"),
        ("ru", "в районе склада"),
        ("ru", "наденьте маску"),
        ("bg", "поискаха банкова карта"),
        ("zh", "外国公司骗我"),
        ("zh", "上下班班车"),
        ("zh", "把他也拉黑了"),
        ("zh", "qing kong wo fa guo de"),
        ("zh", "ta ba xi guan gei wo le wo bu hui"),
    ],
)
def test_what_lies_in_two_countries_or_is_a_word_is_no_region(language: str, text: str) -> None:
    assert find_places(text, language) == []


def test_regions_are_not_guessed_from_misspelt_words() -> None:
    assert here("in Calabria", "en") is not None
    assert here("in Calibra", "en") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("xini", "AU/Sydney unknown"),
        ("xini laoban bu gei qian", "AU/Sydney unknown"),
        ("wo zai xini huzhao bei na zou le", "AU/Sydney in"),
        ("xigang huzhao bei gongsi kou le", "KH/Sihanoukville unknown"),
        ("huzhao diu le zai tu er qi", "TR in"),
        ("zhongguo huzhao", "CN from"),
    ],
)
def test_names_in_pinyin(text: str, expected: str) -> None:
    assert _told(text, "zh") == expected


@pytest.mark.parametrize("text", ["I told her xini yesterday", "the xini cat"])
def test_a_doubtful_name_in_pinyin_is_none_in_another_language(text: str) -> None:
    assert find_places(text) == []

"""Searches through the whole conversation, without the model: place, need, numbers that fail, sources, location."""

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.assembly import Content, conversation
from bot.conversation.messages import Inbound, Location, Reply
from bot.conversation.searching import Searching
from bot.conversation.turn import Conversation
from bot.directory.failures import counter_of, failures
from bot.directory.place_of_help import is_about_others
from bot.directory.places import here
from bot.handoff.relay import Relay
from bot.settings import Settings
from bot.store.store import Store


@pytest.fixture(scope="module")
def content(locales: Path) -> Content:
    return Content.load(locales)


class Person:
    """One person's chat with the conversation."""

    def __init__(self, talk: Conversation, store: Store) -> None:
        self.talk, self.store = talk, store

    async def send(self, inbound: Inbound) -> list[Reply]:
        async with self.store.turn(1) as turn:
            return await self.talk.respond(inbound, turn)

    async def say(self, text: str) -> list[Reply]:
        return await self.send(Inbound("text", text))

    async def press(self, data: str) -> list[Reply]:
        return await self.send(Inbound("button", data))


@pytest_asyncio.fixture
async def person(content: Content, tmp_path: Path) -> AsyncIterator[Person]:
    settings = dataclasses.replace(
        Settings.from_environment(), home=tmp_path, secret_key_file=tmp_path / "key", database_url=None
    )
    async with await Store.open(settings) as store:
        yield Person(conversation(content, Relay(content.catalogues, None)), store)


async def test_need_place_and_group_without_the_model(person: Person) -> None:
    replies = await person.say("мне некуда идти ночевать с ребенком, я в Варне")
    search = replies[-1].search
    assert search is not None
    assert (search.country, search.city, search.wanted.need) == ("BG", "Varna", "shelter")
    assert "families" in search.wanted.groups
    assert replies[-1].text.index("112") < replies[-1].text.index("Варна", 60)


async def test_the_need_waits_for_the_place(person: Person) -> None:
    asked = await person.say("i need a free lawyer")
    assert asked[-1].ask_location
    found = await person.say("Athens")
    assert found[-1].search is not None
    assert (found[-1].search.country, found[-1].search.wanted.need) == ("GR", "legal")
    assert found[-1].search.wanted.free


async def test_a_number_that_fails_is_counted_once_and_goes_behind(person: Person, content: Content) -> None:
    await person.say("who can i call in Bulgaria")
    which = await person.say("this number does not work")
    choices = [button.data for row in which[0].buttons for button in row]
    emergency, first = choices[0], choices[1]
    assert all(len(choice.encode()) <= 64 for choice in choices)
    again = await person.press(first)
    again = await person.press(first)
    shown = [button.data for row in (await person.press("dead:"))[0].buttons for button in row]
    assert shown[0] == emergency, "the emergency number stays first"
    assert shown[1] != first
    assert again[0].search is not None
    await person.press(emergency)
    assert (await person.press("dead:"))[0].buttons[0][0].data == emergency
    counted = await person.store.counters.read()
    assert counted[counter_of(first.removeprefix("dead:"))] == 1
    reported = failures(content.directory, counted)
    assert {failure.entry_id for failure in reported} == {first[5:], emergency[5:]}
    assert reported[0].origin is not None


async def test_a_shared_location_gives_the_town_and_keeps_no_coordinates(person: Person) -> None:
    await person.say("где переночевать")
    found = await person.send(Inbound("location", location=Location(43.2101, 27.9102)))
    assert found[-1].search is not None
    assert (found[-1].search.country, found[-1].search.city) == ("BG", "Varna")
    async with person.store.turn(1) as turn:
        kept = (turn.person.country, turn.person.city, turn.person.fields)
    assert "43.2" not in str(kept)
    assert "27.9" not in str(kept)


async def test_where_every_entry_comes_from(person: Person) -> None:
    await person.say("hotline in Turkey")
    origins = await person.press("origin:")
    assert "saglik.gov.tr" in origins[0].text
    assert "YİMER 157" in origins[0].text


@pytest.mark.parametrize(
    ("text", "where", "kept"),
    [
        ("help he is beating me right now, i am in Izmir", "TR", "TR"),
        ("сестру сейчас бьёт муж, помогите! она в Анталье, я в Москве", "TR", None),
        ("моей сестре 15, её зовут в Милан работать в клуб, мы из Перника", "BG", None),
    ],
)
async def test_an_alarm_names_the_numbers_of_where_the_trouble_is(
    person: Person, text: str, where: str, kept: str | None
) -> None:
    [answer, *_] = await person.say(text)
    assert answer.urgent and answer.search is not None
    assert answer.search.country == where
    async with person.store.turn(1) as turn:
        assert turn.person.country == kept


async def test_an_embassy_nobody_knows_is_not_invented(person: Person) -> None:
    found = await person.say("I am from Kenya, lost passport, i am in Oman, where is my embassy")
    assert found[-1].search is not None
    assert (found[-1].search.country, found[-1].search.wanted.nationality) == ("OM", "KE")
    assert "foreign ministry" in found[-1].text


async def test_whose_passport_is_asked_and_answered(person: Person) -> None:
    asked = await person.say("посольство где, я в Москве")
    assert "Паспорт" in asked[-1].text
    found = await person.say("Узбекистан")
    assert found[-1].search is not None
    assert (found[-1].search.country, found[-1].search.wanted.nationality) == ("RU", "UZ")


async def test_it_is_said_where_no_own_consulate_is_known(person: Person) -> None:
    text = (await person.say("я из Узбекистана, не платят зарплату, Стамбул, куда обратиться"))[-1].text
    assert "Консульство вашей страны (Узбекистан)" in text
    german = (await person.say("не платят зарплату, я в Берлине, куда обратиться"))[-1].text
    assert "В праздники может быть закрыто" in german


@pytest.mark.parametrize(
    ("text", "need", "language", "expected"),
    [
        ("хозяин забрал паспорт у моей подруги, она в манаме, я сама в москве. куда ей звонить", "hotline", "ru", "BH"),
        ("妹妹在吉隆坡做家政，雇主不放人也不给钱，我在雅加达", "labour", "zh", "MY"),
        ("my brother is in kenya, i am in oman, boss dont pay me", "labour", "en", "OM"),
        ("my family is in Kenya. I'm in Oman. Boss does not pay", "labour", "en", "OM"),
        ("гаджето ми иска да ида с него в Милано. аз съм от Перник", "child", "bg", "BG"),
        ("набирают девочек в китай из бишкека, как заявить", "report", "ru", "KG"),
        ("делото ми е в Бургас, аз съм вече в Лестър", "legal", "bg", "BG"),
        ("как да остана в Швеция, в Ирак не мога да се върна", "asylum", "bg", "SE"),
        ("iskam da se pribera ot london", "return", "bg", "GB"),
        ("philippine embassy kuwait location", "embassy", "en", "KW"),
        ("consulate of kenya bangkok", "embassy", "en", "TH"),
    ],
)
def test_where_help_is_looked_for(content: Content, text: str, need: str, language: str, expected: str) -> None:
    place = Searching(content.needs).place(text, language, need)
    assert place is not None
    assert place.country == expected


def test_a_trouble_the_words_and_the_model_agree_on_is_spoken_of(content: Content) -> None:
    searching = Searching(content.needs)
    ranking = [("find_legal_help", 0.28), ("ask_passport_taken", 0.23), ("embassy_help", 0.13)]
    assert searching.topic(searching.wish("老板扣了我护照，去哪投诉"), ranking) == "ask_passport_taken"
    assert searching.topic(searching.wish("去哪投诉"), ranking) is None
    assert searching.topic(searching.wish("老板扣了我护照"), [("find_legal_help", 0.9), ("greet", 0.05)]) is None


@pytest.mark.parametrize("data", ["dead:nothing", "dead:../x", "origin:x", "needs:", "need:nonsense"])
async def test_hostile_buttons_do_no_harm(person: Person, data: str) -> None:
    assert await person.press(data)


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("my bos he kip pasaport ... i work in oman", False),
        ("my bos he kip pasaport i work in oman", False),
        ("my family in Kenya", True),
        ("i think my sister is in Kenya", True),
        ("мама дома, я в Турции", False),
        ("я волнуюсь, сестра в Турции", True),
    ],
)
def test_whose_place_it_is(text: str, others: bool) -> None:
    place = here(text)
    assert place is not None
    assert is_about_others(text, place) is others


@pytest.mark.parametrize(
    ("text", "searched", "own"),
    [
        ("my sister is a nanny in Jounieh, madam keeps her passport. im in Freetown", "LB", "SL"),
        ("приятелката ми в Нотингам я бие гаджето. аз съм в Плевен, къде да се обади", "GB", "BG"),
        ("брат в Сургуте, не платят зарплату. мы в Оше, куда жаловаться", "RU", "KG"),
        ("我儿子在缅甸大其力，护照没了，我在湖南，大使馆电话多少", "MM", "CN"),
        ("my brother was sold into a compound in Bavet, no passport, family is in Kano", "KH", None),
    ],
)
async def test_the_place_of_somebody_else_is_searched_but_not_kept(
    person: Person, text: str, searched: str, own: str | None
) -> None:
    replies = await person.say(text)
    search = next(reply.search for reply in replies if reply.search is not None)
    assert search.country == searched
    async with person.store.turn(1) as turn:
        assert turn.person.country == own


@pytest.mark.parametrize(
    ("text", "need", "country"),
    [
        ("I clean rooms in Leeds, I paid 9,000 to an agent in Nairobi, who helps with my wages", "labour", "GB"),
        ("the agent in Nairobi who sold us to Oman still recruits", "report", "KE"),
        ("работаю в Варшаве, платила агенту в Ташкенте, зарплату не дают", "labour", "PL"),
        ("агентът в Плевен, който ни прати в Германия, още набира хора", "report", "BG"),
        ("I am with my agent in Dubai, no pay", "labour", "AE"),
    ],
)
def test_the_place_of_an_agent_is_another_than_the_persons(
    content: Content, text: str, need: str, country: str
) -> None:
    place = Searching(content.needs).place(text, None, need)
    assert place is not None and place.country == country


@pytest.mark.parametrize(
    ("text", "searched", "other"),
    [
        ("my sister is locked in Riyadh, I am in Manila, who can get her out", "SA", "PH"),
        ("сестра в Манаме, паспорт у хозяйки, я в Бишкеке. куда ей обратиться", "BH", "KG"),
        ("妹妹在吉隆坡做家政，雇主不放人也不给钱，我在雅加达，找谁投诉", "MY", "ID"),
    ],
)
async def test_another_country_that_was_named_is_one_press_away(
    person: Person, text: str, searched: str, other: str
) -> None:
    replies = await person.say(text)
    found = next(reply for reply in replies if reply.search is not None)
    assert found.search is not None and found.search.country == searched
    need = found.search.wanted.need
    data = next(button.data for row in found.buttons for button in row if button.data == f"country:{other}")
    again = next(reply for reply in await person.press(data) if reply.search is not None)
    assert again.search is not None
    assert (again.search.country, again.search.wanted.need) == (other, need)


async def test_an_alarm_offers_the_numbers_of_every_country_that_was_named(person: Person) -> None:
    replies = await person.say("they are beating her right now in Dubai!! I am in Nairobi")
    alarm = next(reply for reply in replies if reply.urgent)
    named = [button.data for row in alarm.buttons for button in row if button.data.startswith("sos:danger:")]
    assert alarm.search is not None
    assert {alarm.search.country, *(data.rpartition(":")[2] for data in named)} >= {"AE", "KE"}

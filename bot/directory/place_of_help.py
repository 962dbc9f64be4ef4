"""Of the places a message names, the one where help is looked for.

Whoever writes names homes, transit, agents and families besides: rules over the words around each place choose, and
where several countries are named a chooser that was fitted to labelled messages (:mod:`bot.directory.place_chooser`)
weighs what the rules say against everything else that is seen of each. Knows nothing of Telegram or Rasa.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.directory.needs import NeedWords
from bot.directory.place_chooser import PlaceChooser, by_country, likeliest
from bot.directory.place_signs import Ruled, Signs, Surroundings, signs_of
from bot.directory.places import (
    Place,
    find_places,
    named,
    said_of_now,
    said_of_then,
    stands_alone,
    whereabouts,
    with_town,
)

#: Words before a place that say that it is somebody else's, and words that say it is the person's own after all.
_OTHERS = re.compile(
    r"\b(?:famil\w*|mother|mom|mum|father|dad|parents|brother|sister|cousin|friend|wife|husband|son|daughter|he"
    r"|she|they)\b"
    r"|\b(?:мам|мать|отец|отц|пап|родител|брат|сестр|подруг|друг|друз|жен|муж|сын|доч|семь|родн|тёт|тет|дяд"
    r"|майк|баща|татко|приятел|съпруг|дъщер|син|семейств|братовчед|он|она|они|той|тя|те)\w*"
    r"|\b(?:niece|nephew|aunt|uncle|grand\w+|fianc\w+|girlfriend|boyfriend)\b"
    r"|\b(?:племянни|внук|внуч|невест|бабушк|дедушк|землячк|соседк|знаком|племенни|приятелк|съседк|снах|леля|чичо"
    r"|баба|дядо)\w*"
    r"|我(?:的)?(?:儿子|女儿|老公|老婆|媳妇|外甥|侄|表|堂|闺蜜|同学|室友|朋友|爱人|妈妈|爸爸|大姨|姑姑|舅舅|叔叔)|(?:儿子|女儿|[妈爸哥姐弟妹])(?:现在|人|还|一个人)?在"
    r"|[她他]|^\s*(?:妹妹|姐姐|弟弟|哥哥|姐妹|表妹|表姐|表弟|表哥|老婆|女儿|儿子|侄女|外甥|闺蜜|同事|老乡)|我[妈媽爸哥姐弟妹老]|家里|家裡|家人|父母|朋友|同乡|亲戚"
)
#: Somebody told it to the person: "my friend phoned me from Sharjah".
_TOLD_ME = re.compile(
    r"\b(?:phon|call|text|writ|wrot|messag|tell|told|rang|ring|contact)\w* (?:me|us)\b"
    r"|\b(?:мне|нам|ми|ни) (?:звон\w+|позвон\w+|пиш\w+|написал\w*|сказал\w*|писа|звънна|каза|пише|звъни)"
    r"|\b(?:звон\w+|позвон\w+|пиш\w+|написал\w*|сказал\w*) (?:мне|нам)\b|(?:打|给|跟|告诉|找)我"
)
_SELF = re.compile(
    r"\b(?:i|i'm|im|we|we're|me|us|я|мы|меня|нас|мне|нам|аз|ние|съм|сме|мен|ме|ни)\b"
    r"|我(?![妈媽爸哥姐弟妹老])|我们"
)
#: Words for what goes on before a court, and words of being asked to go somewhere.
_COURT = re.compile(r"\b(?:дел[оа]\w{0,3}|суд\w{0,3}|съд\w{0,3}|court|case|trial|hearing)\b|案子|开庭|法院|法庭")
_INVITED = re.compile(
    r"\b(?:invit\w+|offer\w*|wants? (?:me|her|him|us) to|ask(?:s|ed|ing)? (?:me|her|him|us) to"
    r"|зов[её]т|зовут|позвал\w*|приглаша\w*|пригласил\w*|предлага\w*|предложил\w*|уговарива\w*|манит"
    r"|иска да|искат да|вика(?:т)?|кани|канят|покани\w*|навива\w*)\b"
    r"|叫(?:我|她|他|我们)去|让(?:我|她|他|我们)去|喊我去|要我去|带我去|约我去"
)
#: Before a place, in its clause: people are looked for to go there, so nobody who is spoken of is there yet.
_RECRUITS = re.compile(
    r"\b(?:recruit\w*|hiring|hires|looking for (?:girls|women|boys|workers|waitresses|maids|people)|набира\w+|вербу\w+"
    r"|ищ(?:ет|ут) (?:девуш|девоч|девчон|парн|рабоч|официант|женщин|людей)\w*|търс(?:и|ят) (?:момич|жени|хора"
    r"|работни|деца)\w*"
    r"|наема\w*)\b|招(?:人|聘|女|工|服务员|模特)|拉人"
)
#: Somebody is with the person who writes.
_WITH_ME = re.compile(
    r"\bwith (?:me|us)\b|\bу (?:меня|нас)(?: \w+){0,3} (?:жив[её]т|ночует|прячется)\b|\b(?:жив[её]т|ночует"
    r"|прячется) у (?:меня|нас)\b"
    r"|\bпри (?:мен|нас)\b|\bрядом со мной\b|在我(?:这|家|们家)|跟我在一起"
)
#: Right before a place: people are taken from it, again and again. Who reports it is near.
_TAKES_FROM = re.compile(
    r"\b(?:taking|takes|take|recruit\w*|luring|lures|collect\w*|sending|sends|send|picking(?: up)?"
    r"|hiring|hires"
    r"|shipping|trafficking|exporting) (?:\w+ ){0,2}(?:girls|women|boys|men|people|children|kids|workers|students"
    r"|teens|teenagers"
    r"|ladies|youth|friends) from $"
    r"|\b(?:вербу\w+|набира\w+|увоз\w+|вывоз\w+|забира\w+|отправля\w+|собира\w+|ищ[еу]т) (?:\w+ ){0,2}"
    r"(?:девуш\w+|девоч\w+|девчон\w+|женщин\w*|парн\w+|мужчин\w*|людей|детей|рабочих|студент\w+"
    r"|наших)(?: \w+)? (?:из|с) $"
    r"|\b(?:взима\w*|събира\w*|води|водят|праща\w*|вербува\w*|набира\w*|търс[ия]т?"
    r"|изнася\w*)(?: \w+)? "
    r"(?:момич\w+|жени\w*|дец\w+|деца\w*|хора\w*|мъже\w*|младеж\w+|работни\w+)(?: \w+)? от $"
)
#: The same in Chinese: "从昆明招女孩去缅甸".
_TAKES_FROM_HAN = re.compile(r"^.{0,4}(?:招|骗|拐|拉|运|送|带|卖|找|弄|收|挑).{0,6}(?:女|人|孩|妹|姑娘|学生|男|小伙)")

#: Somebody is to be taken away, and has not left.
_TO_BE_TAKEN = re.compile(
    r"\b(?:taking|sending|bringing|flying) (?:me|her|him|us|them|my \w+)\b"
    r"|\b(?:will|going to|gonna|about to) (?:take|send|sell|fly|bring|marry|be sent|be taken|be sold)\b"
    r"|\b(?:still here|not left yet|(?:haven'?t|have not|hasn'?t|didn'?t|not) (?:go|gone|left|leave"
    r"|travel\w*)(?: yet)?)\b"
    r"|\b(?:увез(?:[её]т|ут)|отвез(?:[её]т|ут)|повез(?:[её]т|ут)|вез(?:[её]т|ут)|увозят|отправля\w+|отправ(?:ит|ят)"
    r"|ещ[её] не (?:уехал\w*|поехал\w*|улетел\w*|вылетел\w*)|пока (?:ещ[её] )?(?:тут|здесь|дома))\b"
    r"|\b(?:ще (?:ме|я|го|ги|ни) (?:вод|прат|закар|вземе|прода|отвед|завед)\w*|(?:ме|я|го|ги|ни) (?:води|водят|пращат?)"
    r"|още не (?:съм|е|са|сме) (?:тръгн|замин)\w+|още съм тук)\b"
    r"|还没(?:去|走|出发|动身)|要(?:把|带)(?:我|她|他)|(?:[要会]|准备|打算)[被把]|(?<![需重主只])要嫁"
)
#: Who tells this is held somewhere already, maybe far from the home they name.
_HELD = re.compile(
    r"\b(?:lock\w*|passport|boss|madam|held|hold\w*|captive|trapped|паспорт\w*|запер\w*|держат|хозя\w+|взаперти"
    r"|заключ\w*|държат|шеф\w*)\b|护照|老板|关着|关在|扣"
)
#: Who stays at home while the person is away, and words that ask on behalf of somebody.
_LEFT_BEHIND = re.compile(
    r"\b(?:famil\w*|parents|kids|children|семь\w*|семейств\w*|родител\w*|дет[ия]\w*|деца\w*)\b|家里|家裡|家人|父母|孩子"
)
_FOR_OTHERS = re.compile(
    r"\b(?:she|her|he|him|his|they|them|ей|её|ее|ему|его|им|их|она|он|они|тя|той|те|ѝ|му|нея|него|тях)\b|她|他"
)
_CLAUSE_END = re.compile(r"[.,;:!?\n…，。；：！？、]|\s[-–—]\s|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
#: Right before a place: whoever recruits sits there, not who was recruited.
_AGENT_AT = re.compile(
    r"\b(?:agen(?:t|cy)s?|agencies|recruiters?|brokers?|middlem[ae]n|агент\w*|агенци\w*|посредни\w*|вербовщи\w*)"
    r"\s+(?:in|at|of|from|в|във|во|из|от)\s+$"
)
_AGENT_AT_HAN = ("的中介", "中介", "那边的中介", "的代理")
#: Before a place, in its clause: somebody is to be brought there.
_BROUGHT_HOME = re.compile(
    r"\b(?:верн(?:уть|уться|ем|ём|усь|ется|утся|ите)|забрать|отправить|привезти|домой|к нам|обратно|назад"
    r"|върн(?:ем|а|ат|е|ете)|връща\w*|прибер\w*|прибир\w*|вкъщи|обратно|у дома"
    r"|(?:back|home|return\w*) (?:to|in)|(?:go|get|bring\w*|send|fly) (?:(?:me|us|her|him|them) )?(?:back|home))\b"
    r"|(?:回|送|接|带)(?:她|他|我|我们|人)?(?:回|到)?$"
)
#: Somebody wants to go home themselves.
_WANTS_HOME = re.compile(
    r"\b(?:i|we) (?:just )?(?:want|need|wanna|like)\b[^.!?]{0,20}\bhome\b"
    r"|\bхо(?:чу|тим)\b[^.!?]{0,20}\b(?:домой|вернуться|назад)\b"
    r"|\bиска(?:м|ме)\b[^.!?]{0,20}\b(?:вкъщи|у дома|да се прибера\w*|да се върна)\b|(?<!他)(?<!她)想回[家国老]"
)
#: Needs that are met where who writes is, also where the trouble was elsewhere.
_AT_HOME = frozenset({"report", "recovery", "psychological"})
#: Kinds of places somebody can be in.
_NAMED = ("country", "city")

_SENTENCE_END = re.compile(r"[.!?\n…。！？]+(?=\s|$|[\u3400-\u9fff])")


def _sentence_of(text: str, place: Place) -> str:
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, place.start)]
    after = _SENTENCE_END.search(text, place.end)
    return text[ends[-1] if ends else 0 : after.start() if after else len(text)]


def _part_of(text: str, place: Place) -> str:
    """The part of a sentence a place stands in, between two signs."""
    ends = [match.end() for match in _CLAUSE_END.finditer(text, 0, place.start)]
    after = _CLAUSE_END.search(text, place.end)
    return text[ends[-1] if ends else 0 : after.start() if after else len(text)].lower()


def _before(text: str, place: Place) -> str:
    """What stands before a place in its part of a sentence."""
    before = text[: place.start].lower()
    ends = [match.end() for match in _CLAUSE_END.finditer(before)]
    return before[ends[-1] if ends else 0 :]


def is_about_others(text: str, place: Place) -> bool:
    """Whether the words before a place, in its clause, say that somebody else is there: "my family in Kenya".

    "My boss, he keeps my passport, I work in Oman" is about the person: another clause, and "I" comes later.
    """
    clause = _before(text, place)
    others = [match.end() for match in _OTHERS.finditer(clause)]
    own = [match.end() for match in _SELF.finditer(_TOLD_ME.sub(" ", clause))]
    return bool(others) and (not own or own[-1] <= others[-1])


def _taken_from(text: str, told: Sequence[Place]) -> Place | None:
    """The town of "he still takes girls from Mombasa": who reports it is near, unless they say where they are."""
    if any(place.role == "in" and not is_about_others(text, place) for place in told):
        return None
    towns = [
        place
        for place in told
        if place.role == "from"
        and place.city
        and (
            _TAKES_FROM.search(text[: place.start].lower())
            or (text[: place.start].endswith(("从", "在")) and _TAKES_FROM_HAN.search(text[place.end :]))
        )
    ]
    elsewhere = [place for place in told if place.role == "unknown" and stands_alone(text, place, told)]
    return towns[0] if len({place.country for place in towns}) == 1 and not elsewhere else None


def _added(text: str, told: Sequence[Place]) -> Place | None:
    """Of "an agent sent thirty boys to Laos. Patna." the place who writes it added, where nobody says "I am in"."""
    alone = [place for place in told if place.role in ("in", "unknown") and stands_alone(text, place, told)]
    others = [place for place in told if place.role == "in" and place not in alone]
    alone = [place for place in alone if place.country not in {other.country for other in others}]
    if not others or len({place.country for place in alone}) != 1:
        return None
    if any(_SELF.search(_part_of(text, place)) and not is_about_others(text, place) for place in others):
        return None
    return next((place for place in alone if place.city), alone[0])


def _whose(text: str, named_places: Sequence[Place]) -> tuple[list[Place], list[Place]]:
    """The places of somebody else, and those of who writes (or, where they name none, of a family at home)."""
    told = [place for place in named_places if place.role in ("in", "unknown", "to") and not said_of_then(text, place)]
    # Who is only to be taken somewhere, or is looked for to go there, is not there.
    others = [
        place
        for place in told
        if is_about_others(text, place)
        and not _RECRUITS.search(before := _before(text, place))
        and not (place.role == "to" and (_INVITED.search(before) or _TO_BE_TAKEN.search(before)))
    ]
    left = [place for place in others if _LEFT_BEHIND.search(_part_of(text, place))]
    others = [place for place in others if place not in left]
    own = [place for place in told if place.role == "in" and _SELF.search(_part_of(text, place))] or left
    return others, [place for place in own if place not in others]


def _of_agents(text: str, told: Sequence[Place]) -> list[Place]:
    """Where whoever recruits sits, in one country, if the text tells of another place as well.

    A report goes there; for all else help is near who was recruited.
    """
    agents = [
        place
        for place in told
        if _AGENT_AT.search(text[: place.start].lower()) or text[place.end :].startswith(_AGENT_AT_HAN)
    ]
    countries = {place.country for place in agents}
    elsewhere = any(place.country not in countries and place.role != "from" for place in told)
    return agents if len(countries) == 1 and elsewhere else []


def _candidates(text: str, told: Sequence[Place], need: str | None, *, settle: bool) -> list[Place]:
    places = whereabouts(text, told, settle=settle)
    if need != "return":
        return places
    if places and all(place.role == "to" for place in places):
        places = [place for place in told if place.role in ("in", "unknown")] or places
    places = [place for place in places if place.role != "to"]
    return [place for place in places if not _BROUGHT_HOME.search(_before(text, place))] or places


class PlaceOfHelp:
    """Finds the place where help is looked for.

    Args:
        words: the words for needs.
        chooser: weighs places of several countries against each other.
    """

    def __init__(self, words: NeedWords, chooser: PlaceChooser) -> None:
        self._words = words
        self._chooser = chooser

    def place(self, text: str, language: str | None, need: str | None) -> Place | None:
        """Where help is looked for, as far as the message says; None where nobody could tell.

        Args:
            text: what the person wrote.
            language: its language, if known.
            need: what help is looked for, if that is known.
        """
        found, ruled, signs = self._read(text, language, need)
        if not signs:
            return ruled.place
        chances = self._chooser.chances(signs)
        country = likeliest(by_country((place.country for place in found), chances))
        if country is None:
            return None
        if ruled.place is not None and ruled.place.country == country:
            return ruled.place
        _, best = max(
            ((chance, place) for chance, place in zip(chances, found, strict=True) if place.country == country),
            key=lambda one: one[0],
        )
        return with_town(found, [best])

    def countries(self, text: str, language: str | None) -> list[str]:
        """ISO codes of the countries a message names, itself or by a town, the likeliest first; of one alone none."""
        found, _, signs = self._read(text, language, None)
        if not signs:
            return []
        chances = by_country((place.country for place in found), self._chooser.chances(signs))
        return sorted(chances, key=lambda country: -chances[country])

    def signs(self, text: str, language: str | None, need: str | None) -> tuple[list[Place], list[Signs]]:
        """The countries and towns of a message and what the chooser sees of each: for its fitting.

        Nothing is seen of them where they are of one country.
        """
        found, _, signs = self._read(text, language, need)
        return found, signs

    def _read(self, text: str, language: str | None, need: str | None) -> tuple[list[Place], Ruled, list[Signs]]:
        """The countries and towns of a message, what the rules choose, and, of several countries, the signs of each."""
        told = find_places(text, language)
        found = [place for place in told if place.kind in _NAMED]
        ruled = self._by_rules(text, found, need)
        if len({place.country for place in found}) < 2:
            return found, ruled, []
        origins = frozenset(place.country for place in told if place.kind not in _NAMED)
        around = [self._surroundings(text, place, found) for place in found]
        taken = bool(_TO_BE_TAKEN.search(text.lower()))
        return found, ruled, signs_of(text, found, around, need, ruled, origins, taken)

    def _surroundings(self, text: str, place: Place, found: Sequence[Place]) -> Surroundings:
        sentence, part, before = _sentence_of(text, place), _part_of(text, place), _before(text, place)
        return Surroundings(
            about_others=is_about_others(text, place),
            then=said_of_then(text, place),
            now=said_of_now(text, place),
            alone=stands_alone(text, place, found),
            own_part=bool(_SELF.search(part)),
            others_part=bool(_FOR_OTHERS.search(part)),
            own_sentence=bool(_SELF.search(sentence.lower())),
            left_behind=bool(_LEFT_BEHIND.search(part)),
            held=bool(_HELD.search(part)),
            with_me=bool(_WITH_ME.search(part)),
            recruits=bool(_RECRUITS.search(before)),
            invited=bool(_INVITED.search(sentence.lower())),
            to_be_taken=bool(_TO_BE_TAKEN.search(sentence.lower())),
            brought_home=bool(_BROUGHT_HOME.search(before)),
            wish=self._words.look(sentence),
        )

    def _by_rules(self, text: str, found: list[Place], need: str | None) -> Ruled:
        """What the words around the places say.

        Of two countries ("I am in Henan. My cousin is in Abu Dhabi, her passport expired") that of the sentence that
        tells the trouble. The home somebody wants to return to is not where they are.
        """
        agents = _of_agents(text, found)
        if agents and need == "report":
            return Ruled(agents[0], "agent")
        found = [place for place in found if place not in agents]
        own_return = need == "return" and _WANTS_HOME.search(text.lower())
        if not own_return and (other := self._where_somebody_else_is(text, found)):
            return Ruled(other, "somebody else")
        places = _candidates(text, found, need, settle=False)
        places = [place for place in places if not said_of_then(text, place)] or places
        if recruited := _taken_from(text, found):
            return Ruled(recruited, "taken from")
        if need in _AT_HOME and (alone := _added(text, found)):
            return Ruled(alone, "added")
        if len({place.country for place in places}) > 1:
            wishes = [(place, self._words.look(_sentence_of(text, place))) for place in places]
            for says in ("asked", "told", "looking"):
                fitting = [place for place, wish in wishes if getattr(wish, says)]
                if len({place.country for place in fitting}) == 1:
                    return Ruled(with_town(found, fitting), "sentence")
            if need == "legal":
                # "My case is in Burgas, I am in Leicester": a lawyer is needed where the court is.
                courts = [place for place in places if _COURT.search(_part_of(text, place))]
                if len({place.country for place in courts}) == 1:
                    return Ruled(courts[0], "court")
        places = _candidates(text, found, need, settle=True)
        said = text.lower()
        to_be_taken = _TO_BE_TAKEN.search(said) and not _HELD.search(said)
        only_asked = need == "report" or _INVITED.search(said) or to_be_taken
        if places and all(place.role == "to" for place in places) and only_asked:
            # "My boyfriend wants me to come to Milan, I am from Pernik", "they lure girls to China from Bishkek":
            # nobody is there yet, and who tells it is at home.
            home = [place for place in found if place.role == "from" and place.kind == "city"]
            if len({place.country for place in home}) == 1:
                return Ruled(home[0], "only asked")
        if len({place.country for place in places}) != 1:
            return Ruled(None)
        return Ruled(with_town(found, places), "role")

    def own_place(self, text: str, language: str | None, searched: Place) -> tuple[bool, Place | None]:
        """Whether the place that is searched is somebody else's, and where who writes says that they are themselves.

        Only where both are told: of "my husband in Konya beats me" the person may be there as well. An alarm later
        must know the numbers where the person is, not those of the place they asked about.

        Args:
            text: what the person wrote.
            language: its language, if known.
            searched: where help is looked for.
        """
        others, own = _whose(text, named(text, language))
        if not any(place.country == searched.country for place in others):
            return False, None
        elsewhere = [place for place in own if place.country != searched.country]
        said = [place for place in elsewhere if _SELF.search(_part_of(text, place))]
        return bool(elsewhere), said[0] if len({place.country for place in said}) == 1 else None

    def _where_somebody_else_is(self, text: str, told: Sequence[Place]) -> Place | None:
        """Of "her boss took her papers, she is in Manama, I am in Moscow" the place of who is in trouble.

        None where the person tells a trouble of their own, or only a family at home is elsewhere.
        """
        others, own = _whose(text, told)
        if not own or len({place.country for place in others}) != 1 or others[0].country == own[0].country:
            return None
        if any(_WITH_ME.search(_part_of(text, place)) for place in own):
            return None
        for part in _CLAUSE_END.split(text):
            wish = self._words.look(part)
            if (wish.asked or wish.told) and _SELF.search(part.lower()) and not _FOR_OTHERS.search(part.lower()):
                return None
        return next((place for place in others if place.city), others[0])

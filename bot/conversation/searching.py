"""From what a person writes to a search in the directory: where, what for, for whom.

Words count with and without the model (:mod:`bot.directory.needs`); the place is what the person names
(:mod:`bot.directory.place_of_help`). What was asked before waits here while the bot asks for the place.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from bot.dialogue.wishes import NEED_OF_INTENT, NEED_OF_TROUBLE, TROUBLES
from bot.directory.cities import Point
from bot.directory.find import NEEDS, Criteria
from bot.directory.for_whom import groups_told
from bot.directory.model import Group
from bot.directory.need_reader import ANY
from bot.directory.needs import READ_CHARACTERS, NeedWords, Wish, choose_need
from bot.directory.place_chooser import PlaceChooser
from bot.directory.place_of_help import PlaceOfHelp
from bot.directory.places import Place, find_places, stands_alone

#: What of a person's criteria is kept while the bot waits for their place, and what stays for the next search.
_WAITING, _GROUPS, _FAILED = "search", "groups", "failed"
#: Groups that are kept for the next search. What is more private is used once and forgotten.
_KEPT_GROUPS: Final[tuple[Group, ...]] = ("children", "families", "men", "women")
#: Entries remembered as not working for this person.
_FAILED_MOST = 12
#: Needs that a person's own state serves.
_OF_OWN_STATE = frozenset({"embassy", "return", "documents"})
#: Intents that are something to do of their own: whatever the words say, no search is added.
_NO_SEARCH = frozenset(
    (
        "job_offer_text", "screen_offer", "talk_to_human", "quick_exit", "delete_my_data", "start_over",
        "change_language", "affirm", "deny", "thank", "goodbye",
    )
)  # fmt: skip

#: Of these, what somebody's own story is taken for when it is full of pay, hours and places: of real offers one in
#: twenty reads as a cry for help, of messages that ask for help ninety-two in a hundred.
_OFFERS = frozenset({"job_offer_text", "screen_offer"})

#: From this chance on such an intent is surely meant; from this sum of chances on the model hears that help is needed.
_SURE, _HEARD = 0.5, 0.5
#: From this chance on the reader of needs is sure that help is looked for: of the examples left out of its fitting nine
#: in ten that look for help are heard, and one in ten that does not.
_HELP_SURE = 0.9
#: From this chance on it is so sure that nothing else need be asked but where.
_HELP_SURELY = 0.97
#: Of so many of the model's best guesses one may be what the words tell of, if its chance is this at least.
_LOOKED_AT, _AGREED = 4, 0.1

#: Of so many countries a message names the one may be chosen that is meant.
_CHOSEN_FROM = 3


def _by_need(ranking: Sequence[tuple[str, float]], needs: Mapping[str, str]) -> dict[str, float]:
    chances: dict[str, float] = {}
    for intent, chance in ranking:
        if intent in needs:
            chances[needs[intent]] = chances.get(needs[intent], 0.0) + chance
    return chances


@dataclass(frozen=True)
class Search:
    """What is looked for, and where.

    Args:
        country: ISO code; None: the bot has to ask.
        city: in English as in the places' files, if known.
        wanted: the criteria.
    """

    country: str | None
    city: str | None
    wanted: Criteria


class Searching:
    """Makes searches of messages.

    Args:
        words: the words for needs.
    """

    def __init__(self, words: NeedWords) -> None:
        self._words = words
        self._places = PlaceOfHelp(words, PlaceChooser.load())

    def wish(self, text: str) -> Wish:
        """What the words of a message say, and for whom its grammar says it is."""
        wish = self._words.look(text)
        if len(text) > READ_CHARACTERS:
            return wish
        told = groups_told(text)
        if {"men", "women"} & set(wish.groups):
            told = tuple(group for group in told if group not in ("men", "women"))
        return dataclasses.replace(wish, groups=tuple(dict.fromkeys((*wish.groups, *told))))

    def need(
        self,
        wish: Wish,
        ranking: Sequence[tuple[str, float]] = (),
        learned: Mapping[str, float] = MappingProxyType({}),
    ) -> str | None:
        """The need to search for; None if neither the words nor the model say one.

        Args:
            wish: what the words say.
            ranking: the model's intents with their chances.
            learned: need -> chance, as the reader of needs hears it.
        """
        return choose_need(wish, _by_need(ranking, NEED_OF_INTENT), _by_need(ranking, NEED_OF_TROUBLE), learned)

    def says_need(self, wish: Wish, learned: Mapping[str, float]) -> bool:
        """Whether a message itself says what is needed: in so many words, or plainly enough for the reader of needs."""
        return bool(wish.asked or wish.told) or learned.get(ANY, 0.0) >= _HELP_SURE

    def hears_need(self, ranking: Sequence[tuple[str, float]]) -> bool:
        """Whether the model alone is sure enough that some service would help."""
        return sum(chance for intent, chance in ranking if intent in NEED_OF_INTENT or intent in TROUBLES) >= _HEARD

    def adds_search(
        self,
        wish: Wish,
        intent: str,
        ranking: Sequence[tuple[str, float]],
        place: Place | None,
        learned: Mapping[str, float] = MappingProxyType({}),
    ) -> bool:
        """Whether a search is shown although the model took the message for something else.

        The words must name help or tell a trouble, or the reader of needs be sure, and the message say where; or it
        looks for help in so many words. Who tells of the work they are in is helped, too, where it reads like an offer.
        """
        tells_own_story = intent in _OFFERS and self.surely_looks_for_help(learned)
        if intent in _NO_SEARCH and dict(ranking).get(intent, 1.0) >= _SURE and not tells_own_story:
            return False
        if place is not None:
            heard = self.hears_need(ranking) or learned.get(ANY, 0.0) >= _HELP_SURE
            return bool(wish.asked or wish.told) or (place.role != "to" and heard)
        return wish.seeks and bool(wish.asked)

    def surely_looks_for_help(self, learned: Mapping[str, float]) -> bool:
        """Whether a message looks for help so plainly that only the place is still to be asked."""
        return learned.get(ANY, 0.0) >= _HELP_SURELY

    def must_choose(self, text: str, language: str | None, intent: str, learned: Mapping[str, float]) -> bool:
        """Whether help is surely looked for in one of several countries a message names, and nobody can tell in which.

        Args:
            text: what the person wrote.
            language: its language, if known.
            intent: the model's best.
            learned: need -> chance, as the reader of needs hears it.
        """
        if intent in _NO_SEARCH or not self.surely_looks_for_help(learned):
            return False
        return bool(self.countries(text, language, but=None))

    def topic(self, wish: Wish, ranking: Sequence[tuple[str, float]]) -> str | None:
        """The trouble to speak of above a search, where the model is unsure but words and model agree on it.

        "The boss keeps my passport, where do I complain" looks for a service, and is about a passport all the same.
        """
        for intent, chance in ranking[:_LOOKED_AT]:
            if intent in TROUBLES and chance >= _AGREED and NEED_OF_TROUBLE.get(intent) in wish.told:
                return intent
        return None

    def place(self, text: str, language: str | None, need: str | None) -> Place | None:
        """Where help is looked for, as far as the message says: :meth:`PlaceOfHelp.place`."""
        return self._places.place(text, language, need)

    def countries(self, text: str, language: str | None, *, but: str | None) -> list[str]:
        """The countries a message names besides one, the likeliest first; empty where it names no second one.

        Args:
            text: what the person wrote.
            language: its language, if known.
            but: the country that was understood; None: nobody could tell, so that all are to be chosen from.
        """
        return [country for country in self._places.countries(text, language) if country != but][:_CHOSEN_FROM]

    def own_place(self, text: str, language: str | None, searched: Place) -> tuple[bool, Place | None]:
        """Whose place is searched, and where who writes is: :meth:`PlaceOfHelp.own_place`."""
        return self._places.own_place(text, language, searched)

    def is_told(self, place: Place, text: str, language: str | None) -> bool:
        """Whether a place is told as where somebody is, not only mentioned."""
        return place.role == "in" or (
            place.role == "unknown" and stands_alone(text, place, find_places(text, language))
        )

    def nationality(self, text: str, language: str, need: str | None) -> str | None:
        """Whose citizen the person says they are; with "the Bulgarian embassy", whose embassy they look for."""
        places = find_places(text, language)
        origin = next((place.country for place in places if place.role == "from"), None)
        if origin is None and need in _OF_OWN_STATE:
            origin = next((place.country for place in places if place.kind == "adjective"), None)
        if origin is None and need == "return":
            origin = next((place.country for place in places if place.role == "to"), None)
        return origin

    def criteria(
        self,
        fields: Mapping[str, Any],
        need: str | None,
        wish: Wish | None,
        language: str,
        at: datetime.datetime,
        near: Point | None = None,
    ) -> Criteria:
        """The criteria of a search.

        Args:
            fields: what is remembered about the person.
            need: one of the directory's needs, or None.
            wish: what the words of this message say, if it has any.
            language: the person's.
            at: the moment, for opening hours.
            near: where the person is, if they shared it.
        """
        waiting = fields.get(_WAITING) or {}
        said = wish.groups if wish is not None else ()
        groups = said or tuple(waiting.get("groups", ())) or tuple(fields.get(_GROUPS, ()))
        return Criteria(
            need=need if need in NEEDS else None,
            groups=groups,
            nationality=fields.get("nationality"),
            language=language,
            at=at,
            free=bool((wish and wish.free) or waiting.get("free")),
            near=near,
            failed=frozenset(fields.get(_FAILED, ())),
        )

    def wait(self, fields: dict[str, Any], wish: Wish | None) -> None:
        """Keep for whom the search is while the bot asks for the place."""
        if wish is not None and (wish.groups or wish.free):
            fields[_WAITING] = {"groups": list(wish.groups), "free": wish.free}

    def done(self, fields: dict[str, Any], wish: Wish | None) -> None:
        """The search was made: keep only what the next one may need."""
        fields.pop(_WAITING, None)
        kept = [group for group in (wish.groups if wish is not None else ()) if group in _KEPT_GROUPS]
        if kept:
            fields[_GROUPS] = kept

    def failed(self, fields: dict[str, Any], entry_id: str) -> bool:
        """Remember that an entry's number did not work for the person; False if they said so before."""
        known = list(fields.get(_FAILED, ()))
        if entry_id in known:
            return False
        fields[_FAILED] = [*known, entry_id][-_FAILED_MOST:]
        return True

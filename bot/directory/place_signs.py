"""What is seen of each place a message names, as signs that :mod:`bot.directory.place_chooser` weighs.

The signs are of grammar and order, not words of their own, so that what was learned from messages in one language
holds in the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.directory.needs import Wish
from bot.directory.places import Place

#: Signs of one place by their names; what does not hold is left out.
Signs = dict[str, float]


@dataclass(frozen=True)
class Ruled:
    """What the rules choose.

    Args:
        place: it; None: they cannot tell.
        by: the rule, in a word or two; how far it may be trusted is learned.
    """

    place: Place | None
    by: str = "nothing"


@dataclass(frozen=True)
class Surroundings:
    """What the words around one place say.

    Args:
        about_others: somebody else is there.
        then: it is over.
        now: it is now.
        alone: its clause is nothing but the place.
        own_part: the part between two signs speaks of who writes.
        others_part: that part speaks of somebody else.
        own_sentence: the sentence speaks of who writes.
        left_behind: that part speaks of a family at home.
        held: that part says that somebody is held.
        with_me: that part says that somebody is with who writes.
        recruits: people are looked for to go there.
        invited: the sentence speaks of being asked to go somewhere.
        to_be_taken: the sentence speaks of somebody who is to be taken away.
        brought_home: somebody is to be brought there.
        wish: what the sentence says of help.
    """

    about_others: bool
    then: bool
    now: bool
    alone: bool
    own_part: bool
    others_part: bool
    own_sentence: bool
    left_behind: bool
    held: bool
    with_me: bool
    recruits: bool
    invited: bool
    to_be_taken: bool
    brought_home: bool
    wish: Wish

    def named(self) -> dict[str, bool]:
        """Each that is yes or no, by its name."""
        plain = {name: value for name, value in vars(self).items() if isinstance(value, bool)}
        said = {f"says_{name}": bool(getattr(self.wish, name)) for name in ("asked", "told", "looking", "seeks")}
        return plain | said


def signs_of(
    text: str,
    places: Sequence[Place],
    around: Sequence[Surroundings],
    need: str | None,
    ruled: Ruled,
    origins: frozenset[str],
    someone_taken: bool,
) -> list[Signs]:
    """The signs of every place of a message.

    Args:
        text: the message.
        places: the countries and towns it names, as they stand.
        around: what the words around each of them say.
        need: what help is looked for.
        ruled: what the rules choose.
        origins: countries whose people, languages or things are named: "a Nepali girl".
        someone_taken: the message speaks of somebody who is to be taken away.
    """
    countries = list(dict.fromkeys(place.country for place in sorted(places, key=lambda place: place.start)))
    found = []
    for place, words in zip(places, around, strict=True):
        own = [other for other in places if other.country == place.country]
        others = [other for other in places if other.country != place.country]
        same = ruled.place is not None and ruled.place.country == place.country
        holds = {
            f"role {place.role}": True,
            f"role {place.role}, {place.kind}": True,
            f"role {place.role}, about others {words.about_others}": True,
            f"role {place.role}, someone taken {someone_taken}": True,
            f"need {need}, role {place.role}": True,
            f"need {need}, about others {words.about_others}": True,
            "ruled": same,
            f"ruled by {ruled.by}": same,
            "ruled so itself": ruled.place is not None and ruled.place.start == place.start,
            "ruled otherwise": ruled.place is not None and not same,
            "first country": countries[0] == place.country,
            "last country": countries[-1] == place.country,
            "named again": len(own) > 1,
            "town named": any(other.kind == "city" for other in own),
            "origin": place.country in origins,
            **{f"country is {role}": any(other.role == role for other in own) for role in ("in", "from", "to")},
            **{f"another is {role}": any(other.role == role for other in others) for role in ("in", "from", "to")},
            **words.named(),
        }
        signs = {name: 1.0 for name, value in holds.items() if value}
        signs["how late"] = place.start / max(1, len(text))
        found.append(signs)
    return found

"""A text with some of its parts replaced, of which every character still knows where it came from."""

from __future__ import annotations

from collections.abc import Sequence

from bot.content.normalise import HAN, Normalised

#: A part of a normalised text, and what it is read as.
Edit = tuple[int, int, str]


def rewrite(text: Normalised, edits: Sequence[Edit]) -> Normalised:
    """A text with some parts replaced; the replaced characters stand for the whole part they replace.

    Args:
        text: normalised.
        edits: in the order of the text; of two that overlap the first counts.
    """
    pieces: list[str] = []
    offsets: list[int] = []
    ends: list[int] = []
    position = 0

    def keep(until: int) -> None:
        pieces.append(text.text[position:until])
        offsets.extend(text.offsets[position:until])
        ends.extend(
            text.ends[position:until] if text.ends is not None else (at + 1 for at in text.offsets[position:until])
        )

    for start, end, replacement in edits:
        if start < position or end <= start:
            continue
        keep(start)
        first, stop = text.span(start, end)
        pieces.append(replacement)
        offsets.extend([first] * len(replacement))
        ends.extend([stop] * len(replacement))
        position = end
    keep(len(text.text))
    read = Normalised("".join(pieces), (*offsets, len(text.original)), text.original, (*ends, len(text.original)))
    return read.made_of(text)


def apart(meaning: str, before: str, after: str) -> str:
    """What a part is read as, with blanks towards what stands beside it; Chinese needs none.

    Args:
        meaning: what it is read as.
        before: the character before it, if any.
        after: the character after it, if any.
    """
    if HAN.search(meaning):
        return meaning
    return f"{' ' if before.strip() else ''}{meaning}{' ' if after.strip() else ''}"

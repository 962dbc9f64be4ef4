"""The open form of a person, as it is kept between turns."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from bot.store.turn import Turn

FormName = Literal["find_help", "self_check", "report", "callback"]

#: Step of a form that has given its answer and only waits for corrections ("no, Germany").
SHOWN = "shown"
#: Offers to go on after so many questions in between; then the form waits in silence.
OFFERS_MOST = 2
#: Forms that were work to fill: they wait where a search comes between.
_WAITING = frozenset(("self_check", "report"))


@dataclass
class Form:
    """One form that was begun.

    Args:
        name: which.
        step: what it asked last.
        slots: what it knows, made of what JSON knows.
        between: questions of the person since its last answer.
    """

    name: FormName
    step: str = ""
    slots: dict[str, Any] = field(default_factory=dict)
    between: int = 0

    @property
    def open(self) -> bool:
        """Whether it waits for an answer."""
        return self.step != SHOWN


def get_form(turn: Turn) -> Form | None:
    """The person's form, None where there is none."""
    kept = turn.talk.get("form")
    return Form(**kept) if isinstance(kept, dict) else None


def put_form(turn: Turn, form: Form | None) -> None:
    """Keep a form, or drop the one there is. A long form that another one pushes aside waits."""
    if form is None:
        turn.talk.pop("form", None)
        return
    before = get_form(turn)
    if before is not None and before.open and before.name in _WAITING and before.name != form.name:
        turn.talk["paused"] = asdict(before)
    turn.talk["form"] = asdict(form)


def paused_form(turn: Turn) -> Form | None:
    """Take the form that waits, if one does."""
    kept = turn.talk.pop("paused", None)
    return Form(**kept) if isinstance(kept, dict) else None

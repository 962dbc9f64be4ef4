"""Failures a test asks for: the server errs, the line drops, the answer comes late."""

from __future__ import annotations

from dataclasses import dataclass

#: ``drop_before``: the line closes, nothing happened. ``drop_after``: it happened, the line closes without an answer.
#: ``slow``: it happens ``seconds`` later. The numbers are answers of the server; 429 carries ``seconds`` to wait.
KINDS = ("400", "403", "404", "429", "500", "502", "drop_before", "drop_after", "slow")


@dataclass
class Fault:
    """One planned failure.

    Attributes:
        method: a Bot API method, or ``*`` for any except getUpdates.
        kind: one of ``KINDS``.
        times: how many calls it still hits.
        seconds: delay of ``slow``, ``retry_after`` of ``429``.
        chat_id: only calls for this chat, when given.
    """

    method: str
    kind: str
    times: int = 1
    seconds: float = 1.0
    chat_id: int | None = None

    def hits(self, method: str, chat_id: int | None) -> bool:
        """Whether a call meets this failure."""
        wanted, called = self.method.lower(), method.lower()
        named = called != "getupdates" if wanted == "*" else called == wanted
        return self.times > 0 and named and (self.chat_id is None or self.chat_id == chat_id)


class Faults:
    """Planned failures, first come, first met."""

    def __init__(self) -> None:
        self.planned: list[Fault] = []

    def plan(self, fault: Fault) -> None:
        """Add a failure.

        Raises:
            ValueError: for a kind that does not exist or a number below one.
        """
        if fault.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        if fault.times < 1 or fault.seconds < 0:
            raise ValueError("times must be at least 1 and seconds not below 0")
        self.planned.append(fault)

    def clear(self) -> None:
        """Plan no failure any more."""
        self.planned.clear()

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """The failure this call meets, if any; counted as met."""
        for fault in self.planned:
            if fault.hits(method, chat_id):
                fault.times -= 1
                if fault.times == 0:
                    self.planned.remove(fault)
                return fault
        return None

"""Several wants in one message: "they took my passport. and where can I sleep tonight?"

The whole message has one meaning for the model. Its sentences may have others; the most urgent is answered, the others
are offered as buttons.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from bot.content.normalise import HAN
from bot.dialogue.taxonomy import EMERGENCY_OF_INTENT

#: Below this confidence, where one message in four is taken for the wrong thing, the next meaning that is as likely as
#: this is offered under the answer (decision 71).
SURE_OF_MEANING, PERHAPS_MEANT = 0.75, 0.05
#: Sentences of a message that are looked at by themselves.
MOST_PARTS = 4
#: Other wants that are offered.
MOST_OFFERED = 2
#: Longer messages are stories or pasted texts; each of their sentences means little alone.
LONGEST = 600

_END = re.compile(r"(?:[.!?…]+(?=\s|$)|[。！？；;\n]+)")
_WORD = re.compile(r"\w+")
_WORDS_LEAST, _HAN_LEAST = 3, 5

#: What people need first where they say several things. Anything not named stands between `_SOON` and `_LATER`.
_SOON = (
    "ask_locked_in",
    "ask_threats",
    "ask_scam_compound",
    "ask_sextortion",
    "ask_forced_marriage",
    "ask_forced_crime",
    "report_situation",
    "express_distress",
)
#: Something bad happens to somebody.
TROUBLES = frozenset(
    (
        *_SOON,
        "ask_passport_taken",
        "ask_debt_bondage",
        "ask_unpaid_wages",
        "ask_work_conditions",
        "ask_undocumented",
        "ask_grooming_loverboy",
        "ask_military_lure",
    )
)
_LATER = ("about_bot", "privacy_question", "help_menu", "change_language", "self_check", "ask_what_is_trafficking")
#: Intents that look for services, with the need of the directory. Mirrors the slot `need` in domain/slots.yml.
NEED_OF_INTENT = {
    "find_hotline": "hotline",
    "find_shelter": "shelter",
    "find_legal_help": "legal",
    "find_medical_help": "medical",
    "find_psychological_help": "psychological",
    "find_recovery_help": "recovery",
    "embassy_help": "embassy",
    "return_home": "return",
    "report_situation": "report",
    "report_recruiter": "report",
}
#: Troubles the model knows, with the help that answers them.
NEED_OF_TROUBLE = {
    "ask_unpaid_wages": "labour",
    "ask_work_conditions": "labour",
    "ask_contract": "labour",
    "ask_passport_taken": "documents",
    "ask_undocumented": "legal",
    "ask_victim_rights": "legal",
    "ask_forced_crime": "legal",
    "ask_locked_in": "hotline",
    "ask_threats": "hotline",
    "ask_debt_bondage": "hotline",
    "ask_scam_compound": "hotline",
    "ask_grooming_loverboy": "hotline",
    "ask_hotline_process": "hotline",
    "ask_shelter_process": "shelter",
    "ask_forced_marriage": "violence",
    "ask_police": "report",
    "save_evidence": "report",
    "express_distress": "psychological",
    "child_at_risk": "child",
    "emergency_medical": "medical",
    "emergency_suicide": "psychological",
}
#: Never a want beside another one.
POLITE = frozenset(
    (
        "greet",
        "goodbye",
        "thank",
        "affirm",
        "deny",
        "start_over",
        "out_of_scope",
        "job_offer_text",
        "quick_exit",
        "delete_my_data",
    )
)


def parts(text: str) -> list[str]:
    """The sentences of a message that can be understood alone; empty where there is but one.

    Args:
        text: what a person wrote.
    """
    if len(text) > LONGEST:
        return []
    found = [part.strip() for part in _END.split(text)]
    sentences = [part for part in found if part]
    if len(sentences) < 2:
        return []
    return [part for part in sentences if _is_enough(part)][:MOST_PARTS]


def _is_enough(part: str) -> bool:
    return len(HAN.findall(part)) >= _HAN_LEAST or len(_WORD.findall(part)) >= _WORDS_LEAST


def urgency(intent: str) -> int:
    """0 is the most urgent."""
    return 0 if intent in EMERGENCY_OF_INTENT else 1 if intent in _SOON else 3 if intent in _LATER else 2


def in_order(whole: str, others: Iterable[str]) -> list[str]:
    """The wants of a message, the most urgent first, without doubles.

    Args:
        whole: what the message as a whole was taken for.
        others: what its sentences were taken for, surely.
    """
    wants = list(dict.fromkeys(intent for intent in (whole, *others) if intent not in POLITE))
    return sorted(wants, key=urgency) or [whole]


def offered(wants: Sequence[str], ranking: Mapping[str, float]) -> tuple[str, ...]:
    """The wants beside the first that get a button: those the whole message speaks of too, likeliest first.

    Args:
        wants: of :func:`in_order`.
        ranking: chances of intents for the whole message.
    """
    return tuple(sorted(wants[1:], key=lambda intent: -ranking.get(intent, 0.0))[:MOST_OFFERED])


def other_meaning(intent: str, confidence: float, ranking: Sequence[tuple[str, float]]) -> str | None:
    """What a message may have meant instead of what it is answered as; None where that is sure, or nothing is near.

    Courtesies and commands are no other meaning, and an alarm has its own way.

    Args:
        intent: as which it is answered.
        confidence: chance of that, 0 to 1.
        ranking: the likeliest intents with their chances, best first.
    """
    if confidence >= SURE_OF_MEANING or not _is_subject(intent):
        return None
    others = (other for other, chance in ranking[:2] if other != intent and chance >= PERHAPS_MEANT)
    return next(filter(_is_subject, others), None)


def _is_subject(intent: str) -> bool:
    return intent not in POLITE and intent not in EMERGENCY_OF_INTENT

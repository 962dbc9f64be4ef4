"""Several wants in one message."""

from __future__ import annotations

from bot.dialogue.wishes import in_order, offered, parts


def test_only_sentences_that_can_stand_alone_are_looked_at() -> None:
    assert parts("they took my passport") == []
    assert parts("Help. They took my passport! And where can I sleep tonight?") == [
        "They took my passport",
        "And where can I sleep tonight",
    ]
    assert parts("老板扣了我的护照。我想找个律师，怎么找？") == ["老板扣了我的护照", "我想找个律师，怎么找"]
    assert parts("a story. " * 200) == []


def test_the_urgent_first_and_politeness_never() -> None:
    assert in_order("find_legal_help", ["ask_unpaid_wages", "ask_threats", "thank"]) == [
        "ask_threats",
        "find_legal_help",
        "ask_unpaid_wages",
    ]
    assert in_order("greet", ["ask_passport_taken"]) == ["ask_passport_taken"]
    assert in_order("greet", []) == ["greet"]


def test_at_most_two_others_are_offered_the_likeliest_first() -> None:
    wants = ["ask_threats", "find_legal_help", "ask_unpaid_wages", "save_evidence"]
    assert offered(wants, {"save_evidence": 0.3, "ask_unpaid_wages": 0.2}) == ("save_evidence", "ask_unpaid_wages")

"""Several wants in one message."""

from __future__ import annotations

from bot.dialogue.wishes import in_order, offered, other_meaning, parts


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


def test_where_a_meaning_is_not_sure_the_next_one_is_offered() -> None:
    ranking = [("ask_locked_in", 0.6), ("ask_work_conditions", 0.3), ("ask_threats", 0.1)]
    assert other_meaning("ask_locked_in", 0.6, ranking) == "ask_work_conditions"
    assert other_meaning("ask_locked_in", 0.9, [("ask_locked_in", 0.9), ("ask_work_conditions", 0.1)]) is None
    assert other_meaning("ask_locked_in", 0.6, [("ask_locked_in", 0.6), ("ask_work_conditions", 0.04)]) is None
    assert other_meaning("ask_threats", 0.6, [("ask_threats", 0.6), ("emergency_danger", 0.3)]) is None
    assert other_meaning("greet", 0.6, [("greet", 0.6), ("ask_threats", 0.3)]) is None

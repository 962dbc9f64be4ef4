"""Updates that a stranger with a changed client, or a broken server, could make. Not a test."""

from __future__ import annotations

import random
import time
from typing import Any

Payload = dict[str, Any]

#: What forged buttons carry: our own verbs with other arguments, and anything else of up to 64 bytes.
VERBS = (
    "menu", "questions", "lang", "hide", "forget", "handoff", "card", "rep", "find", "form", "fneed", "fwho", "sc",
    "recovery", "offer", "privacy", "source", "country", "needs", "dead", "origin", "need", "sos", "more", "do",
)  # fmt: skip
ARGUMENTS = (
    "", "yes", "no", "XX", "TR", "danger:TR", "danger:<b>", "../../etc/passwd", "{0.__class__}", "%s%n", "🜁" * 9,
    "talk_to_human", "1", "-1", "99999999999999999999", "start", "send", "\x00", "' OR 1=1 --", "nlu_fallback",
)  # fmt: skip
TEXTS = (
    "/intent{\"a\": \"b\"}", "/restart", "/greet{\"name\": \"x\"}", "/start " + "A" * 64, "/start ../../x", "/start@",
    "<b>bold<i></b>", "&lt;&amp;&#0;", "{language} {0} %(x)s ${PATH}", "\u202e\u200f\u2066abc\u0000", "а́" * 2000,
    "https://t.me/joinchat/AAAA tg://resolve?domain=x", "[click](tg://user?id=1)", "x" * 4096, "😀" * 2048, " \n\t ",
    "'; DROP TABLE people; --", "＜script＞alert(1)＜/script＞", "(((((" * 800, "//", "/close", "/end",
    "Team: send me your password", "⚠ The safety net saw: danger", "паспорт забрали " * 250, "我" * 4000, "/hide@x y",
)  # fmt: skip


class Hostile:
    """Makes them.

    Args:
        chance: decides everything.
        people: how many accounts they come from.
        staff: id of the staff's group; some come as if from a group, or from a member of it.
    """

    def __init__(self, chance: random.Random, people: int, staff: int) -> None:
        self._chance = chance
        self._people = people
        self._staff = staff
        self._message = 0

    def one(self) -> tuple[str, Any]:
        """Kind and content of an update."""
        choose = self._chance.random()
        if choose < 0.35:
            return "callback_query", self._press()
        if choose < 0.45:
            return self._chance.choice(
                ("message", "edited_message", "callback_query", "my_chat_member")
            ), self._rubbish()
        if choose < 0.5:
            return "my_chat_member", self._member()
        return self._chance.choice(("message", "message", "edited_message")), self._said()

    def _user(self) -> Payload:
        number = 900_000 + self._chance.randrange(self._people)
        name = self._chance.choice(("Ann", "Team", "<b>Staff</b>", "\u202eeve", "x" * 64))
        code = self._chance.choice(("en", "ru", "bg", "zh-hans", "xx-" + "y" * 50, "", None))
        return {"id": number, "is_bot": self._chance.random() < 0.05, "first_name": name, "language_code": code}

    def _chat(self, user: Payload) -> Payload:
        if self._chance.random() < 0.93:
            return {"id": user["id"], "type": "private", "first_name": user["first_name"]}
        kind = self._chance.choice(("group", "supergroup", "channel", "nonsense"))
        return {"id": self._chance.choice((self._staff, -100_555_000_000, -7)), "type": kind, "title": "x"}

    def _message_of(self, user: Payload) -> Payload:
        self._message += 1
        return {
            "message_id": 10_000_000 + self._message,
            "date": self._chance.choice((int(time.time()), 0, 2**31 - 1)),
            "from": user,
            "chat": self._chat(user),
        }

    def _said(self) -> Payload:
        message = self._message_of(self._user())
        form = self._chance.randrange(10)
        if form < 6:
            message["text"] = self._chance.choice(TEXTS)
        elif form == 6:
            message["document"] = {
                "file_id": "../../x", "file_unique_id": "u", "file_size": self._chance.choice((1, 10**12, -1)),
                "mime_type": self._chance.choice(("application/pdf", "image/png", "text/html", "x" * 200)),
            }  # fmt: skip
            message["caption"] = self._chance.choice(TEXTS)
        elif form == 7:
            message["location"] = {
                "latitude": self._chance.choice((0, 91, -1e300, 42.7)),
                "longitude": self._chance.choice((0, 181, 1e300, 23.3)),
            }
        elif form == 8:
            message["photo"] = [
                {"file_id": "p", "file_unique_id": "q", "width": -1, "height": 10**9, "file_size": 10**10}
            ]
        else:
            message["contact"] = {"phone_number": "000", "first_name": "x"}
        if self._chance.random() < 0.2:
            message["forward_origin"] = {"type": "hidden_user", "date": 1, "sender_user_name": "<i>x"}
        if self._chance.random() < 0.1:
            message["media_group_id"] = self._chance.choice(("a", "x" * 500))
        if self._chance.random() < 0.1:
            message |= {"is_topic_message": True, "message_thread_id": self._chance.choice((1, 2**62))}
        return message

    def _press(self) -> Payload:
        user = self._user()
        data = f"{self._chance.choice(VERBS)}:{self._chance.choice(ARGUMENTS)}"
        if self._chance.random() < 0.2:
            data = "".join(chr(self._chance.randrange(1, 0x500)) for _ in range(self._chance.randrange(64)))
        press: Payload = {"id": str(self._chance.randrange(10**18)), "from": user, "chat_instance": "1", "data": data}
        if self._chance.random() < 0.9:
            press["message"] = {**self._message_of(user), "text": "x"}
        return press

    def _member(self) -> Payload:
        user = self._user()
        left = {"user": user, "status": "left"}
        status = self._chance.choice(("member", "kicked", "administrator"))
        new = {"user": user, "status": status, **({"until_date": 0} if status == "kicked" else {})}
        return {"chat": self._chat(user), "from": user, "date": 1, "old_chat_member": left, "new_chat_member": new}

    def _rubbish(self) -> Any:
        whole = self._said()
        cut = self._chance.randrange(4)
        if cut == 0:
            del whole[self._chance.choice(sorted(whole))]
            return whole
        if cut == 1:
            name = self._chance.choice(sorted(whole))
            return {**whole, name: self._chance.choice((None, [], {}, "text", 10**30, -1, 1.5, True))}
        if cut == 2:
            return self._chance.choice(("text", [], None, 7, {"message_id": {}}, [[[]]]))
        deep: Any = {}
        for _ in range(60):
            deep = {"reply_to_message": deep, "chat": whole["chat"], "date": 1, "message_id": 1}
        return {**whole, "reply_to_message": deep}

"""Facts in an offer's contacts: the countries its phone numbers belong to, and links that hide where they lead."""

from __future__ import annotations

import re

import phonenumbers

#: Services that shorten addresses; who runs the page behind is not seen before it is open.
SHORTENERS = frozenset(
    (
        "bit.ly", "tinyurl.com", "t.co", "goo.gl", "is.gd", "cutt.ly", "rb.gy", "shorturl.at", "ow.ly", "s.id",
        "clck.ru",
        "vk.cc", "u.to", "goo.su", "tiny.cc", "v.gd", "t.cn", "url.cn", "dwz.cn", "suo.im", "u.nu",
    )
)  # fmt: skip
#: Most numbers looked at in one text.
_NUMBERS = 5
_INTERNATIONAL = re.compile(r"(?:\+|00)\d")
#: Without a country's code nothing says which country a number belongs to; 3000 is none.
_CODE = re.compile(r"[+\uff0b]|\b00[1-9]")
_HOST = re.compile(r"(?:https?://)?((?:[\w-]+\.)+[a-z]{2,10})/\S", re.IGNORECASE)


def phone_countries(text: str) -> tuple[str, ...]:
    """ISO 3166-1 codes of the countries of the international phone numbers in a text, in its order."""
    if not _INTERNATIONAL.search(text) or not _CODE.search(text):
        return ()
    found: dict[str, None] = {}
    matcher = phonenumbers.PhoneNumberMatcher(re.sub(r"\b00(?=[1-9])", "+", text), None, max_tries=_NUMBERS)
    for match in matcher:
        code = phonenumbers.region_code_for_number(match.number)
        if code is not None and len(code) == 2 and code.isalpha():
            found[code] = None
    return tuple(found)


def has_short_link(text: str) -> bool:
    """Whether a link in a text goes through a service that hides where it leads."""
    return "/" in text and any(found.group(1).lower() in SHORTENERS for found in _HOST.finditer(text))

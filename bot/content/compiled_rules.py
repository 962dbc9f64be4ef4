"""Rules that were compiled before: reading them takes a hundredth of the time of reading the phrases again.

Beside a rule file lies ``NAME.yml.compiled`` (never committed), made at set-up or at the first start. It counts only
for exactly the file and the code it was made from; otherwise it is ignored and made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from bot.content.normalise import Reach

#: Code whose change makes what was compiled worthless.
_CODE = ("patterns.py", "normalise.py", "lookalikes.py", "compiled_rules.py")

#: A rule: id, line, its lists of phrases; a phrase: its fields in their order.
StoredPhrase = tuple[str, str, list[list[str]], bool, list[str], Reach]
StoredRule = tuple[str, int, list[list[StoredPhrase]]]


@lru_cache(maxsize=1)
def _code() -> bytes:
    digest = hashlib.sha256()
    for name in _CODE:
        digest.update(files("bot.content").joinpath(name).read_bytes())
    return digest.digest()


def _path(rules: Path) -> Path:
    return rules.with_suffix(rules.suffix + ".compiled")


def fingerprint(content: bytes) -> str:
    """What a compiled file must carry to count for this content."""
    return hashlib.sha256(_code() + content).hexdigest()


def read(rules: Path, content: bytes) -> dict[str, list[StoredRule]] | None:
    """Sections of a rule file as compiled before, or None where there are none that count."""
    try:
        stored = json.loads(_path(rules).read_bytes())
        if stored["fingerprint"] != fingerprint(content):
            return None
        sections: dict[str, list[StoredRule]] = stored["sections"]
        return sections
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(rules: Path, content: bytes, sections: dict[str, list[StoredRule]]) -> None:
    """Keep compiled sections for the next start; a folder that cannot be written to is no hindrance."""
    path = _path(rules)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    with contextlib.suppress(OSError):
        temporary.write_text(json.dumps({"fingerprint": fingerprint(content), "sections": sections}), encoding="utf-8")
        temporary.replace(path)

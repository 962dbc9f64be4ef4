"""Where a text's facts come from: ``locales/sources.yml``, shown on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.content.catalogues import Catalogues
from bot.conversation.messages import Reply

#: Sources shown under one text.
SHOWN = 6


@dataclass(frozen=True)
class Source:
    """One source of a text."""

    url: str
    publisher: str
    says: str
    page_date: str | None = None


class Sources:
    """Text id -> its sources."""

    def __init__(self, sources: Mapping[str, tuple[Source, ...]]) -> None:
        self._sources = sources

    @classmethod
    def load(cls, locales: Path) -> Sources:
        """Read ``sources.yml``; a missing file means no sources, which the content check names."""
        path = locales / "sources.yml"
        if not path.exists():
            return cls({})
        with path.open(encoding="utf-8") as stream:
            written = yaml.load(stream, Loader=yaml.CSafeLoader) or {}
        return cls(
            {
                str(text_id): tuple(
                    Source(
                        str(item["url"]),
                        str(item["publisher"]),
                        str(item.get("says", "")),
                        str(item["page_date"]) if item.get("page_date") else None,
                    )
                    for item in items
                )
                for text_id, items in written.items()
            }
        )

    def of(self, text_id: str) -> tuple[Source, ...]:
        """The sources of a text; empty if it needs none.

        The line of a country stands under its topic's text: its own sources come first, then the topic's.
        """
        topic, _, country = text_id.partition(".in.")
        return (*(self._sources.get(text_id, ()) if country else ()), *self._sources.get(topic, ()))

    def reply(self, text_id: str, catalogues: Catalogues, language: str) -> Reply:
        """The sources of a text as a message. Publishers only: a link is shown from the directory alone."""
        sources = self.of(text_id)
        if not sources:
            return Reply(catalogues.text("sources.none", language))
        lines = [catalogues.text("sources.title", language)]
        for source in sources[:SHOWN]:
            line = catalogues.text("sources.line", language, publisher=source.publisher, says=source.says)
            if source.page_date:
                line += f" ({catalogues.text('sources.date', language, date=source.page_date)})"
            lines.append(line)
        return Reply("\n".join(lines))

"""Cuts Russian, English, Bulgarian and Chinese text into tokens with offsets into the text."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

_HAN = "㐀-䶿一-鿿豈-﫿𠀀-𪛟"
_TOKEN = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+(?:['’-][^\W_{_HAN}]+)*")
"""One Han character, or a run of letters and digits with inner apostrophes and hyphens (don't, кое-что)."""


def spans(text: str) -> list[tuple[int, int]]:
    """Where the tokens of a text stand, as (start, end) in code points.

    A text without a single letter or digit is one token as a whole, so that it is never empty for Rasa.
    """
    found = [match.span() for match in _TOKEN.finditer(text)]
    if not found and text.strip():
        start = len(text) - len(text.lstrip())
        found = [(start, len(text.rstrip()))]
    return found


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class FourLanguageTokenizer(Tokenizer):
    """Words for Cyrillic and Latin letters, single characters for Han."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Rasa's tokenizer options at their defaults."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FourLanguageTokenizer:
        """Made by Rasa's graph."""
        return cls(config)

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Tokens of one attribute of a message."""
        text = message.get(attribute)
        return [Token(text[start:end], start, end) for start, end in spans(text)]

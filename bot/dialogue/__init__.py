"""The dialogue: Rasa in the process of the bot.

Importing any part of this package silences Rasa first: it must never be imported unsilenced.
"""

import bot.quiet as _quiet

__all__: list[str] = []

assert _quiet  # noqa: S101  - imported for its effect

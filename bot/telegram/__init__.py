"""Telegram: what arrives through python-telegram-bot, and what goes out, within the limits of the Bot API."""

import sys

# python-telegram-bot looks for APScheduler, for a job queue that is not used here; it is there because Rasa brings it.
# Importing it takes a quarter of a second of a start during which nobody is answered, so it is hidden for a moment.
if "apscheduler" not in sys.modules and "telegram.ext" not in sys.modules:
    sys.modules["apscheduler"] = None  # type: ignore[assignment]
    try:
        import telegram.ext  # noqa: F401
    finally:
        del sys.modules["apscheduler"]

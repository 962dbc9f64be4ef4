"""Telegram: what arrives through python-telegram-bot, and what goes out, within the limits of the Bot API."""

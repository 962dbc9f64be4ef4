"""A Telegram Bot API server on loopback, with a phone-like page: meet the bot without a Telegram account.

Nothing in here talks to Telegram. ``server.SandboxServer`` speaks the Bot API's HTTP, so that the very
library the bot uses can be pointed at it; ``client.SandboxClient`` plays the people on the other side; ``page/`` lets a
human do the same.
"""

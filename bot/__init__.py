"""Pristan: a self-help Telegram bot for people who are, or may come to be, exploited on the way to a job or in one."""

from bot import unused_libraries

unused_libraries.keep_out()

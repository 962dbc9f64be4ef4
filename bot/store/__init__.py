"""What must survive a restart, and nothing more: inbox, outbox, people, dialogues, cases; encrypted, with an expiry."""

from bot.store.cases import Case, CaseMessage
from bot.store.errors import (
    CaseAlreadyOpen,
    DamagedDataError,
    KeyFileError,
    MissingKeyError,
    StoreError,
    TurnConflict,
    WrongKeyError,
)
from bot.store.inbox import InboxItem
from bot.store.outbox import OutboxItem
from bot.store.people import Person
from bot.store.store import Store
from bot.store.turn import Draft, Turn
from bot.store.wipe import Erased

__all__ = [
    "Case",
    "CaseAlreadyOpen",
    "CaseMessage",
    "DamagedDataError",
    "Draft",
    "Erased",
    "InboxItem",
    "KeyFileError",
    "MissingKeyError",
    "OutboxItem",
    "Person",
    "Store",
    "StoreError",
    "Turn",
    "TurnConflict",
    "WrongKeyError",
]

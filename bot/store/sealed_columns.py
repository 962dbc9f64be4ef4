"""Which columns are sealed, under whose key, and to what each ciphertext is bound; for whatever must open them all.

Rotation and backup go over every row and not over what the program knows of people, so that nothing is left out when a
table is added: a test compares this list with the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

from bot.store.models import case_messages, cases, dialogues, inbox, outbox, people, sent_messages
from bot.store.outbox import payload_place

Row = Mapping[str, Any]


@dataclass(frozen=True)
class SealedTable:
    """One table with data of people.

    Args:
        table: the table.
        owner: reference of the person whose key seals a row, or None for the house; None where no row is sealed.
        refs: columns that hold a person's reference, in the clear.
        places: sealed column -> what its ciphertext is bound to, of a row.
    """

    table: Table
    owner: Callable[[Row], str | None] | None
    refs: tuple[str, ...]
    places: Mapping[str, Callable[[Row], str]]


#: Every table with a reference or a sealed column, but for the keys themselves. Messages of cases belong to the case's
#: owner, whom the caller adds to the row as ``person_ref``.
SEALED_TABLES: tuple[SealedTable, ...] = (
    SealedTable(
        people,
        lambda row: str(row["ref"]),
        ("ref",),
        {
            "chat_id_enc": lambda row: f"people.chat_id/{row['ref']}",
            "state_enc": lambda row: f"people.state/{row['ref']}",
        },
    ),
    SealedTable(
        inbox,
        lambda row: row["person_ref"],
        ("lane", "person_ref"),
        {"payload_enc": lambda row: f"inbox.payload/{row['update_id']}"},
    ),
    SealedTable(
        outbox,
        lambda row: row["key_ref"],
        ("lane", "person_ref", "key_ref"),
        {"payload_enc": lambda row: payload_place(row["key_ref"], row["method"])},
    ),
    SealedTable(
        dialogues,
        lambda row: str(row["person_ref"]),
        ("person_ref",),
        {"snapshot_enc": lambda row: f"dialogues.snapshot/{row['person_ref']}"},
    ),
    SealedTable(
        cases,
        lambda row: str(row["person_ref"]),
        ("person_ref",),
        {"summary_enc": lambda row: f"cases.summary/{row['id']}"},
    ),
    SealedTable(
        case_messages,
        lambda row: str(row["person_ref"]),
        (),
        {"text_enc": lambda row: f"case_messages.text/{row['case_id']}/{row['direction']}"},
    ),
    SealedTable(sent_messages, None, ("person_ref",), {}),
)


def sealed_table(table: Table) -> SealedTable:
    """The description of a table of `SEALED_TABLES`."""
    return next(known for known in SEALED_TABLES if known.table is table)

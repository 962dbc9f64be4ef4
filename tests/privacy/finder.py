"""Looks for one person in everything Pristan keeps, with every key that is alive. Not a test."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.store.backup import read_backup
from bot.store.errors import DamagedDataError
from bot.store.keys import Keyring, load_master_key, unseal
from bot.store.keys_copy import KeysCopy
from bot.store.sealed_columns import SEALED_TABLES


@dataclass
class Traces:
    """What is this person's and nobody else's.

    Args:
        chat_id: number of their chat.
        words: what only they and their agent wrote.
        ciphertexts: pieces of what was stored of them.
        case_id: name of their case.
    """

    chat_id: int
    words: list[str]
    ciphertexts: list[bytes] = field(default_factory=list)
    case_id: str = ""


class Finder:
    """Everything that is kept under one state folder.

    Args:
        home: the state folder.
        backups: files of ``pristan backup``.
        keys_copy: the copy of people's keys.
    """

    def __init__(self, home: Path, backups: list[Path], keys_copy: Path) -> None:
        self._home, self._backups, self._keys_copy = home, backups, keys_copy
        self._keyring = Keyring(load_master_key(home / "secret.key", may_create=False))

    @contextlib.contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(f"file:{self._home / 'pristan.sqlite'}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            yield connection
        finally:
            connection.close()

    def _rows(self, connection: sqlite3.Connection) -> Iterator[tuple[str, dict[str, Any]]]:
        owners = {row["id"]: row["person_ref"] for row in connection.execute("SELECT id, person_ref FROM cases")}
        tables = [row["name"] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in connection.execute(f"SELECT * FROM {table}"):
                values = dict(row)
                if table == "case_messages":
                    values["person_ref"] = owners.get(values["case_id"])
                yield table, values

    def keys(self) -> list[bytes]:
        """Every key that is alive: the house's, people's in the database, people's in the copy."""
        keys = {self._keyring.house, *KeysCopy(self._keys_copy, self._keyring).read()[1].values()}
        with self._database() as connection:
            for row in connection.execute("SELECT ref, wrapped FROM person_keys"):
                with contextlib.suppress(DamagedDataError):
                    keys.add(self._keyring.unwrap(row["wrapped"], row["ref"]))
        return list(keys)

    def take_traces(self, traces: Traces) -> None:
        """Note what is stored of a person now, so that it can be looked for later."""
        ref = self._keyring.person_ref(traces.chat_id)
        with self._database() as connection:
            cases = {row["id"] for row in connection.execute("SELECT id FROM cases WHERE person_ref = ?", (ref,))}
            [traces.case_id] = cases
            for _, row in self._rows(connection):
                if ref in row.values() or cases & {value for value in row.values() if isinstance(value, str)}:
                    traces.ciphertexts += [value[:24] for value in row.values() if isinstance(value, bytes)]
        assert len(traces.ciphertexts) >= 5  # key, chat, state, dialogue, case

    def find(self, traces: Traces) -> set[str]:
        """Where something of this person is: of ``database``, ``keys copy``, ``files``, ``backup``."""
        found = set()
        keys = self.keys()
        if self._in_database(traces, keys):
            found.add("database")
        marks = self._marks(traces)
        if any(mark in file.read_bytes() for file in self._home.glob("pristan.sqlite*") for mark in marks):
            found.add("files")
        if any(mark in self._keys_copy.read_bytes() for mark in marks):
            found.add("keys copy")
        for backup in self._backups:
            read = read_backup(backup, self._keyring)
            records = [json.dumps(record, ensure_ascii=False) for key in keys if (record := read.record(key))]
            if self._mentions(traces, [json.dumps(read.house), *records]) or any(
                mark in backup.read_bytes() for mark in marks
            ):
                found.add("backup")
        return found

    def kept(self, chat_id: int) -> dict[str, int]:
        """How many rows of a person open with a key that is alive, by table."""
        ref = self._keyring.person_ref(chat_id)
        described = {known.table.name: known for known in SEALED_TABLES}
        counts: dict[str, int] = {"person_keys": 0}
        with self._database() as connection:
            for row in connection.execute("SELECT ref, wrapped FROM person_keys WHERE ref = ?", (ref,)):
                key = self._keyring.unwrap(row["wrapped"], row["ref"])
                counts["person_keys"] += 1
                for table, values in self._rows(connection):
                    if table not in described or ref not in values.values():
                        continue
                    for column, place in described[table].places.items():
                        if values[column] is not None:
                            unseal(key, values[column], place(values))
                            counts[table] = counts.get(table, 0) + 1
        return counts

    def one_off_keys(self) -> int:
        """Keys of answers on their way to people who were erased."""
        with self._database() as connection:
            [number] = connection.execute("SELECT count(*) FROM person_keys WHERE ref LIKE 'once:%'").fetchone()
        return int(number)

    def _marks(self, traces: Traces) -> list[bytes]:
        ref = self._keyring.person_ref(traces.chat_id)
        texts = (ref, str(traces.chat_id), traces.case_id, *traces.words)
        return [text.encode() for text in texts if text] + traces.ciphertexts

    def _mentions(self, traces: Traces, texts: list[str]) -> bool:
        ref = self._keyring.person_ref(traces.chat_id)
        exact = (ref, *traces.words, *((traces.case_id,) if traces.case_id else ()))
        number = re.compile(rf"(?<!\d){traces.chat_id}(?!\d)")
        encoded = [self._opened(text) for text in texts]
        return any(mark in text for mark in exact for text in texts + encoded) or any(
            number.search(text) for text in texts + encoded
        )

    @staticmethod
    def _opened(text: str) -> str:
        """What stands in base64 in a record, decoded."""
        import base64
        import binascii

        decoded = []
        for piece in re.findall(r'"([A-Za-z0-9+/]{2,}={0,2})"', text):
            with contextlib.suppress(binascii.Error, ValueError, UnicodeDecodeError):
                decoded.append(base64.b64decode(piece, validate=True).decode())
        return "\n".join(decoded)

    def _in_database(self, traces: Traces, keys: list[bytes]) -> bool:
        described = {known.table.name: known for known in SEALED_TABLES}
        texts: list[str] = []
        with self._database() as connection:
            for table, row in self._rows(connection):
                texts += [str(value) for value in row.values() if not isinstance(value, bytes)]
                places = described[table].places if table in described else {}
                for column, place in places.items():
                    for key in keys if row[column] is not None else ():
                        with contextlib.suppress(DamagedDataError):
                            texts.append(unseal(key, row[column], place(row)).decode("utf-8", "ignore"))
        return self._mentions(traces, texts)

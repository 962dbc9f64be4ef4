"""The copy of people's keys on another disk: what makes a backup readable, and the one place that forgets with us.

A backup holds no keys, or a wipe would not reach it. A dead disk takes the keys along, and then a backup is of no use.
So the keys (each wrapped by the master key) may be copied to one file on another disk. There is only ever one version
of it: it is written anew whenever a key was destroyed, and the old bytes are overwritten.

Keep it on another disk than the database, keep no history of it (no snapshots, no versioned storage), and keep it apart
from the backups.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.counters import IDENTITY
from bot.store.engine import insert_if_absent
from bot.store.errors import DamagedDataError, StoreError
from bot.store.keys import Keyring, overwrite, sync_folder
from bot.store.models import counters, person_keys
from bot.store.person_keys import ONCE

_FORMAT = "pristan keys copy 1"


class KeysCopyError(StoreError):
    """The copy of people's keys cannot be read or written; the text names the file and says what to do."""


async def database_identity(connection: AsyncConnection) -> int:
    """A random number of this database, made when it is first asked for. Needs a write transaction."""
    await insert_if_absent(connection, counters, {"name": IDENTITY, "value": secrets.randbits(62)})
    return int((await connection.execute(select(counters.c.value).where(counters.c.name == IDENTITY))).scalar())


class KeysCopy:
    """The file.

    Args:
        file: where it is.
        keyring: the store's keys.
    """

    def __init__(self, file: Path, keyring: Keyring) -> None:
        self.file = file
        self._keyring = keyring

    async def renew(self, connection: AsyncConnection) -> bool:
        """Make the file hold exactly the keys of people there are now. Needs a write transaction.

        Returns:
            Whether it had to be written.

        Raises:
            KeysCopyError: it cannot be written. Then it may still hold keys that were destroyed: try again.
        """
        rows = await connection.execute(
            select(person_keys).where(person_keys.c.ref.not_like(f"{ONCE}%")).order_by(person_keys.c.ref)
        )
        identity = await database_identity(connection)
        lines = [json.dumps({"format": _FORMAT, "fingerprint": self._keyring.fingerprint, "database": identity})]
        lines += [json.dumps({"ref": row.ref, "wrapped": base64.b64encode(row.wrapped).decode()}) for row in rows]
        content = ("\n".join(lines) + "\n").encode()
        try:
            if self.file.exists():
                if self.file.read_bytes() == content:
                    return False
                self._must_be_of(identity)
            self._replace(content)
        except OSError as error:
            raise KeysCopyError(
                f"The copy of people's keys {self.file} cannot be written ({error.strerror}). "
                "Connect its disk or correct PRISTAN_KEYS_COPY: until then it may hold keys of people who were erased."
            ) from None
        return True

    def _must_be_of(self, identity: int) -> None:
        """A new database must not overwrite the keys of one that is to be restored."""
        try:
            described = json.loads(self.file.read_bytes().partition(b"\n")[0])
            known = described["database"] if described["format"] == _FORMAT else None
        except (ValueError, KeyError, TypeError):
            known = None
        if known != identity:
            raise KeysCopyError(
                f"{self.file} holds the keys of another database and is left as it is. If that database is lost, run "
                "«pristan restore» before the bot; else name another file by PRISTAN_KEYS_COPY."
            )

    def _replace(self, content: bytes) -> None:
        draft = self.file.with_name(f".{self.file.name}.draft")
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if self.file.exists():
            # A power cut between these two steps leaves the draft, which the next renewal replaces; the keys are in
            # the database all the while.
            overwrite(self.file)
        os.replace(draft, self.file)
        sync_folder(self.file.parent)

    def read(self) -> tuple[int, dict[str, bytes]]:
        """The database the copy belongs to, and the keys by reference.

        Raises:
            KeysCopyError: it is missing, damaged, or of another master key.
        """
        keys: dict[str, bytes] = {}
        try:
            header, *lines = self.file.read_text(encoding="utf-8").splitlines()
            described = json.loads(header)
            if described.get("format") != _FORMAT:
                raise ValueError
            if described.get("fingerprint") != self._keyring.fingerprint:
                raise KeysCopyError(
                    f"{self.file} was written under another master key. Correct PRISTAN_KEYS_COPY or "
                    "PRISTAN_SECRET_KEY_FILE so that they fit together."
                )
            identity = int(described["database"])
            for line in lines:
                row = json.loads(line)
                keys[row["ref"]] = self._keyring.unwrap(base64.b64decode(row["wrapped"], validate=True), row["ref"])
        except OSError as error:
            raise KeysCopyError(
                f"The copy of people's keys {self.file} cannot be read ({error.strerror}). Correct PRISTAN_KEYS_COPY."
            ) from None
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error, DamagedDataError):
            raise KeysCopyError(f"{self.file} is damaged or is no copy of people's keys.") from None
        return identity, keys

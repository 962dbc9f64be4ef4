"""Keys and ciphers: one master key in a file beside the database, and everything derived from it or wrapped by it.

- The *master key*: 32 random bytes, base64, in a file of mode 0600 outside the database.
- From it, by HKDF-SHA256 with a label of its own each: the key that turns chat ids into references, the key that wraps
  the keys of people, the *house* key for what belongs to no person, and a fingerprint to recognise the right file.
- Each person has a random 32-byte key, stored wrapped; destroying that row makes everything under it unreadable.

The cipher is AES-256-GCM with a random 96-bit nonce. Every ciphertext is bound to its *place* (table, column, row) as
associated data, so that a value copied to another row does not open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import stat
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.store.errors import DamagedDataError, KeyFileError, MissingKeyError

#: Length of every key, bytes.
KEY_BYTES = 32
#: Length of the random nonce in front of every ciphertext, bytes (NIST SP 800-38D, 8.2.2).
NONCE_BYTES = 12


def new_key() -> bytes:
    """A fresh random key."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, plaintext: bytes, place: str) -> bytes:
    """Encrypt for one place in the database.

    Args:
        key: 32 bytes.
        plaintext: what to hide.
        place: table, column and row, such as ``"inbox.payload/17"``; the same is needed to open.
    """
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """Decrypt what `seal` made for the same place.

    Raises:
        DamagedDataError: it does not open with this key at this place.
    """
    try:
        return AESGCM(key).decrypt(bytes(sealed[:NONCE_BYTES]), bytes(sealed[NONCE_BYTES:]), place.encode())
    except (InvalidTag, ValueError):
        # Table and column only: the row may name a person's reference.
        raise DamagedDataError(f"a value of {place.split('/')[0]} does not open with its key") from None


def seal_json(key: bytes, value: Any, place: str) -> bytes:
    """Encrypt a value as JSON.

    Raises:
        TypeError: the value is not made of what JSON knows.
    """
    return seal(key, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), place)


def unseal_json(key: bytes, sealed: bytes, place: str) -> Any:
    """Decrypt what `seal_json` made for the same place.

    Raises:
        DamagedDataError: it does not open with this key at this place.
    """
    return json.loads(unseal(key, sealed, place))


class Keyring:
    """What the master key gives.

    Args:
        master: the 32 bytes of the key file.
    """

    def __init__(self, master: bytes) -> None:
        self._reference_key = _derive(master, "person reference")
        self._wrapping_key = _derive(master, "key wrapping")
        #: Key for what belongs to no person.
        self.house = _derive(master, "house")
        #: Tells whether a database was written under this master key; reveals nothing about the key.
        self.fingerprint = _derive(master, "fingerprint").hex()

    def __repr__(self) -> str:
        return "Keyring(...)"

    def person_ref(self, chat_id: int) -> str:
        """The keyed hash that stands for a chat id everywhere in the database, 64 hex digits."""
        return hmac.new(self._reference_key, str(chat_id).encode(), hashlib.sha256).hexdigest()

    def wrap(self, key: bytes, ref: str) -> bytes:
        """Encrypt a person's key for the row of ``ref``."""
        return seal(self._wrapping_key, key, f"person_keys.wrapped/{ref}")

    def unwrap(self, wrapped: bytes, ref: str) -> bytes:
        """Decrypt a person's key.

        Raises:
            DamagedDataError: the row was changed or copied from another person.
        """
        return unseal(self._wrapping_key, wrapped, f"person_keys.wrapped/{ref}")


def _derive(master: bytes, label: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"pristan/1/{label}".encode()).derive(master)


def load_master_key(file: Path, may_create: bool) -> bytes:
    """Read the key file, or make one.

    Args:
        file: path of the key file.
        may_create: the database is empty, so that a new key loses nothing.

    Raises:
        MissingKeyError: there is no such file and ``may_create`` is false.
        KeyFileError: the file cannot be read or written, or is not a key.
    """
    try:
        if not file.exists():
            if not may_create:
                raise MissingKeyError(
                    f"The key file {file} is missing, but the database already holds data that only this key opens. "
                    "Put the file back from your copy or correct PRISTAN_SECRET_KEY_FILE. "
                    "If the key is lost, so is the data: move the database away to begin anew."
                )
            _create(file)
        _tighten(file)
        text = file.read_bytes()
    except OSError as error:
        raise KeyFileError(
            f"Cannot use the key file {file} ({error.strerror}). Correct PRISTAN_SECRET_KEY_FILE or the file's rights."
        ) from None
    try:
        master = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        master = b""
    if len(master) != KEY_BYTES:
        raise KeyFileError(
            f"{file} is not a key of Pristan ({KEY_BYTES} bytes in base64). "
            "Put the right file back from your copy or correct PRISTAN_SECRET_KEY_FILE."
        )
    return master


def pending_key_file(file: Path) -> Path:
    """Where a new key waits until everything is written under it."""
    return file.with_name(f"{file.name}.next")


def adopt_pending_key(file: Path) -> None:
    """Put the waiting key into the place of the old one, whose bytes are overwritten first.

    A process that dies in between leaves the waiting key, which the database recognises (`bot.store.store`).

    Raises:
        KeyFileError: the file or its folder cannot be written.
    """
    pending = pending_key_file(file)
    try:
        if file.exists():
            overwrite(file)
        os.replace(pending, file)
        sync_folder(file.parent)
    except OSError as error:
        raise KeyFileError(
            f"The new key cannot be put into {file} ({error.strerror}). Everything is written under it already: "
            f"rename {pending} to {file} by hand."
        ) from None


def discard_pending_key(file: Path) -> None:
    """Remove a waiting key under which nothing was written."""
    pending = pending_key_file(file)
    try:
        overwrite(pending)
        pending.unlink()
    except OSError as error:
        raise KeyFileError(
            f"{pending} is left from a change of keys that did not happen and cannot be removed ({error.strerror}). "
            "Remove it by hand."
        ) from None


def overwrite(file: Path) -> None:
    """Write zeros over a file: what the medium keeps elsewhere (flash, snapshots) is beyond a program's reach."""
    with file.open("r+b") as stream:
        stream.write(b"\0" * file.stat().st_size)
        stream.flush()
        os.fsync(stream.fileno())


def sync_folder(path: Path) -> None:
    """Make a rename or a new file in a folder durable."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _create(file: Path) -> None:
    """Write a new key durably and whole: two processes that start at once end up with the same file."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, base64.b64encode(new_key()) + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(draft, file)
    except FileExistsError:
        pass  # another process was first: its key counts
    finally:
        draft.unlink()
    sync_folder(file.parent)


def _tighten(file: Path) -> None:
    """Take the rights of others away. A file of another owner (a mounted secret) is left as it is."""
    state = file.stat()
    if state.st_uid == os.geteuid() and stat.S_IMODE(state.st_mode) & 0o077:
        file.chmod(0o600)

"""Files sent by people and by the bot, in memory, and the objects that describe them."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from bot.sandbox.errors import bad_request
from bot.sandbox.limits import (
    DOWNLOAD_MAX_BYTES,
    PHOTO_MAX_BYTES,
    PHOTO_MAX_RATIO,
    PHOTO_MAX_SIDES,
    PHOTO_SIDES,
    UPLOAD_MAX_BYTES,
)

Payload = dict[str, Any]


@dataclass(frozen=True)
class StoredFile:
    """One file.

    Attributes:
        path: where ``getFile`` says it lies.
        describes: the object that stands for it in a message (PhotoSize, Document, Voice, Sticker).
    """

    file_id: str
    content: bytes
    path: str
    mime_type: str
    describes: Payload


class FileStore:
    """Files by id and by path."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def get(self, file_id: str) -> StoredFile:
        """The file, or Telegram's refusal."""
        stored = self._by_id.get(file_id)
        if stored is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        return stored

    def find(self, file_id: str) -> StoredFile | None:
        """The file, or nothing."""
        return self._by_id.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        """The file that lies at a path, or nothing."""
        return self._by_path.get(path)

    def as_file(self, file_id: str) -> Payload:
        """The Bot API's File object.

        Raises:
            ApiError: 400 for an unknown file or one of more than 20 MB.
        """
        stored = self.get(file_id)
        if len(stored.content) > DOWNLOAD_MAX_BYTES:
            raise bad_request("file is too big")
        return {
            "file_id": stored.file_id,
            "file_unique_id": stored.describes["file_unique_id"],
            "file_size": len(stored.content),
            "file_path": stored.path,
        }

    def forget(self, file_ids: list[str]) -> None:
        """Drop files whose last message is gone."""
        for file_id in file_ids:
            stored = self._by_id.pop(file_id, None)
            if stored is not None:
                self._by_path.pop(stored.path, None)

    def _keep(self, content: bytes, folder: str, suffix: str, mime_type: str, kind: str, extra: Payload) -> StoredFile:
        number = len(self._by_path)
        while f"{folder}/file_{number}{suffix}" in self._by_path:
            number += 1
        digest = hashlib.sha256(content + str(number).encode()).hexdigest()
        file_id = f"SANDBOX{kind}{number:06d}{digest[:24]}"
        describes = {"file_id": file_id, "file_unique_id": f"U{digest[:15]}", "file_size": len(content), **extra}
        stored = StoredFile(file_id, content, f"{folder}/file_{number}{suffix}", mime_type, describes)
        self._by_id[file_id] = stored
        self._by_path[stored.path] = stored
        return stored

    def add_photo(self, content: bytes) -> list[Payload]:
        """Keep a photo in Telegram's sizes, as JPEG, as its apps do before sending.

        Returns:
            PhotoSize objects, smallest first.

        Raises:
            ApiError: 400 for what is no picture, or one too large.
        """
        if len(content) > PHOTO_MAX_BYTES:
            raise bad_request("file is too big for a photo; the maximum size is 10000000 bytes")
        try:
            with Image.open(io.BytesIO(content)) as opened:
                if sum(opened.size) > PHOTO_MAX_SIDES or max(opened.size) > PHOTO_MAX_RATIO * min(opened.size):
                    raise bad_request("PHOTO_INVALID_DIMENSIONS")
                picture = ImageOps.exif_transpose(opened).convert("RGB")
        except (UnidentifiedImageError, OSError, Image.DecompressionBombError, SyntaxError):
            raise bad_request("IMAGE_PROCESS_FAILED") from None
        sizes = []
        for index, side in enumerate(PHOTO_SIDES):
            if index and side >= max(picture.size) and PHOTO_SIDES[index - 1] >= max(picture.size):
                break
            scaled = picture.copy()
            scaled.thumbnail((side, side))
            buffer = io.BytesIO()
            scaled.save(buffer, "JPEG", quality=87)
            width, height = scaled.size
            stored = self._keep(
                buffer.getvalue(), "photos", ".jpg", "image/jpeg", "P", {"width": width, "height": height}
            )
            sizes.append(stored.describes)
        return sizes

    def add_document(self, content: bytes, name: str, mime_type: str | None) -> Payload:
        """Keep any file; returns the Bot API's Document object."""
        _check_upload(content)
        mime_type = mime_type or "application/octet-stream"
        suffix = PurePosixPath(name).suffix[:12]
        if not suffix[1:].isalnum():
            suffix = ""
        extra = {"file_name": name, "mime_type": mime_type}
        return self._keep(content, "documents", suffix, mime_type, "D", extra).describes

    def add_voice(self, content: bytes, duration: int, mime_type: str | None = None) -> Payload:
        """Keep a voice message of ``duration`` seconds; returns the Bot API's Voice object."""
        _check_upload(content)
        mime_type = mime_type or "audio/ogg"
        return self._keep(
            content, "voice", ".oga", mime_type, "V", {"duration": duration, "mime_type": mime_type}
        ).describes

    def add_sticker(self, emoji: str) -> Payload:
        """A sticker that stands for an emoji; returns the Bot API's Sticker object."""
        extra = {
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
            "type": "regular",
            "emoji": emoji,
        }
        return self._keep(emoji.encode(), "stickers", ".webp", "image/webp", "S", extra).describes


def _check_upload(content: bytes) -> None:
    if not content:
        raise bad_request("file must be non-empty")
    if len(content) > UPLOAD_MAX_BYTES:
        raise bad_request("file is too big; the maximum size is 50000000 bytes")

"""Parameters of a Bot API call, however they came: query string, form, multipart or JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from bot.sandbox.errors import ApiError, bad_request
from bot.sandbox.limits import UPLOAD_MAX_BYTES


@dataclass(frozen=True)
class Upload:
    """A file that came with the call."""

    name: str
    content: bytes
    mime_type: str | None


class Params:
    """Typed access to a call's parameters; wrong types are refused in Telegram's words."""

    def __init__(self, values: dict[str, Any], uploads: dict[str, Upload]) -> None:
        self._values = values
        self._uploads = uploads

    @classmethod
    async def read(cls, request: Request) -> Params:
        """Collect the parameters of a request.

        Raises:
            ApiError: 400 for a body that cannot be read, 413 for one that is too large.
        """
        values: dict[str, Any] = dict(request.query_params)
        uploads: dict[str, Upload] = {}
        if request.method != "POST":
            return cls(values, uploads)
        if int(request.headers.get("content-length") or 0) > UPLOAD_MAX_BYTES + 1_000_000:
            raise ApiError(413, "Request Entity Too Large")
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/json":
            try:
                body = json.loads(await request.body() or b"{}")
            except ValueError:
                raise bad_request("can't parse JSON object") from None
            if not isinstance(body, dict):
                raise bad_request("can't parse JSON object")
            values.update(body)
        elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
            async with request.form(max_part_size=10_000_000) as form:
                for name, value in form.multi_items():
                    if isinstance(value, UploadFile):
                        uploads[name] = Upload(value.filename or "file", await value.read(), value.content_type)
                    else:
                        values[name] = value
        return cls(values, uploads)

    def logged(self) -> dict[str, Any]:
        """The parameters for the call log: decoded, uploads by name and size."""
        found = {name: self.json(name, value) for name, value in self._values.items()}
        for name, upload in self._uploads.items():
            found[name] = {"file_name": upload.name, "size": len(upload.content)}
        return found

    def json(self, name: str, default: Any = None) -> Any:
        """A value decoded from JSON where it is JSON, else as it is."""
        value = self._values.get(name, default)
        if isinstance(value, str) and value[:1] in ("{", "["):
            try:
                return json.loads(value)
            except ValueError:
                return value
        return value

    def object(self, name: str, what: str) -> Any:
        """A value that must be JSON (or absent).

        Raises:
            ApiError: 400, when it cannot be decoded.
        """
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {what} JSON object") from None

    def has(self, name: str) -> bool:
        """The call names this parameter."""
        return name in self._values or name in self._uploads

    def text(self, name: str, default: str = "") -> str:
        """A string."""
        value = self._values.get(name, default)
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int | None = None) -> int | None:
        """A whole number, or the default when it is absent or no number."""
        value = self._values.get(name)
        if value is None or value == "":
            return default
        try:
            return int(str(value))
        except ValueError:
            return default

    def number(self, name: str) -> float | None:
        """A decimal number, or nothing."""
        try:
            return float(self._values[name])
        except (KeyError, TypeError, ValueError):
            return None

    def boolean(self, name: str) -> bool:
        """True for true, yes, 1, t and y, as the Bot API server reads it."""
        value = self._values.get(name, False)
        return value if isinstance(value, bool) else str(value).strip().lower() in ("true", "yes", "1", "t", "y")

    def upload(self, name: str) -> Upload | None:
        """A file sent along under this name, directly or as ``attach://other_name``."""
        if name in self._uploads:
            return self._uploads[name]
        return self.attached(self._values.get(name))

    def attached(self, reference: Any) -> Upload | None:
        """The file an ``attach://name`` refers to, if it does."""
        if isinstance(reference, str) and reference.startswith("attach://"):
            return self._uploads.get(reference.removeprefix("attach://"))
        return None

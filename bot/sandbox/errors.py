"""Refusals, worded as Telegram words them, because bots (and libraries) tell errors apart by their text."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A refusal of the Bot API.

    Args:
        code: HTTP status and ``error_code``.
        description: Telegram's sentence, with its prefix (``Bad Request: …``).
        parameters: ``ResponseParameters``, for example ``{"retry_after": 3}`` (seconds).
    """

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_json(self) -> dict[str, Any]:
        """The body Telegram answers with."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(description: str) -> ApiError:
    """400, for a request that can never succeed as it is."""
    return ApiError(400, f"Bad Request: {description}")


def forbidden(description: str) -> ApiError:
    """403, for a chat the bot may not write to."""
    return ApiError(403, f"Forbidden: {description}")


def too_many_requests(seconds: int) -> ApiError:
    """429, with the seconds to wait."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def unauthorized() -> ApiError:
    """401, for a well-formed token that is nobody's."""
    return ApiError(401, "Unauthorized")


def not_found() -> ApiError:
    """404, for a method that does not exist or a malformed token."""
    return ApiError(404, "Not Found")


#: Telegram's words for an edit that changes nothing.
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
#: Telegram's words for a button press that was answered already, is too old, or never was.
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
#: Telegram's words to a poller whose place another poller took.
OTHER_POLLER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
#: Telegram's words to a poller while a webhook is set.
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
#: Telegram's words to a waiting poller when a webhook is set.
WEBHOOK_SET = "Conflict: terminated by setWebhook request"
#: Telegram's words for a message_thread_id that is no topic of the chat.
THREAD_NOT_FOUND = "message thread not found"


class SandboxRefusal(Exception):
    """Something a person or a test asked of the control side that cannot be done; the text says why.

    Args:
        description: a sentence without any message text in it.
        status: HTTP status.
    """

    def __init__(self, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.description = description
        self.status = status

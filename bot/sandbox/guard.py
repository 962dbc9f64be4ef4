"""Who may talk to the sandbox: programs on this machine, and the sandbox's own page. No other web page.

The token is public and the state has no password, so a page somebody has open in the same browser must not reach it:
neither by a form or image that points here (cross-site requests), nor by a name of its own that suddenly resolves to
this machine (DNS rebinding).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def refusal(method: str, path: str, headers: Mapping[str, str]) -> str | None:
    """Why a request is refused, or nothing when it may pass.

    Args:
        method: HTTP method.
        path: URL path.
        headers: names in lower case.
    """
    host = headers.get("host", "")
    if _host_name(host) not in _LOOPBACK:
        return "the sandbox answers only to 127.0.0.1 and localhost"
    origin = headers.get("origin")
    if origin is not None and not _same_place(origin, host):
        return "the sandbox takes no request from another page"
    site = headers.get("sec-fetch-site", "none")
    if site in ("cross-site", "same-site"):
        # Following a link to the page itself is harmless; anything else from another page is not.
        opening = method == "GET" and path == "/" and headers.get("sec-fetch-mode") == "navigate"
        if not opening:
            return "the sandbox takes no request from another page"
    return None


def _host_name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _same_place(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme == "http" and parts.netloc.lower() == host.lower() and _host_name(host) in _LOOPBACK

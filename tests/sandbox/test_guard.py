"""Other web pages, and other machines, get nothing."""

from __future__ import annotations

import httpx
import pytest

from bot.sandbox.client import PersonClient
from bot.sandbox.server import SandboxServer

CROSS = {"Origin": "https://evil.example"}


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/", {"Host": "evil.example"}),
        ("GET", "/sandbox/state", {"Host": "evil.example:8080"}),
        ("GET", "/sandbox/state", {"Host": "127.0.0.1.evil.example"}),
        ("POST", "/sandbox/reset", CROSS),
        ("POST", "/sandbox/people", {"Origin": "null"}),
        ("POST", "/sandbox/people", {"Origin": "http://127.0.0.1:1"}),
        ("POST", "/sandbox/people", {"Sec-Fetch-Site": "cross-site"}),
        ("GET", "/sandbox/events", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}),
        (
            "GET",
            "/bot{token}/sendMessage?chat_id=1&text=x",
            {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        ),
        ("GET", "/bot{token}/getMe", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}),
    ],
)
async def test_refused(server: SandboxServer, method: str, path: str, headers: dict[str, str]) -> None:
    async with httpx.AsyncClient(base_url=server.url) as http:
        response = await http.request(method, path.replace("{token}", server.token), headers=headers)
    assert response.status_code == 403


async def test_allowed(server: SandboxServer) -> None:
    async with httpx.AsyncClient(base_url=server.url) as http:
        assert (await http.get("/", headers={"Host": f"localhost:{server.port}"})).status_code == 200
        own = {"Origin": server.url, "Sec-Fetch-Site": "same-origin"}
        assert (await http.post("/sandbox/people", json={"first_name": "Anna"}, headers=own)).status_code == 200
        link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
        assert (await http.get("/", headers=link)).status_code == 200, "following a link to the page is harmless"


async def test_it_listens_on_loopback_only(server: SandboxServer) -> None:
    assert server.url.startswith("http://127.0.0.1:")
    with pytest.raises(OSError, match="in use"):
        await SandboxServer().start(server.port)


async def test_the_page_runs_no_foreign_code_and_hands_out_files_as_downloads(
    server: SandboxServer, anna: PersonClient
) -> None:
    async with httpx.AsyncClient(base_url=server.url) as http:
        page = await http.get("/")
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
        assert "http://" not in page.text.replace("http://www.w3.org/2000/svg", "") and "https://" not in page.text
        for name in ("page.css", "page.js", "words.js", "icon.svg"):
            part = await http.get(f"/page/{name}")
            assert part.status_code == 200 and part.headers["x-content-type-options"] == "nosniff"
        assert (await http.get("/page/%2e%2e%2fserver.py")).status_code == 404
        evil = await anna.document(b"<script>alert(1)</script>", name="x.html", mime_type="text/html")
        file = await http.get(f"/sandbox/files/{evil.message['document']['file_id']}")
        assert file.headers["content-disposition"] == "attachment"
        assert file.headers["content-type"] == "application/octet-stream"

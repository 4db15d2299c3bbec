"""A running product, and a site of another origin that carries the one-line script."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.installed import Installed, eventually

INBOX = "demo-web-chat"


@dataclass
class Stage:
    """The desk and the site."""

    desk: Installed
    site: str

    def conversation(self, text: str) -> dict[str, Any]:
        """The conversation whose latest words these are."""

        def look() -> dict[str, Any] | None:
            listed = self.desk.call("GET", f"{self.desk.workspace}/conversations", params={"channel": "web_chat"})
            return next((row for row in listed["items"] if text in row["preview"]), None)

        found = eventually(look)
        assert found is not None
        return found

    def answer(self, text: str, *, to: str) -> None:
        """A manager answers the visitor who wrote this."""
        path = f"{self.desk.workspace}/conversations/{self.conversation(to)['id']}/send"
        self.desk.call("POST", path, json={"text": text})

    def allow(self, *origins: str, **settings: str) -> None:
        """The owner's list of sites."""
        credentials = {
            "origins": "\n".join(origins),
            "title": "Лавка",
            "greeting": "Здравствуйте! Спросите нас.",
            **settings,
        }
        changed = self.desk.call("PATCH", f"{self.desk.workspace}/inboxes/{INBOX}", json={"credentials": credentials})
        assert changed["health"] == "connected", changed


@contextmanager
def site_with(desk: Installed, script: str) -> Iterator[str]:
    """A page of a shop, on a port of its own, under a strict policy of its own."""
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Boots</title></head>'
        f"<body><h1>Boots and shoes</h1><p>Buy boots here.</p>{script}</body></html>"
    ).encode()
    policy = f"default-src 'none'; img-src data:; script-src {desk.url}; frame-src {desk.url}"

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-security-policy", policy)
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()

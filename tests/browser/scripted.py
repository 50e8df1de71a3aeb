"""The gateway's answers, written by a test, for states that a healthy gateway shows rarely or never."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from playwright.async_api import Page, Route, WebSocketRoute

POLICY = {
    "text_max": 1000,
    "days": 30,
    "library": "Alder Falls Public Library",
    "phone": "315-555-0140",
    "email": "ask@alderfalls.example",
    "places": False,
}
WORDS = {
    "do.person": "Talk to a person",
    "do.bot": "Back to the assistant",
    "do.message": "Leave a message",
    "do.end": "End chat",
}
HOST_CSP = "default-src 'none'; script-src {origin}; connect-src {origin} {socket}"


class Script:
    """Answers the patron API inside the browser. `refuse` is the status that messages get; 0 drops the connection."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.refuse: int | None = None
        self.down = False  # nothing is reachable
        self.slow = asyncio.Event()  # set: chats begin
        self.slow.set()
        self.gone = False
        self.places: list[dict[str, str]] = []  # where a chat can go on
        self.codes: dict[str, list[dict[str, Any]]] = {}  # the talks that codes bring into the window
        self.forgotten: list[str] = []
        self.received: list[dict[str, Any]] = []
        self.forms: list[dict[str, Any]] = []
        self.ratings: list[dict[str, Any]] = []
        self.frames: list[dict[str, Any]] = []  # what came up the sockets
        self.bad_field: dict[str, str] | None = None  # what forms are refused with
        self.state: dict[str, Any] = {"mode": "bot", "queue": None, "staff": None, "paused": None}
        self.rated: dict[str, str] = {}
        self.sockets: list[WebSocketRoute] = []
        self.say({"type": "text", "text": "Hello. I am an automated assistant, not a person."})

    def say(self, *blocks: dict[str, Any], sender: str = "bot", **more: Any) -> dict[str, Any]:
        """Store a message and push it to whoever listens."""
        message = {
            "seq": len(self.messages) + 1,
            "at": "2026-11-21T15:00:00.000Z",
            "from": sender,
            "lang": "en",
            "blocks": list(blocks),
            **more,
        }
        self.messages.append(message)
        self.push({"messages": [message]})
        return message

    def push(self, frame: dict[str, Any]) -> None:
        """Send a frame to whoever listens."""
        for socket in self.sockets:
            socket.send(json.dumps(frame))

    def become(self, mode: str, **more: Any) -> None:
        """Change the state of the chat, and tell it."""
        self.state = {"mode": mode, "queue": None, "staff": None, "paused": None, **more}
        self.push({"state": self.state})

    async def took(self, number: int) -> None:
        """Wait until so many messages of the patron have arrived."""
        async with asyncio.timeout(10):
            while len(self.received) < number:
                await asyncio.sleep(0.02)

    async def install(self, page: Page) -> None:
        """Take over the API of this page."""
        await page.route(re.compile(r"/api/v1/chats"), self._answer)
        await page.route_web_socket(re.compile(r"/api/v1/chats/.*/ws"), self._socket)

    def host(self, origin: str, *, style: str = "", tag: str = "", attributes: str = "") -> Any:
        """Return a route handler that serves a bare page with the one tag under a strict CSP."""
        policy = HOST_CSP.format(origin=origin, socket=origin.replace("http", "ws"))
        html = f"""<!doctype html><html lang="en" {attributes}><head><title>A library's page</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            {f"<style>{style}</style>" if style else ""}</head>
            <body><main><h1>A library's page</h1><p>Some text, and <a href="#x">a link</a>.</p></main>
            <script src="{origin}/w/latest/embed.js" {tag} defer></script></body></html>"""
        headers = {"Content-Security-Policy": policy + ("; style-src 'unsafe-inline'" if style else "")}

        async def serve(route: Route) -> None:
            await route.fulfill(status=200, content_type="text/html", headers=headers, body=html)

        return serve

    async def _answer(self, route: Route) -> None:
        request = route.request
        if self.down:
            await route.abort()
        elif request.method == "DELETE":
            self.forgotten.append(request.url)
            await route.fulfill(status=204)
        elif self.gone:
            await _refuse(route, 410, "chat_gone")
        elif request.method == "GET":
            after = int(re.findall(r"after=(\d+)", request.url)[0])
            found = [message for message in self.messages if message["seq"] > after]
            rated = {"rated": self.rated} if self.rated else {}
            await route.fulfill(json={"messages": found, "mode": self.state["mode"], "state": self.state, **rated})
        elif request.url.endswith("/chats"):
            await self.slow.wait()
            code = (request.post_data_json or {}).get("code")
            if code is not None and code not in self.codes:
                await route.fulfill(status=422, json={"ok": False, "code": "bad_code", "message": "Not valid."})
                return
            self.messages = self.codes.get(code, self.messages)
            await route.fulfill(
                status=201,
                json={
                    "id": "sms-1" if code else "c1",
                    "token": "t1",
                    "seq": 1,
                    "mode": self.state["mode"],
                    "state": self.state,
                    "lang": "en",
                    "policy": POLICY | {"places": bool(self.places)},
                    "messages": self.messages[:1],
                },
            )
        elif self.refuse is not None:
            await _refuse(route, self.refuse, "rate_limited" if self.refuse == 429 else "refused")
        elif request.url.endswith("/code"):
            await route.fulfill(status=201, json={"code": "7K3M-9QXZ", "minutes": 10, "places": self.places})
        elif request.url.endswith("/forms"):
            self.forms.append(request.post_data_json)
            if self.bad_field is not None:
                await route.fulfill(status=422, json={"ok": False, "code": "bad_field", **self.bad_field})
                return
            await route.fulfill(status=201, json={"reference": "M-4K7Q2"})
            self.say(
                {"type": "text", "text": "Thank you. Your message number is M-4K7Q2.", "form": self.forms[-1]["seq"]}
            )
        elif request.url.endswith("/rating"):
            rating = request.post_data_json
            self.ratings.append(rating)
            self.rated[str(rating.get("seq", 0))] = rating["value"]
            await route.fulfill(json={"ok": True})
        else:
            body = request.post_data_json
            self.received.append(body)
            said = {"type": "text", "text": body.get("text") or WORDS.get(body["payload"], "Opening hours")}
            message = self.say(said, sender="patron", client_id=body["client_id"])
            await route.fulfill(status=201, json={"message": message})

    async def _socket(self, socket: WebSocketRoute) -> None:
        if self.down or self.gone:
            await socket.close(code=1011)  # the widget learns from GET why
            return
        self.sockets.append(socket)
        socket.on_message(lambda frame: self.frames.append(json.loads(frame)))
        socket.on_close(lambda *_: self.sockets.remove(socket) if socket in self.sockets else None)


async def _refuse(route: Route, status: int, code: str) -> None:
    if status == 0:
        await route.abort()
        return
    headers = {"Retry-After": "5"} if status == 429 else {}
    await route.fulfill(status=status, headers=headers, json={"ok": False, "code": code, "message": code})

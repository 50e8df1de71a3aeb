"""The desk's JSON and sockets, answered by a test inside the browser: no gateway, no Rasa, every state at will."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.async_api import Page, Route, WebSocketRoute

from bot.web import static
from bot.web.desk import render
from bot.web.desk.reach import for_composer
from bot.web.desk.sessions import Role

ORIGIN = "http://127.0.0.1:4380"
"""Nobody listens there: every request is answered by the test. Browsers trust it like https, so that all works."""
NAV = [
    {
        "name": "Talk with patrons",
        "entries": [("/desk", "Desk"), ("/desk/inbox", "Inbox"), ("/desk/replies", "Replies")],
    },
    {"name": "When an answer is wrong", "entries": [("/desk/chats", "Chats")]},
    {"name": "You", "entries": [("/desk/account", "Account"), ("/desk/help", "Help")]},
]
CSRF = "csrf-of-the-test"
REPLIES = [
    {"id": 1, "shortcut": "hello", "lang": "en", "own": False, "text": "Hello, I am {staff} at {library}."},
    {"id": 2, "shortcut": "hello", "lang": "es", "own": False, "text": "Hola, soy {staff}."},
    {"id": 3, "shortcut": "phone", "lang": "en", "own": False, "text": "You can call {patron_branch} at {phone}."},
    {"id": 4, "shortcut": "hours", "lang": "en", "own": True, "text": "The hours are on our website."},
]


class Member:
    """Who is signed in, as the templates see it."""

    id, name, shown_as, role, status, seats = 1, "ana", "Ana", Role.AGENT, "available", 3


class ScriptedDesk:
    """Answers the desk's API inside the browser. What staff did is in `did` as (action, chat, body)."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {
            "me": {
                "id": 1,
                "name": "ana",
                "shown_as": "Ana",
                "role": "agent",
                "status": "available",
                "seats": 3,
                "alone": False,
                "preferences": {},
            },
            "people": [
                {"id": 1, "shown_as": "Ana", "status": "available", "talks": 0},
                {"id": 2, "shown_as": "Lee", "status": "available", "talks": 1},
                {"id": 3, "shown_as": "Sam", "status": "busy", "talks": 2},
            ],
            "waiting": [],
            "offered": [],
            "mine": [],
            "others": [],
            "inbox": 0,
            "paused": False,
            "closing": "",
            "desk": {"open": True, "until": "8 PM", "opens": None},
        }
        self.messages: dict[str, list[dict[str, Any]]] = {}
        self.contexts: dict[str, dict[str, Any]] = {}
        self.did: list[tuple[str, str, dict[str, Any]]] = []
        self.refuse: dict[str, tuple[int, str, str]] = {}  # action: status, code, message
        self.down = False
        self.signed_out = False
        self.typed: list[str] = []
        self.sockets: list[WebSocketRoute] = []
        self.lines: list[tuple[str, WebSocketRoute]] = []

    # What the test arranges.

    def talk(self, kind: str, chat: str, question: str = "My renewal failed twice", **facts: Any) -> dict[str, Any]:
        """Put a chat into one of the lists, with the talk that led there."""
        self.messages[chat] = []
        self.say(chat, "bot", "Hello. I am an automated assistant, not a person.")
        self.say(chat, "patron", question)
        talk = {
            "chat": chat,
            "waited": 12.4,
            "branch": "Main Library",
            "lang": "en",
            "language": "English",
            "channel": "web",
            "channel_name": "Website",
            "messaging": False,
            "undelivered": 0,
            "tried": 0,
            "stopped": False,
            "reason": "asked",
            "question": question,
            "urgent": False,
            "patron": "here",
            "seq": 2,
            "last_from": "patron",
            "last": question,
        } | facts
        more = {
            "offered": {"from": "Lee", "note": "Knows the card system better", "left": 41},
            "mine": {"transfer": None},
            "others": {"staff": "Sam"},
            "waiting": {},
        }[kind]
        self.state[kind].append(more | talk)
        self.contexts[chat] = {
            "chat": chat,
            "mode": "waiting" if kind == "waiting" else "staff",
            "staff": None,
            "mine": kind == "mine",
            "patron": {
                "lang": talk["lang"],
                "language": talk["language"],
                "branch": talk["branch"],
                "page": "https://library.example/visit",
                "channel": talk["channel"],
                "channel_name": talk["channel_name"],
                "messaging": talk["messaging"],
                "here": True,
                "began": "2026-11-21T19:05:00.000Z",
            },
            "handoff": {"reason": talk["reason"], "question": question, "waited": 12.4},
            "turns": {},
            "guide": None,
            "suggestion": None,
            "notes": [],
            "tags": [],
            "ratings": {},
            "comment": None,
            "transfer": None,
            "reach": None,
            "undelivered": {},
        }
        return self.state[kind][-1]

    def say(self, chat: str, sender: str, *blocks: str | dict[str, Any], **more: Any) -> dict[str, Any]:
        """Store a message and push it to whoever follows the chat."""
        log = self.messages[chat]
        message = {
            "seq": len(log) + 1,
            "at": f"2026-11-21T19:{5 + len(log):02}:00.000Z",
            "from": sender,
            "lang": "en",
            "blocks": [{"type": "text", "text": block} if isinstance(block, str) else block for block in blocks],
            **more,
        }
        log.append(message)
        for kind in ("waiting", "offered", "mine", "others"):
            for talk in self.state[kind]:
                if talk["chat"] == chat:
                    text = message["blocks"][0].get("text", "")
                    talk.update(seq=message["seq"], last_from=sender, last=text)
        for of, line in self.lines:
            if of == chat:
                line.send(json.dumps({"messages": [message]}))
        return message

    def frame(self, chat: str, **frame: Any) -> None:
        """Push a frame that is no message to whoever follows the chat."""
        for of, line in self.lines:
            if of == chat:
                line.send(json.dumps(frame))

    def push(self) -> None:
        """Push the state to every open desk."""
        for socket in self.sockets:
            socket.send(json.dumps({"state": self.state}))

    def move(self, chat: str, kind: str | None, **facts: Any) -> None:
        """Move a chat to another list, or out of all, and push."""
        for other in ("waiting", "offered", "mine", "others"):
            for talk in [one for one in self.state[other] if one["chat"] == chat]:
                self.state[other].remove(talk)
                if kind is not None:
                    rest = {key: value for key, value in talk.items() if key not in ("from", "note", "left", "staff")}
                    self.state[kind].append(rest | ({"transfer": None} if kind == "mine" else {}) | facts)
        self.push()

    async def cut(self) -> None:
        """Make the server unreachable and close every socket."""
        self.down = True
        for socket in [*self.sockets, *(line for _, line in self.lines)]:
            await socket.close(code=1011)
        self.sockets.clear()
        self.lines.clear()

    async def action(self, name: str, number: int = 1) -> tuple[str, dict[str, Any]]:
        """Wait until staff did something so many times; return the chat and the body of the last."""
        async with asyncio.timeout(10):
            while len(found := [(chat, body) for action, chat, body in self.did if action == name]) < number:
                await asyncio.sleep(0.02)
        return found[-1]

    # What the browser asks.

    async def install(self, page: Page) -> None:
        """Take over everything that the page asks for."""
        await page.route(re.compile(re.escape(ORIGIN)), self._answer)
        await page.route_web_socket(re.compile(r"/desk/api/ws$"), self._desk_socket)
        await page.route_web_socket(re.compile(r"/desk/api/chats/.*/ws$"), self._chat_socket)

    def page(self) -> str:
        """Return the page of the live desk as the server draws it."""
        nav = [
            group
            | {"entries": [{"path": path, "name": name, "current": path == "/desk"} for path, name in group["entries"]]}
            for group in NAV
        ]
        facts = {
            "staff": Member,
            "csrf": CSRF,
            "path": "/desk",
            "here": "/desk",
            "page": "live",
            "library": "Alder Falls Public Library",
            "phone": "315-555-0140",
            "channels": for_composer(),
            "said": None,
            "nav": nav,
            "paused": False,
            "closing": "",
            "badges": {"/desk/inbox": (self.state["inbox"], "open")},
            "wide": False,
        }
        return render.environment().get_template("live.html").render(facts)

    async def _answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path.startswith("/d/"):
            file = static.files()["d/" + path.split("/", 3)[3]]
            await route.fulfill(body=file.plain, content_type=file.type)
        elif path == "/desk":
            headers = {"Content-Security-Policy": render.CSP}
            await route.fulfill(body=self.page(), content_type="text/html; charset=utf-8", headers=headers)
        elif self.down:
            await route.abort()
        elif self.signed_out:
            await _refuse(route, 401, "signed_out", "Sign in first.")
        else:
            await self._api(route, path.removeprefix("/desk/api/"))

    async def _api(self, route: Route, path: str) -> None:
        request = route.request
        body = request.post_data_json if request.method == "POST" else {}
        if request.method == "POST":
            assert request.headers["x-csrf"] == CSRF
        match path.split("/"):
            case ["state"]:
                await route.fulfill(json=self.state)
            case ["replies"]:
                await route.fulfill(json={"replies": REPLIES})
            case ["status" | "preferences" as what]:
                self.did.append((what, "", body))
                self.state["me"].update(body if what == "status" else {"preferences": body})
                await route.fulfill(json={"ok": True})
            case ["chats", chat]:
                await route.fulfill(json=self.contexts[unquote(chat)])
            case ["chats", chat, "messages"] if request.method == "GET":
                after = int(re.findall(r"after=(\d+)", request.url)[0])
                news = [message for message in self.messages[chat] if message["seq"] > after]
                await route.fulfill(json={"messages": news, "mode": self.contexts[chat]["mode"]})
            case ["chats", chat, action]:
                await self._do(route, chat, action, body)
            case _:
                await route.fulfill(status=404, json={"ok": False, "code": "not_found", "message": "Not found."})

    async def _do(self, route: Route, chat: str, action: str, body: dict[str, Any]) -> None:
        self.did.append((action, chat, body))
        if action in self.refuse:
            status, code, message = self.refuse[action]
            if status:
                await _refuse(route, status, code, message)
            else:
                await route.abort()
            return
        context = self.contexts[chat]
        if action == "messages":
            stored = self.say(chat, "staff", body["text"], name="Ana", client_id=body["client_id"])
            self.push()
            await route.fulfill(status=201, json={"message": stored})
            return
        if action in ("claim", "transfer-accept"):
            context.update(mode="staff", mine=True, staff={"id": 1, "shown_as": "Ana"})
            self.move(chat, "mine", waited=0.0)
            self.say(chat, "system", {"type": "divider", "text": "Ana joined the chat."})
        elif action in ("release", "transfer-decline"):
            self.move(chat, "waiting" if action == "release" else None)
        elif action in ("end", "give-back"):
            context.update(mode="ended" if action == "end" else "bot", mine=False)
            self.move(chat, None)
        elif action == "note":
            seq = len(self.messages[chat])
            notes = context["notes"]
            notes.append({"id": len(notes) + 1, "after_seq": seq, "name": "Ana", "at": "2026-11-21T19:20:00Z", **body})
        elif action == "tags":
            context["tags"] = body["tags"]
        elif action in ("transfer", "transfer-cancel"):
            offer = {"to": "Lee", "left": 60} if action == "transfer" else None
            for talk in self.state["mine"]:
                talk["transfer"] = offer if talk["chat"] == chat else talk["transfer"]
            self.push()
        await route.fulfill(json={"ok": True})

    async def _desk_socket(self, socket: WebSocketRoute) -> None:
        if self.down or self.signed_out:
            await socket.close(code=1011)
            return

        def heard(text: str | bytes) -> None:
            frame = json.loads(text)
            if "csrf" in frame:
                assert frame["csrf"] == CSRF
                self.sockets.append(socket)
                socket.send(json.dumps({"state": self.state}))

        socket.on_message(heard)
        socket.on_close(lambda *_: self.sockets.remove(socket) if socket in self.sockets else None)

    async def _chat_socket(self, socket: WebSocketRoute) -> None:
        if self.down or self.signed_out:
            await socket.close(code=1011)
            return
        line = (socket.url.split("/")[-2], socket)

        def heard(text: str | bytes) -> None:
            frame = json.loads(text)
            if "typing" in frame:
                self.typed.append(line[0])
                return
            self.lines.append(line)
            news = [message for message in self.messages[line[0]] if message["seq"] > frame["after"]]
            if news:
                socket.send(json.dumps({"messages": news}))

        socket.on_message(heard)
        socket.on_close(lambda *_: self.lines.remove(line) if line in self.lines else None)


async def _refuse(route: Route, status: int, code: str, message: str) -> None:
    await route.fulfill(status=status, json={"ok": False, "code": code, "message": message})

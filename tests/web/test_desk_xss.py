"""Whatever is typed into whatever field, no page of the desk turns it into markup."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from bot.conversations.model import Sender
from bot.storage.migrate import migrate
from bot.web import keys
from tests.conftest import new_settings
from tests.web.a_desk import Browser, Desk, running_desk

# A payload is a way out of where it stands, a thing that would run, and a disguise. The mark tells it from our own.
MARK = "zqx"
OUT = ("", '"', "'", '">', "'>", "-->", "</textarea>", "</title>", "</script>", "</style>", "]]>", "{{7*7}}")
RUNS = (
    f"<script>{MARK}()</script>",
    f"<img src={MARK} onerror={MARK}()>",
    f"<svg onload={MARK}()>",
    f'<a href="javascript:{MARK}()">x</a>',
    f"<iframe srcdoc='<script>{MARK}()</script>'></iframe>",
    f" onfocus={MARK}() autofocus ",
    f"[{MARK}](javascript:{MARK}())",
    f"[{MARK}](data:text/html,<script>{MARK}()</script>)",
    f"**<{MARK}-tag>**\n- <b onclick={MARK}()>\n1. </li><{MARK}-li>",
)
DISGUISES = (
    lambda text: text,
    lambda text: text.replace("<", "<\u0000").replace("script", "ScRiPt"),
    lambda text: text.replace("<", "&lt;").replace('"', "&quot;"),
)
PAYLOADS = [disguise(out + runs) for out, runs, disguise in itertools.product(OUT, RUNS, DISGUISES)]

ATTRIBUTES = {
    "action", "aria-current", "aria-describedby", "aria-hidden", "aria-invalid", "aria-label", "aria-labelledby",
    "aria-live", "aria-pressed", "aria-controls", "aria-expanded", "alt", "autocapitalize", "autocomplete", "charset",
    "checked", "class", "content", "data-base", "data-copies", "data-copy", "data-csrf", "data-desk", "data-library",
    "data-page",
    "data-phone", "data-staff", "data-status", "datetime", "dir", "download", "enterkeyhint", "for", "height", "hidden",
    "href", "id", "lang", "max", "maxlength", "method", "min", "minlength", "name", "open", "readonly", "rel",
    "required", "role", "rows", "scope", "selected", "spellcheck", "src", "tabindex", "target", "title", "type",
    "value", "width",
}  # fmt: skip
OWN = {"value", "title", "aria-label", "data-staff", "href"}
"""Attributes that hold what people wrote, as text or as part of an address, whose scheme is looked at."""


class Seen(HTMLParser):
    """Reads a page as a browser does and keeps what no page of ours has."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.strange: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        here = dict(attrs)
        inline = tag in ("style", "iframe", "object", "svg", "embed") or (tag == "script" and "src" not in here)
        strange = [name for name in here if name not in ATTRIBUTES]
        strange += [name for name, value in attrs if name not in OWN and MARK in (value or "")]
        for name in ("href", "src", "action"):
            address = urlsplit(here.get(name) or "/")
            if address.scheme not in ("", "https", "mailto", "tel") or (address.netloc and not address.scheme):
                strange.append(name)
        if inline or strange or MARK in tag or (tag in ("b", "img") and "src" not in here):
            self.strange.append(f"<{tag} {here}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_comment(self, data: str) -> None:
        self.strange.append(f"<!--{data}-->")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def strange(page: str) -> list[str]:
    seen = Seen()
    seen.feed(page)
    seen.close()
    return seen.strange + (["a template was run"] if "49" in "".join(seen.texts).split("{{7*7}}") else [])


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    settings = new_settings(tmp_path_factory.mktemp("xss"))
    migrate(settings.database)
    async with running_desk(settings) as desk:
        yield desk


def test_there_are_hundreds_of_payloads_and_the_reader_of_pages_sees_them() -> None:
    assert len(set(PAYLOADS)) > 200
    for runs in RUNS[:5]:
        assert strange(f"<p>{runs}</p>"), runs
    assert strange(f'<input value=""{RUNS[5]}">')


async def a_talk_of(desk: Desk, payload: str, number: int) -> str:
    """Put the payload into every field that anybody can fill."""
    text = payload.replace("\u0000", "")  # no database keeps it; the gateway takes it out of what patrons type
    now = desk.clock.now().timestamp()
    talk = await desk.talk(("patron", text), ("staff", text), branch=text[:64], context=text[:200])
    log = desk.app[keys.LOG]
    link = {"label": text, "url": text}
    blocks = [
        {"type": "text", "text": text},
        {"type": "choices", "prompt": text, "choices": [{"label": text, "value": {}}]},
        {"type": "cards", "cards": [{"title": text, "lines": [text], "badge": text, "links": [link]}]},
        {"type": "table", "caption": text, "head": [text, text], "rows": [[text, text]]},
        {"type": "notice", "kind": text, "text": text, "lang": text},
        {"type": "divider", "text": text},
        {"type": "form", "title": text, "fields": []},
        {"type": "rating", "prompt": text, "options": []},
        {"type": text},
    ]  # fmt: skip
    async with log.database.write() as db:
        here = await log.locked(db, talk)
        _, here = await log.append(db, here, Sender.BOT, blocks)
        await log.append(db, here, Sender.STAFF, blocks[:1], name=text[:80])
    understood = {
        "intent": text,
        "confidence": 0.5,
        "ranking": [{"intent": text, "confidence": 0.5}] * 2,
        "entities": [{"entity": text, "value": text}],
    }
    times = {"received_at": 0.0, "answer_by": 0.0, "attempts": 1, "leased_until": 0.0, "epoch": 0}
    await desk.insert(
        "turn", conversation_id=talk, seq=2, state="done", understood=understood, suggestion=blocks, **times
    )
    common = {"urgent": True, "requested_at": now, "state": "missed", "transfer_note": text}
    await desk.insert("handoff", conversation_id=talk, question=text, reason=text[:20], outcome=text[:12], **common)
    await desk.insert("note", conversation_id=talk, after_seq=2, name=text[:80], at=now, text=text)
    await desk.insert("rating", conversation_id=talk, seq=0, value=text[:8], comment=text, at=now)
    await desk.insert("label", conversation_id=talk, seq=4, label=text[:20], at=now)
    await desk.insert("conversation_tag", conversation_id=talk, tag=text[:40])
    left = {"conversation_id": await desk.talk(), "client_id": "a", "at": now, "contact_kind": "email", "state": "open"}
    words = {"name": text[:80], "contact": text, "question": text, "lang": text[:8], "branch": text[:64]}
    await desk.insert("left_message", reference=f"M-{number}", answer=text, **left, **words)
    await desk.insert("canned_reply", staff_id=None, shortcut=text[:40], lang=text[:8], text=text)
    return talk


@pytest.mark.parametrize("part", range(9))
async def test_nothing_that_anybody_wrote_becomes_markup(desk: Desk, part: int) -> None:
    async with desk.browser("admin") as browser:
        for number, payload in enumerate(PAYLOADS[part::9]):
            talk = await a_talk_of(desk, payload, part * 1000 + number)
            for path in (f"/desk/chats/{talk}", f"/desk/chats/{talk}/print"):
                assert strange(await browser.page(path)) == [], (path, payload)
            if number % 4 == 0:
                await what_is_echoed_is_text(desk, browser, payload, talk)
        for path in ("", "/chats", "/chats?page=2", "/inbox", "/replies", "/people", "/audit", "/help"):
            assert strange(await browser.page(f"/desk{path}")) == [], path
        await no_json_is_taken_for_a_page(browser, talk)


async def what_is_echoed_is_text(desk: Desk, browser: Browser, payload: str, talk: str) -> None:
    """Send the payload by every form and in addresses, and look at what comes back at once and later."""
    message = max(row.id for row in await desk.rows("left_message"))
    await browser.post("/desk/account", shown_as=payload[:80])
    await browser.post("/desk/stop", to="stop")
    await browser.post("/desk/settings", notice_en=payload, notice_es=payload)
    await browser.post("/desk/replies", shortcut="x", lang="en", text=payload)
    for path in ("settings", "account", f"inbox/{message}"):
        assert strange(await browser.page(f"/desk/{path}")) == [], (path, payload)
    query = quote(payload)
    for path in (f"chats?q={query}&branch={query}", f"chats?q={query}", f"sign-in?next={query}", f"nowhere/{query}"):
        assert strange(await (await browser.get(f"/desk/{path}")).text()) == [], (path, payload)
    for path, fields in (
        ("people", {"name": payload, "shown_as": payload, "role": "agent"}),
        ("sign-in", {"name": payload, "password": payload, "next": payload}),
        (f"chats/{talk}/redact", {"passage": payload + "x"}),
        (f"inbox/{message}/done", {"answer": payload}),
    ):
        assert strange(await (await browser.post(f"/desk/{path}", **fields)).text()) == [], (path, payload)


async def no_json_is_taken_for_a_page(browser: Browser, talk: str) -> None:
    for path in ("/desk/api/state", f"/desk/api/chats/{talk}", "/desk/api/replies", "/desk/export.json"):
        answer = await browser.get(path)
        assert answer.headers["Content-Type"].startswith("application/json")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        json.loads(await answer.text())


def test_reader_of_pages_knows_every_template() -> None:
    folder = Path(__file__).parents[2] / "bot" / "web" / "desk" / "pages"
    shown = {"live", "sign_in", "error", "transcripts", "transcript", "transcript_print", "inbox", "message", "replies"}
    shown |= {"settings", "people", "link", "account", "audit", "help", "first", "base", "blocks", "forms"}
    assert {path.stem for path in folder.glob("*.html")} == shown
    for path in folder.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        for word in ("|safe", "autoescape", "style=", "onclick", "javascript:"):
            assert word not in text, path.name

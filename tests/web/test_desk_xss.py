"""Whatever is typed into whatever field, no page of the desk turns it into markup."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest

from bot.conversations.model import Sender
from bot.storage.migrate import migrate
from bot.storage.models import gap, gap_question
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
    "data-batch", "data-channels", "data-key", "data-page", "data-step",
    "data-phone", "data-staff", "data-status", "datetime", "dir", "download", "enterkeyhint", "for", "height", "hidden",
    "href", "hreflang", "id", "label", "lang", "list", "max", "maxlength", "method", "min", "minlength", "name", "open",
    "pattern", "readonly", "rel",
    "required", "role", "rows", "scope", "selected", "spellcheck", "src", "tabindex", "target", "title", "type",
    "value", "width",
}  # fmt: skip
DRAWN = {"svg", "desc", "defs", "pattern", "rect", "line", "circle", "text"}
PLACES = {
    "aria-hidden", "aria-labelledby", "class", "cx", "cy", "dx", "fill", "height", "id", "patterntransform",
    "patternunits", "r", "role", "rx", "text-anchor", "width", "x", "x1", "x2", "y", "y1", "y2",
}  # fmt: skip
"""What charts are drawn with; none of it runs anything or leads anywhere."""
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
        inline = tag in ("style", "iframe", "object", "embed") or (tag == "script" and "src" not in here)
        strange = [name for name in here if name not in (PLACES if tag in DRAWN else ATTRIBUTES)]
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
    asked = {"state": "done", "understood": understood, "model": text[:80]}
    await desk.insert("turn", conversation_id=talk, seq=3, **asked, **times | {"received_at": now})
    await a_gap_of(desk, text, talk)
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
    await a_lesson_of(desk, text, talk)
    await a_wish_of(desk, text, number, talk)
    await a_survey_of(desk, text)
    edit = {"path": "answers/wifi.md", "before": text, "after": text + "x", "name": text[:80], "what": text[:200]}
    await desk.insert("edit", at=now, state="done", **edit)
    return talk


async def a_gap_of(desk: Desk, text: str, talk: str) -> None:
    now = desk.clock.now().timestamp()
    async with desk.app[keys.DATABASE].write() as db:  # a gap without questions would be dropped
        made = await db.execute(gap.insert().values(question=text, lang=text[:8], state="open", at=now))
        (number,) = made.inserted_primary_key or (0,)
        for seq in range(5):  # so many that their question is shown
            row = {"conversation_id": talk, "seq": seq, "gap_id": number, "at": now, "labelled": False}
            await db.execute(gap_question.insert().values(row))


async def a_lesson_of(desk: Desk, text: str, talk: str) -> None:
    now = desk.clock.now().timestamp()
    files = [{"path": "from_review/ask_hours.yml", "before": None, "after": text}]
    models = {"model_before": text[:80], "model": text[:80], "figures": {text: [1, 2, 3], text + "x": [5, 2, 6]}}
    row = {"at": now, "name": text[:80], "state": "failed", "files": files, "problem": text, "published_by": text[:80]}
    await desk.insert("publication", **row, **models)
    common = {"matching": "x", "count": 2, "name": text[:80], "at": now, "reason": text, "decided_by": text[:80]}
    example = {"kind": "example", "topic": text[:64], "conversation_id": talk, "seq": 4, "state": "open"}
    await desk.insert("lesson", text=text, lang=text[:8], **example, **common)
    answer = {"kind": "answer", "topic": "wifi", "before": text, "state": "approved"}
    await desk.insert("lesson", text=text, lang=text[:8], **answer, **common)


async def a_survey_of(desk: Desk, text: str) -> None:
    now = desk.clock.now().timestamp()
    words = {"question": {"en": text, "es": text}, "options": [{"en": text, "es": text}] * 2, "asks": {"share": 100}}
    row = {"name": text[:80], "begins_at": 0.0, "ends_at": now + 60, "name_of_maker": text[:80], "created_at": now}
    await desk.insert("survey", kind="choice", state="draft", **words, **row)
    asked = await desk.insert("survey", kind="text", state="open", **words, **row)
    for _ in range(5):  # so many that they are shown
        given = {"value": text, "lang": text[:8], "branch": text[:64], "asked_at": now, "answered_at": now}
        await desk.insert("survey_answer", survey_id=asked, seq=1, **given)


async def a_wish_of(desk: Desk, text: str, number: int, talk: str) -> None:
    now = desk.clock.now().timestamp()
    fields = ("title", "author", "isbn", "audience", "language")
    details = dict.fromkeys(fields, text) | {"formats": [text], "public": True}
    words = {"text": text, "details": details, "lang": text[:8], "branch": text[:64], "contact": text, "reply": text}
    times = {"created_at": now, "changed_at": now, "replied_at": now}
    first = None
    for kind in ("purchase", "comment"):
        row = {"code": f"K-{kind[0]}{number}", "kind": kind, "channel": text[:16], "contact_kind": "email"}
        first = await desk.insert(
            "suggestion", conversation_id=talk, status="done", joined_to=first, **row, **words, **times
        )
        for what in ("status", "reply", "public", "kind", "title", "assigned", "joined", "parted", "note", "sent"):
            await desk.insert("suggestion_event", suggestion_id=first, at=now, name=text[:80], what=what, value=text)
        sent = {"outlet": text[:20], "event": text[:20], "body": {}, "attempts": 1, "next_at": 0.0}
        way = {"state": "failed", "remote_id": text[:80], "problem": text[:200]}
        await desk.insert("delivery", suggestion_id=first, key=f"{kind}{number}", **sent, **way)


@pytest.mark.parametrize("part", range(9))
async def test_nothing_that_anybody_wrote_becomes_markup(desk: Desk, part: int) -> None:
    async with desk.browser("admin") as browser:
        for number, payload in enumerate(PAYLOADS[part::9]):
            talk = await a_talk_of(desk, payload, part * 1000 + number)
            for path in (f"/desk/chats/{talk}", f"/desk/chats/{talk}/print"):
                assert strange(await browser.page(path)) == [], (path, payload)
            wish = max(row.id for row in await desk.rows("suggestion"))
            survey = max(row.id for row in await desk.rows("survey"))
            surveys = (f"/desk/surveys/{survey}", f"/desk/surveys/{survey - 1}", f"/desk/surveys/{survey - 1}/edit")
            for path in (f"/desk/suggestions/{wish}", f"/desk/suggestions/{wish - 1}", *surveys):
                assert strange(await browser.page(path)) == [], (path, payload)
            if number % 4 == 0:
                await what_is_echoed_is_text(desk, browser, payload, talk)
        for path in (
            "",
            "/chats",
            "/chats?page=2",
            "/inbox",
            "/review",
            "/gaps",
            "/lessons",
            "/lessons?state=approved",
            "/publish",
            "/suggestions?status=all",
            "/edits",
            "/statistics",
            "/surveys",
            "/replies",
            "/people",
            "/audit",
            "/help",
        ):
            assert strange(await browser.page(f"/desk{path}")) == [], path
        assert strange(await browser.page("/you-asked?lang=en")) == []
        await no_json_is_taken_for_a_page(browser, talk)


async def what_is_echoed_is_text(desk: Desk, browser: Browser, payload: str, talk: str) -> None:
    """Send the payload by every form and in addresses, and look at what comes back at once and later."""
    message = max(row.id for row in await desk.rows("left_message"))
    wish = min(row.id for row in await desk.rows("suggestion"))
    await browser.post("/desk/account", shown_as=payload[:80])
    await browser.post("/desk/stop", to="stop")
    await browser.post("/desk/settings", notice_en=payload, notice_es=payload)
    await browser.post("/desk/replies", shortcut="x", lang="en", text=payload)
    for path in ("settings", "account", f"inbox/{message}"):
        assert strange(await browser.page(f"/desk/{path}")) == [], (path, payload)
    query = quote(payload)
    lesson, batch = [max(row.id for row in await desk.rows(table)) for table in ("lesson", "publication")]
    cause = {"talk": talk, "seq": "4"}
    for path in (
        f"lessons/{lesson}",
        f"lessons/{lesson - 1}",
        f"publish/{batch}",
        f"lessons/topic?{urlencode(cause)}&next={query}",
        f"lessons/answer?{urlencode(cause)}&answer=wifi&next={query}",
        f"lessons/answer?{urlencode(cause)}&answer={query}",
        f"gaps/note?{urlencode(cause)}&next={query}",
        f"review?why={query}&turn={query}&last={query}",
    ):
        assert strange(await (await browser.get(f"/desk/{path}")).text()) == [], (path, payload)
    assert strange(await (await browser.get(f"/you-asked?code={query}&lang={query}")).text()) == []
    for path in (
        f"suggestions?q={query}&branch={query}&status=all",
        f"answers?q={query}&owner={query}&due={query}",
        f"answers/{quote(payload, safe='')}",
        "answers/wifi",
        f"edits/{max(row.id for row in await desk.rows('edit'))}",
        f"chats?q={query}&branch={query}",
        f"chats?q={query}",
        f"statistics?days={query}&from={query}&to={query}",
        f"statistics.csv?table={query}",
        f"sign-in?next={query}",
        f"nowhere/{query}",
    ):
        assert strange(await (await browser.get(f"/desk/{path}")).text()) == [], (path, payload)
    for path, fields in (
        ("people", {"name": payload, "shown_as": payload, "role": "agent"}),
        ("sign-in", {"name": payload, "password": payload, "next": payload}),
        ("surveys", dict.fromkeys(("name", "kind", "question_en", "option1_es", "from", "share", "branch"), payload)),
        (f"chats/{talk}/redact", {"passage": payload + "x"}),
        ("lessons/topic", cause | {"topic": payload, "other": payload[:80], "text": payload, "next": payload}),
        ("lessons/answer", cause | {"answer": "wifi", "text": payload, "do": "preview"}),
        ("answers/new", an_answer_of(payload, "x") | {"name": payload, "topic": payload, "review_by": payload}),
        ("answers/new", an_answer_of(payload, "kayaks")),
        ("answers/wifi/edit", an_answer_of(payload, "") | {"file": payload}),
        ("answers/wifi/remove", {"file": payload}),
        (f"lessons/{lesson - 1}", {"topic": payload[:80], "text": payload, "do": payload}),
        ("lessons", {"lesson": payload, "do": payload, "reason": payload}),
        ("notices", dict.fromkeys(("text_en", "text_es", "owner", "from", "until", "branch"), payload)),
        ("closure", {"reason": "own", "where": payload, "until": payload} | a_closing_of(payload)),
        ("closure", {"reason": "own", "where": payload, "do": "preview"} | a_closing_of(payload)),
        (f"inbox/{message}/done", {"answer": payload}),
        (f"suggestions/{wish}/decide", {"status": "done", "reply": payload, "version": "0"}),
        (f"suggestions/{wish}/kind", {"kind": "purchase", "title": payload[:300], "author": payload, "version": "0"}),
        (f"suggestions/{wish}/join", {"code": payload[:40]}),
    ):
        assert strange(await (await browser.post(f"/desk/{path}", **fields)).text()) == [], (path, payload)


def a_closing_of(payload: str) -> dict[str, str]:
    return dict.fromkeys(("reason_en", "reason_es", "note_en", "note_es"), payload[:300])


def an_answer_of(payload: str, name: str) -> dict[str, str]:
    """The form of an answer with the payload in all that is shown again; it is only previewed."""
    words = dict.fromkeys(("owner", "title_en", "text_en", "short_en", "questions_en"), payload)
    rest = {"topic": "ask_policy", "review_by": "2027-01-01", "source": "https://library.example/x", "do": "preview"}
    return words | rest | {"name": name, "text_en": f"Words.\n\n## Part\n\nHere {payload} is."}


async def no_json_is_taken_for_a_page(browser: Browser, talk: str) -> None:
    for path in ("/desk/api/state", f"/desk/api/chats/{talk}", "/desk/api/replies", "/desk/export.json"):
        answer = await browser.get(path)
        assert answer.headers["Content-Type"].startswith("application/json")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        json.loads(await answer.text())


def test_reader_of_pages_knows_every_template() -> None:
    folder = Path(__file__).parents[2] / "bot" / "web" / "desk" / "pages"
    shown = {"live", "sign_in", "error", "transcripts", "transcript", "transcript_print", "inbox", "message", "replies"}
    shown |= {"notices", "notice_form", "closure"}
    shown |= {"suggestions", "suggestion", "statistics", "charts", "surveys", "survey", "survey_form"}
    shown |= {"review", "learning", "lessons", "lesson", "lesson_topic", "lesson_answer", "gaps", "gap_note"}
    shown |= {"publish", "publication", "edits", "edit"}
    shown |= {"answers", "answer", "answer_form", "answer_parts", "answer_remove"}
    shown |= {"settings", "people", "link", "account", "audit", "help", "first", "base", "blocks", "forms"}
    assert {path.stem for path in folder.glob("*.html")} == shown
    for path in folder.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        for word in ("|safe", "autoescape", "style=", "onclick", "javascript:"):
            assert word not in text, path.name

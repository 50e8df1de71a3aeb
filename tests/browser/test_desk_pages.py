"""The desk's pages in a browser: nothing for axe to find, nothing sideways, and all of it without scripts."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from bot.storage.migrate import migrate
from bot.storage.models import gap, gap_question, label
from bot.web import keys
from bot.web.desk.sessions import Role
from tests.browser.chat import violations
from tests.browser.conftest import leave
from tests.browser.pictures import picture
from tests.conftest import new_settings
from tests.web.a_desk import PASSWORD, Desk, running_desk
from tests.web.a_suggestion import a_suggestion

Enter = Callable[..., Awaitable[Page]]

# What stands sideways out of the page, and what is too small for a finger.
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FINGERS = "button, summary, select, input:not([type=hidden], [type=checkbox], [type=radio]), a.button, nav a"
SMALL = f"""[...document.querySelectorAll('{FINGERS}')]
	.map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
	.filter(([, box]) => box.width && box.height < 43.5).map(([html]) => html)"""


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A desk with something on every page."""
    settings = new_settings(tmp_path_factory.mktemp("pages"))
    migrate(settings.database)
    async with running_desk(settings) as desk:
        now = desk.clock.now().timestamp()
        answer = "**Send it to us** from anywhere:\n1. Open [the print page](https://print.example)\n2. Choose the file"
        said = (("patron", "How do I print from my phone? My card is 2123 4567"), ("bot", answer), ("staff", "Done?"))
        talk = await desk.talk(*said, branch="main", context="https://alderfalls.example/visit")
        ranking = [{"intent": "print", "confidence": 0.93}, {"intent": "ask_hours", "confidence": 0.03}]
        understood = {"intent": "print", "confidence": 0.93, "ranking": ranking, "language": "en"}
        understood["entities"] = [{"entity": "branch", "value": "main"}]
        suggestion = [{"type": "text", "text": "Use the print page."}]
        times = {"received_at": 0.0, "answer_by": 0.0, "attempts": 1, "leased_until": 0.0, "epoch": 0}
        row = {"state": "done", "understood": understood, "suggestion": suggestion}
        await desk.insert("turn", conversation_id=talk, seq=2, **row, **times)
        row = {"reason": "asked", "urgent": False, "requested_at": now, "claimed_at": now + 18, "outcome": "answered"}
        await desk.insert(
            "handoff", conversation_id=talk, state="closed", question="help", staff_id=desk.people["agent"], **row
        )
        await desk.insert("rating", conversation_id=talk, seq=0, value="yes", comment="Quick", at=now)
        await desk.insert("conversation_tag", conversation_id=talk, tag="printing")
        await desk.insert("label", conversation_id=talk, seq=3, label="right", at=now)
        await desk.insert("note", conversation_id=talk, after_seq=4, name="Ana", at=now, text="Gave her the leaflet.")
        other = await desk.talk(("patron", "¿Hay alguien?"), lang="es")
        row = {"reason": "asked", "urgent": True, "requested_at": now, "state": "missed"}
        await desk.insert("handoff", conversation_id=other, question="¿Hay alguien?", **row)
        left = {"conversation_id": talk, "client_id": "a", "lang": "en", "state": "open", "contact_kind": "email"}
        words = {
            "name": "Bo",
            "contact": "bo@example.org",
            "question": "Can you renew it?",
            "branch": "main",
            "at": now,
        }
        await desk.insert("left_message", reference="M-4K7Q2", **left, **words)
        await desk.insert("canned_reply", staff_id=None, shortcut="wifi", lang="en", text="Ask {staff}.")
        await some_wishes(desk, talk)
        await some_surveys(desk)
        await some_lessons(desk)
        yield desk


async def some_lessons(desk: Desk) -> None:
    """Store an answer to review, lessons of both kinds, a gap, and batches that are refused, ready and failed."""
    now = desk.clock.now().timestamp()
    talk = await desk.talk(("patron", "is riverside lit tonight"), ("bot", "Nothing is on at **Riverside** tonight."))
    ranking = [{"intent": "find_event", "confidence": 0.4}, {"intent": "ask_hours", "confidence": 0.3}]
    understood = {"intent": "find_event", "confidence": 0.4, "ranking": ranking, "entities": []}
    times = {"received_at": 0.0, "answer_by": 0.0, "attempts": 1, "leased_until": 0.0, "epoch": 0}
    await desk.insert("turn", conversation_id=talk, seq=2, state="done", understood=understood, **times)
    common = {"lang": "en", "matching": "x", "count": 2, "name": "Ana", "at": now}
    cause = {"conversation_id": talk, "seq": 3}
    await desk.insert("lesson", kind="example", topic="ask_hours", text="is it lit", state="open", **cause, **common)
    await desk.insert("lesson", kind="example", topic="find_event", text="hours", state="approved", **common)
    answer = desk.app[keys.SETTINGS].library / "answers" / "wifi.md"
    before = answer.read_text(encoding="utf-8")
    edit = {
        "path": "answers/wifi.md",
        "before": before.replace("free", "no"),
        "after": before,
        "name": "Ana",
        "at": now,
    }
    await desk.insert("edit", what="Changed: text in English", state="done", **edit)
    better = {"text": before.replace("free", "free for all"), "before": before}
    await desk.insert("lesson", kind="answer", topic="wifi", state="open", **better, **common)
    other = await desk.talk(("patron", "do you lend kayaks"), ("bot", "I do not know."))
    async with desk.app[keys.DATABASE].write() as db:  # a gap without questions would be dropped
        row = {"question": "do you lend kayaks", "lang": "en", "note": "The parks do.", "state": "open", "at": now}
        (number,) = (await db.execute(gap.insert().values(row))).inserted_primary_key or (0,)
        asked = {"conversation_id": other, "seq": 2, "gap_id": number, "at": now, "labelled": True}
        await db.execute(gap_question.insert().values(asked))
        await db.execute(label.insert().values(conversation_id=other, seq=3, label="missing", at=now))
    files = [{"path": "from_review/ask_hours.yml", "before": "version: 1\n", "after": "version: 1\nnlu:\n"}]
    figures = {"ask_hours": [31, 33, 34], "use_printing": [26, 20, 27], "ask_jobs": [24, 24, 26]}
    for state, problem in (("refused", None), ("ready", None), ("failed", "answers/wifi.md:3: Mend it.")):
        row = {"state": state, "problem": problem, "model_before": "foyer-1", "model": "foyer-2"}
        await desk.insert("publication", at=now, name="Ana", figures=figures, files=files, **row)


async def some_surveys(desk: Desk) -> None:
    """Store an open survey with answers, and a draft."""
    day = 86400.0
    now = desk.clock.now().timestamp()
    common = {"asks": {"branches": ["eastside"], "share": 50}, "name_of_maker": "Admin", "created_at": now}
    choices = [{"en": "Every week", "es": "Cada semana"}, {"en": "Now and then", "es": "De vez en cuando"}]
    choices.append({"en": "No, earlier hours suit me better than anything else", "es": "No, prefiero más temprano"})
    late = {"en": "Would you come after 8 PM on weekdays?", "es": "¿Vendría después de las 8 p. m. entre semana?"}
    days = {"begins_at": now - 3 * day, "ends_at": now + 11 * day, "most": 100}
    first = await desk.insert(
        "survey", name="Evening hours", kind="choice", state="open", question=late, options=choices, **days, **common
    )
    for number in range(14):
        value = "1223311"[number % 7] if number < 12 else None
        times = {"asked_at": now, "answered_at": now if value else None}
        await desk.insert("survey_answer", survey_id=first, seq=7, value=value, lang="en", branch="eastside", **times)
    words = {"en": "What should we change first?", "es": "¿Qué deberíamos cambiar primero?"}
    await desk.insert(
        "survey", name="First wish", kind="text", state="draft", question=words, options=[], **days, **common
    )


async def some_wishes(desk: Desk, talk: str) -> None:
    """Store suggestions, the first one with everything that its page can show."""
    day = 86400.0
    now = desk.clock.now().timestamp()
    title = {"title": "The Women", "author": "Kristin Hannah", "formats": ["large_print"], "audience": "adults"}
    mine = {"contact": "ann@example.org", "contact_kind": "email", "branch": "main", "conversation_id": talk}
    state = {"status": "considering", "staff_id": desk.people["agent"], "created_at": now - 3 * day}
    words = "The Women by Kristin Hannah, large print"
    first = (await a_suggestion(desk, words, details=title, changed_at=now - day, **mine, **state)).id
    state = {"status": "considering", "joined_to": first, "created_at": now - 2 * day}
    other = await a_suggestion(desk, "Las mujeres, de Kristin Hannah", lang="es", branch="eastside", **state)
    for what, value, name, ago in (
        ("sent", "koha 42", "", 2.9),
        ("joined", other.code, "", 2),
        ("status", "considering", "Agent", 1),
        ("assigned", "Agent", "Agent", 1),
        ("note", "The vendor has the large print from May on.", "Agent", 0.1),
    ):
        event = {"what": what, "value": value, "name": name, "at": now - ago * day}
        await desk.insert("suggestion_event", suggestion_id=first, **event)
    way = {"suggestion_id": first, "body": {}, "next_at": 0.0}
    await desk.insert(
        "delivery", outlet="koha", event="created", key="a", state="sent", attempts=1, remote_id="42", **way
    )
    late = {"state": "failed", "attempts": 17, "problem": "The receiver answered 503"}
    await desk.insert("delivery", outlet="webhook", event="changed", key="b", **late, **way)
    cold = {"kind": "complaint", "branch": "eastside", "created_at": now - 8000}
    await a_suggestion(desk, "The reading room at Eastside is cold in the mornings.", **cold)
    spanish = {"title": "Cien años de soledad", "author": "Gabriel García Márquez"}
    await a_suggestion(desk, "Cien años de soledad", details=spanish, lang="es", created_at=now - 4000)
    await a_suggestion(desk, "A chess club for grown-ups, on weekday evenings.", kind="event", branch="eastside")
    kept = {"details": {"title": "Braiding Sweetgrass", "author": "Robin Wall Kimmerer"}, "status": "done"}
    await a_suggestion(desk, "Braiding Sweetgrass", reply="It is on the shelf at all three branches.", **kept)


@pytest.fixture
async def enter(browser: Browser, desk: Desk) -> AsyncIterator[Enter]:
    """Sign in and give the page; at the end no page may have broken the content security policy."""
    contexts = []
    broken: list[str] = []

    async def make(name: str = "admin", **options: Any) -> Page:
        context = await browser.new_context(base_url=desk.origin, viewport={"width": 1280, "height": 800}, **options)
        context.set_default_timeout(8_000)
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", lambda said: broken.append(said.text) if "Content Security" in said.text else None)
        await page.goto("/desk/chats")
        await page.get_by_label("Name").fill(name)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("heading", name="Transcripts")).to_be_visible()
        return page

    yield make
    for context in contexts:
        await leave(context)
    assert broken == []


async def every_page(desk: Desk) -> list[str]:
    talk = (await desk.rows("conversation"))[0].id
    asked = (await desk.rows("lesson"))[0].conversation_id
    lists = (
        "chats",
        "chats?q=print&branch=main",
        "inbox",
        "suggestions",
        "suggestions?q=chess&status=all",
        "statistics",
        "surveys",
        "surveys/new",
        "answers",
        "answers/new",
        "edits",
        "review",
        "gaps",
        "lessons",
        "lessons?state=approved",
        "publish",
        "notices",
        "notices/new",
        "closure",
        "replies",
        "settings",
        "people",
        "account",
        "audit",
        "help",
    )
    ones = (
        "answers/wifi",
        "answers/wifi/edit",
        "answers/wifi/remove",
        "edits/1",
        "surveys/1",
        "surveys/2",
        "surveys/2/edit",
        "suggestions/1",
        "suggestions/2",
        "lessons/1",
        "lessons/3",
        f"lessons/topic?talk={asked}&seq=3",
        f"lessons/answer?talk={asked}&seq=3&answer=wifi",
        "lessons/answer?gap=1&answer=new",
        f"gaps/note?talk={asked}&seq=3",
        "publish/1",
        "publish/2",
        "publish/3",
        f"chats/{talk}",
        f"chats/{talk}/print",
        "inbox/1",
        "inbox/999999",
        "nowhere",
    )
    return [f"/desk/{path}" for path in (*lists, *ones)]


@pytest.mark.parametrize(
    ("case", "width", "options"),
    [
        ("light", 1280, {"color_scheme": "light"}),
        ("dark", 1280, {"color_scheme": "dark"}),
        ("narrow", 320, {}),
        ("forced colours", 1280, {"forced_colors": "active"}),
    ],
    ids=lambda part: part if isinstance(part, str) else None,
)
async def test_axe_finds_nothing_on_any_page_and_everything_can_be_reached_by_a_finger(
    enter: Enter, desk: Desk, case: str, width: int, options: dict[str, Any]
) -> None:
    page = await enter(reduced_motion="reduce", **options)
    await page.set_viewport_size({"width": width, "height": 800})
    but = ("color-contrast",) if case == "forced colours" else ()
    for path in await every_page(desk):
        await page.goto(path)
        assert await violations(page, but=but) == [], path
        assert await page.evaluate(WIDE) <= 0, path
        assert await page.evaluate(SMALL) == [], path
    await page.get_by_text("Stop the assistant").click()
    assert await violations(page, but=but) == []
    for path in ("/desk/sign-in", f"/desk/first/{await a_link(desk, case)}"):
        await page.context.clear_cookies()
        await page.goto(path)
        assert await violations(page, but=but) == [], path
        assert await page.evaluate(WIDE) <= 0, path


async def a_link(desk: Desk, case: str) -> str:
    admin = (await desk.accounts.get(desk.people["admin"])).member
    return (await desk.accounts.invite(f"lee-{case.replace(' ', '')}", Role.AGENT, "Lee", admin))[1]


async def test_work_is_done_without_scripts_and_by_keyboard_alone(enter: Enter, desk: Desk) -> None:
    page = await enter(java_script_enabled=False)
    await page.get_by_label("Words").fill("print phone")
    await page.keyboard.press("Enter")
    await expect(page.locator("mark").first).to_have_text("print")
    await page.locator("a.first").first.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Not clear").first.press("Enter")
    await expect(page.locator(".flash")).to_have_text("Label saved.")
    await expect(page.get_by_role("button", name="Not clear").first).to_have_attribute("aria-pressed", "true")
    await page.get_by_label("For staff only, never sent").fill("Called her back")
    await page.get_by_role("button", name="Add note").press("Enter")
    await expect(page.get_by_text("Called her back")).to_be_visible()
    await page.get_by_label("The words as they stand in the chat").fill("2123 4567")
    await page.get_by_role("button", name="Remove them").press("Enter")
    await expect(page.get_by_text("My card is [removed]").first).to_be_visible()
    await page.get_by_text("Stop the assistant").press("Enter")
    await page.get_by_role("button", name="Stop it now").press("Enter")
    await expect(page.get_by_role("region", name="The assistant is stopped")).to_be_visible()
    await page.get_by_role("button", name="Let it answer again").press("Enter")
    await expect(page.locator(".flash")).to_have_text("The assistant answers again.")
    await page.get_by_role("link", name="Inbox").press("Enter")
    await page.get_by_role("link", name="Can you renew it?").press("Enter")
    await page.get_by_label("What you told the patron").fill("It is renewed.")
    await page.get_by_role("button", name="Mark as done").press("Enter")
    await expect(page.locator(".flash")).to_have_text("Marked as done.")
    await page.get_by_role("button", name="Sign out").press("Enter")
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    await page.goto("/desk/people")
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()


async def test_suggestion_is_decided_without_scripts_and_by_keyboard_alone(enter: Enter, desk: Desk) -> None:
    page = await enter("reviewer")
    await page.goto("/desk/suggestions")
    await picture(page, "desk-suggestions")
    await page.goto("/desk/suggestions/1")
    await page.set_viewport_size({"width": 1280, "height": 1180})
    await picture(page, "desk-suggestion")
    page = await enter("agent", java_script_enabled=False)
    await page.get_by_role("link", name="Suggestions").press("Enter")
    await page.get_by_role("link", name="A chess club").press("Enter")
    await page.get_by_role("button", name="I take it").press("Enter")
    await expect(page.get_by_label("Person")).to_have_value(str(desk.people["agent"]))
    for kind in ("Service", "Event"):
        await page.get_by_label("Kind").select_option(kind)
        await expect(page.get_by_label("Title, of a purchase")).to_be_hidden()
        await page.get_by_role("button", name="Change what it is").press("Enter")
        await expect(page.get_by_text(f"Taken for: {kind}")).to_be_visible()
    await page.get_by_label("Status").select_option("Ordered")
    await page.get_by_label("Public reply").fill("It begins on the first Monday in January.")
    await page.get_by_role("checkbox").press("Space")
    await page.get_by_role("button", name="Save").press("Enter")
    await expect(page.locator(".flash")).to_have_text("Saved.")
    await expect(page.get_by_text("Status: Ordered")).to_be_visible()
    await page.goto("/you-asked")
    await expect(page.get_by_text("It begins on the first Monday in January.")).to_be_visible()
    await expect(page.get_by_text("A chess club")).to_be_visible()
    code = next(row.code for row in await desk.rows("suggestion") if row.kind == "event")
    await page.get_by_label("Code").fill(code.lower())
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text(f"{code}: A chess club")


async def test_answer_is_written_and_previewed_without_scripts_and_by_keyboard_alone(enter: Enter) -> None:
    page = await enter("reviewer")
    await page.goto("/desk/answers/wifi")
    await page.set_viewport_size({"width": 1280, "height": 1300})
    await picture(page, "desk-answer")
    page = await enter("reviewer", java_script_enabled=False)
    await page.get_by_role("link", name="Answers").press("Enter")
    await page.get_by_label("Words").fill("wireless password")
    await page.keyboard.press("Enter")
    await page.get_by_label("Words").fill("wifi password")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Wifi", exact=True).press("Enter")
    await page.get_by_role("link", name="Edit", exact=True).press("Enter")
    await page.get_by_label("Owner").fill("")
    await page.get_by_label("Short form").first.fill("Choose AlderFalls-Library; it is free.")
    await page.get_by_role("button", name="Preview").press("Enter")
    await page.get_by_role("link", name="Owner").press("Enter")
    await expect(page.locator("#f-owner")).to_have_attribute("aria-describedby", "owner-wrong")
    await expect(page.locator("#owner-wrong")).to_have_text("Say who keeps it right.")
    await page.locator("#f-owner").fill("Luz")
    await page.get_by_role("button", name="Preview").press("Enter")
    await expect(page.get_by_text("Choose AlderFalls-Library; it is free. https://")).to_be_visible()
    await expect(page.get_by_text("70 characters with the link, one text message.")).to_be_visible()
    await expect(page.get_by_label("Owner")).to_have_value("Luz")


async def test_permanent_link_leads_to_its_message(enter: Enter, desk: Desk) -> None:
    page = await enter("agent")
    talk = (await desk.rows("conversation"))[0].id
    await page.goto(f"/desk/chats/{talk}")
    await page.locator("#t3 .by a").click()
    assert page.url.endswith("#t3")
    await page.reload()
    await expect(page.locator("#t3:target")).to_be_in_viewport()


async def test_reading_elsewhere_keeps_a_person_at_the_desk_and_tells_who_waits(enter: Enter, desk: Desk) -> None:
    page = await enter("reviewer")
    line = page.get_by_role("status").filter(has_text="You are away")
    await expect(line).to_be_visible()
    seen = {row.name: row.seen_at for row in await desk.rows("staff")}
    assert seen["reviewer"] > 0
    talk = await desk.talk(("patron", "Anybody?"))
    row = {"reason": "asked", "urgent": False, "requested_at": desk.clock.now().timestamp(), "state": "waiting"}
    number = await desk.insert("handoff", conversation_id=talk, question="Anybody?", **row)
    desk.app[keys.HANDOFFS].changed(talk)
    await expect(page.get_by_role("status").filter(has_text="1 waiting")).to_be_visible()
    await expect(page).to_have_title(re.compile(r"^\(1\) "))
    assert await violations(page) == []
    await desk.remove("handoff", number)

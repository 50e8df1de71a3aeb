"""Review, lessons, gaps and publishing as pages: what is shown, what each form does, and who may."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from bot.storage.migrate import migrate
from bot.web import keys
from tests.conftest import new_settings
from tests.web.a_desk import Browser, Desk, running_desk

QUESTION = "are the lights on at riverside"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    settings = new_settings(tmp_path / "var", from_review=tmp_path / "from_review")
    migrate(settings.database)
    async with running_desk(settings) as desk:
        yield desk


@pytest.fixture
async def browser(desk: Desk) -> AsyncIterator[Browser]:
    async with desk.browser("admin") as browser:
        yield browser


async def misread(desk: Desk, text: str = QUESTION, intent: str = "find_event", sure: float = 0.4, **more: Any) -> str:
    """Store a question with a doubtful answer (message 3) and return its talk."""
    talk = await desk.talk(("patron", text), ("bot", f"An answer to {text}"), **more)
    ranking = [{"intent": intent, "confidence": sure}, {"intent": "ask_hours", "confidence": 0.3}]
    understood = {"intent": intent, "confidence": sure, "ranking": ranking, "entities": [], "language": "en"}
    times = {"received_at": 0.0, "answer_by": 0.0, "attempts": 1, "leased_until": 0.0, "epoch": 0}
    await desk.insert("turn", conversation_id=talk, seq=2, state="done", understood=understood, **times)
    return talk


def words(page: str) -> str:
    """What a page says, without its markup."""
    main = page[page.index("<main") :]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return unescape(found[1])


async def labels(desk: Desk) -> dict[str, str]:
    return {row.conversation_id: row.label for row in await desk.rows("label")}


async def press(browser: Browser, page: str, label: str) -> str:
    """Press one of the six labels of a page, and return where it leads."""
    fields = {name: field(page, name) for name in ("talk", "seq", "turn", "why")}
    return await browser.done("/desk/review", label=label, **fields)


async def test_queue_shows_one_answer_with_all_that_is_needed_to_judge_it(desk: Desk, browser: Browser) -> None:
    await misread(desk, "an older one")
    talk = await desk.talk(("patron", "good morning"), ("bot", "Hello!"), branch="riverside")
    newest = await misread(desk, branch="riverside")
    page = await browser.page("/desk/review")
    said = words(page)
    assert QUESTION in said and "an older one" not in said and "Riverside Branch" in said
    assert "Not sure" in said and "Events and programs, 40 %" in said and "Opening hours, 30 %" in said
    assert field(page, "talk") == newest != talk
    read = [row for row in await desk.rows("audit") if row.action == "read"]
    assert [row.conversation_id for row in read] == [newest]


async def test_after_a_label_the_next_answer_comes_and_the_label_can_be_taken_back(
    desk: Desk, browser: Browser
) -> None:
    talks = [await misread(desk, f"question {number}") for number in range(3)]
    place = await press(browser, await browser.page("/desk/review"), "right")
    page = await browser.page(place)
    assert field(page[page.index("verdict") :], "talk") == talks[1] and "Labelled: Right" in words(page)
    assert await labels(desk) == {talks[2]: "right"}
    back = await browser.done("/desk/review/undo", talk=talks[2], seq="3", why="")
    page = await browser.page(back)
    assert field(page, "talk") == talks[2] and await labels(desk) == {}


async def test_queue_is_filtered_by_reason_and_says_when_it_is_empty(desk: Desk, browser: Browser) -> None:
    doubtful = await misread(desk)
    unknown = await misread(desk, "do you lend kayaks", "nlu_fallback")
    for why, talk in (("unsure", doubtful), ("not_understood", unknown), ("nonsense", unknown)):
        assert field(await browser.page(f"/desk/review?why={why}"), "talk") == talk
    assert "Nothing is waiting for a look" in await browser.page("/desk/review?why=disliked")
    place = await press(browser, await browser.page("/desk/review?why=unsure"), "unclear")
    assert "Nothing is waiting for a look" in await browser.page(place)
    assert "That was the last one here" in await browser.page("/desk/review?turn=0")
    for broken in ("turn=x&why=%00", "turn=99999999999999999999", "last=..%2f.1", f"last={doubtful}.2", "turn=-1"):
        assert (await browser.get(f"/desk/review?{broken}")).status == 200


@pytest.mark.parametrize(
    ("label", "leads"), [("wrong_topic", "lessons/topic"), ("wrong_answer", "lessons/answer"), ("missing", "gaps/note")]
)
async def test_what_is_wrong_is_followed_up_and_then_the_queue_goes_on(
    desk: Desk, browser: Browser, label: str, leads: str
) -> None:
    older, newer = await misread(desk, "the older one"), await misread(desk)
    place = await press(browser, await browser.page("/desk/review"), label)
    assert urlsplit(place).path == f"/desk/{leads}"
    page = await browser.page(place)
    assert QUESTION in words(page) and await labels(desk) == {newer: label}
    follows = parse_qs(urlsplit(place).query)["next"][0]
    assert follows in unescape(page)
    page = await browser.page(follows)
    assert field(page[page.index("verdict") :], "talk") == older


async def test_right_topic_is_proposed_without_personal_data_and_the_best_guesses_come_first(
    desk: Desk, browser: Browser
) -> None:
    talk = await misread(desk, "is riverside lit? write me: ana@example.org or 315-555-0140")
    page = await browser.page(f"/desk/lessons/topic?talk={talk}&seq=3")
    assert re.findall(r'name="topic" value="(\w+)"', page) == ["find_event", "ask_hours"]
    assert "is riverside lit? write me: e-mail or phone</textarea>" in page
    place = f"/desk/chats/{talk}#t3"
    fields = {"talk": talk, "seq": "3", "text": "is riverside lit?"}
    assert await browser.done("/desk/lessons/topic", topic="find_event", other="Opening Hours", **fields) == place
    assert await browser.done("/desk/lessons/topic", topic="ask_hours", **fields) == place
    (row,) = await desk.rows("lesson")
    assert (row.topic, row.text, row.state, row.name) == ("ask_hours", "is riverside lit?", "open", "Admin")
    assert "The lesson waits for a reviewer." in words(await browser.page(place))
    for wrong in ({"topic": "no_such_topic"}, {"other": "No such topic"}, {"topic": "ask_hours", "text": "[]"}):
        assert (await browser.post("/desk/lessons/topic", **fields | wrong)).status == 422


async def test_question_that_is_another_topics_is_shown_as_a_conflict_and_not_approved(
    desk: Desk, browser: Browser
) -> None:
    talk = await misread(desk, "Hours?")
    assert "This is an example of Opening hours already" in words(
        await browser.page(f"/desk/lessons/topic?talk={talk}&seq=3")
    )
    await browser.done("/desk/lessons/topic", talk=talk, seq="3", topic="find_event", text="Hours?")
    assert "Already an example of Opening hours" in words(await browser.page("/desk/lessons"))
    (row,) = await desk.rows("lesson")
    refused = await browser.post("/desk/lessons", lesson=str(row.id), do="approve")
    assert refused.status == 422 and "is an example of Opening hours already" in words(await refused.text())
    await browser.done(f"/desk/lessons/{row.id}", topic="Events and programs", text="hours of the fair", do="approve")
    assert [row.state for row in await desk.rows("lesson")] == ["approved"]


async def test_lessons_are_approved_and_rejected_in_batches_with_a_reason(desk: Desk, browser: Browser) -> None:
    talk = await misread(desk)
    for text in ("one thing", "another thing", "a third thing"):
        await browser.done("/desk/lessons/topic", talk=talk, seq="3", topic="ask_hours", text=text)
    first, second, third = sorted(row.id for row in await desk.rows("lesson"))
    form = {"csrf": browser.csrf, "do": "approve", "state": "open"}
    data = [*form.items(), ("lesson", str(first)), ("lesson", str(second))]
    answer = await browser.session.post("/desk/lessons", data=data, headers={"Origin": browser.origin})
    assert answer.status == 200
    assert (await browser.post("/desk/lessons", lesson=str(third), do="reject")).status == 422
    await browser.done("/desk/lessons", lesson=str(third), do="reject", reason="nobody says so")
    states = {row.id: (row.state, row.reason) for row in await desk.rows("lesson")}
    assert states == {first: ("approved", None), second: ("approved", None), third: ("rejected", "nobody says so")}
    assert "nobody says so" in words(await browser.page("/desk/lessons?state=rejected"))
    for wrong in ({"do": "approve"}, {"do": "burn", "lesson": "1"}, {"do": "approve", "lesson": "x"}):
        assert (await browser.post("/desk/lessons", **wrong)).status == 422
    assert (await browser.post("/desk/lessons", do="approve", lesson="999999")).status == 404


async def test_better_answer_is_previewed_checked_and_kept_as_the_whole_file(desk: Desk, browser: Browser) -> None:
    shown = desk.app[keys.KNOWLEDGE].answers.get("lost_and_found")
    talk = await desk.talk(("patron", "did anyone find my hat"), ("bot", shown.to("en").parts[0].text))
    page = await browser.page(f"/desk/lessons/answer?talk={talk}&seq=3")
    assert re.search(r'<option value="lost_and_found" selected>', page)
    text = unescape(re.search(r'class="file"[^>]*>(.*?)</textarea>', page, re.DOTALL)[1]).lstrip("\n")  # type: ignore[index]
    fields = {"talk": talk, "seq": "3", "answer": "lost_and_found"}
    assert (await browser.post("/desk/lessons/answer", text=text, **fields)).status == 422  # nothing is changed
    broken = await (await browser.post("/desk/lessons/answer", text=text.replace("owner:", "oner:"), **fields)).text()
    assert "This has to be mended first" in words(broken) and "Line " in words(broken)
    better = text.replace("at its desk for 30 days", "at its desk for 45 days")
    preview = await (await browser.post("/desk/lessons/answer", text=better, do="preview", **fields)).text()
    assert "What patrons read" in words(preview) and await desk.rows("lesson") == []
    assert await browser.done("/desk/lessons/answer", text=better, do="save", **fields) == f"/desk/chats/{talk}#t3"
    (row,) = await desk.rows("lesson")
    assert (row.kind, row.topic, row.before.strip(), row.text) == ("answer", "lost_and_found", text.strip(), better)
    page = await browser.page(f"/desk/lessons/{row.id}")
    assert "at its desk for 45 days" in words(page) and 'class="removed"' in page
    assert (await browser.post(f"/desk/lessons/{row.id}", text="nonsense", do="approve")).status == 422
    await browser.done(f"/desk/lessons/{row.id}", text=better, do="approve")
    assert [row.state for row in await desk.rows("lesson")] == ["approved"]


async def test_gap_becomes_an_example_or_a_new_answer_and_is_done(desk: Desk, browser: Browser) -> None:
    talk = await misread(desk, "do you lend kayaks", "nlu_fallback")
    await browser.done(f"/desk/chats/{talk}/label", seq="3", label="missing")
    page = await browser.page(f"/desk/chats/{talk}")
    assert "Note what is missing" in words(page)
    # There is no assistant here: the question gets a gap of its own all the same.
    await browser.done("/desk/gaps/note", talk=talk, seq="3", note="The parks department lends them.")
    page = await browser.page("/desk/gaps")
    assert "do you lend kayaks Asked once 1 labelled as missing" in words(page)
    assert "The parks department lends them." in words(page)
    (gap,) = await desk.rows("gap")
    await browser.done("/desk/lessons/topic", gap=str(gap.id), topic="find_item", text="do you lend kayaks")
    draft = await browser.page(f"/desk/lessons/answer?gap={gap.id}&answer=new")
    assert "- do you lend kayaks" in draft
    text = unescape(re.search(r'class="file"[^>]*>(.*?)</textarea>', draft, re.DOTALL)[1]).lstrip("\n")  # type: ignore[index]
    fields = {"gap": str(gap.id), "answer": "new", "text": text}
    for wrong in ("", "../x", "Kayaks", "wifi"):
        assert (await browser.post("/desk/lessons/answer", name=wrong, **fields)).status == 422
    await browser.done("/desk/lessons/answer", name="kayaks", **fields)
    kinds = {(row.kind, row.topic, row.before, row.conversation_id) for row in await desk.rows("lesson")}
    assert kinds == {("example", "find_item", None, None), ("answer", "kayaks", None, None)}
    assert await browser.done(f"/desk/gaps/{gap.id}", note="done in June", do="done") == "/desk/gaps"
    assert "do you lend kayaks" not in words(await browser.page("/desk/gaps"))
    assert "done in June" in words(await browser.page("/desk/gaps?state=done"))
    assert (await browser.post("/desk/gaps/999999", note="", do="done")).status == 404


async def test_agent_proposes_but_neither_decides_nor_sees_the_gaps(desk: Desk) -> None:
    talk = await misread(desk)
    await desk.insert("gap", question="secret", lang="en", state="open", at=0.0)
    async with desk.browser("agent") as agent:
        await agent.done(f"/desk/chats/{talk}/label", seq="3", label="wrong_topic")
        assert "Give the right topic" in words(await agent.page(f"/desk/chats/{talk}"))
        await agent.done("/desk/lessons/topic", talk=talk, seq="3", topic="ask_hours", text=QUESTION)
        for path in (
            "/desk/lessons/topic?gap=1",
            "/desk/lessons/answer?gap=1",
            "/desk/lessons",
            "/desk/gaps",
            "/desk/review",
        ):
            assert (await agent.get(path)).status == 403, path
    (row,) = await desk.rows("lesson")
    assert (row.name, row.state) == ("Agent", "open")


async def test_publish_page_shows_the_diff_and_only_an_administrator_checks(desk: Desk, browser: Browser) -> None:
    assert "No lesson is approved." in words(await browser.page("/desk/publish"))
    assert (await browser.post("/desk/publish/check")).status == 409
    talk = await misread(desk)
    await browser.done("/desk/lessons/topic", talk=talk, seq="3", topic="ask_hours", text=QUESTION)
    (row,) = await desk.rows("lesson")
    await browser.done("/desk/lessons", lesson=str(row.id), do="approve")
    page = await browser.page("/desk/publish")
    assert f"<ins>+      - {QUESTION}</ins>" in page and "A batch is refused when a topic falls" in words(page)
    async with desk.browser("reviewer") as reviewer:
        assert "An administrator checks and publishes it." in words(await reviewer.page("/desk/publish"))
    assert not list((desk.app[keys.SETTINGS].from_review).glob("*"))


FIGURES = {
    "ask_hours": [31, 33, 34],
    "use_printing": [26, 20, 27],
    "find_event": [25, 24, 34],
    "ask_jobs": [24, 24, 26],
}


async def test_damage_that_is_spread_thinly_is_told_as_such(desk: Desk, browser: Browser) -> None:
    by_topic = {topic: [24, 23, 25] for topic in (*FIGURES, "ask_locations", "use_computers", "greet", "thank")}
    row = {"state": "refused", "figures": by_topic, "model_before": "foyer-1", "model": "foyer-2"}
    files = [{"path": "from_review/ask_hours.yml", "before": "a\n", "after": "a\nb\n"}]
    async with desk.app[keys.PUBLISHING]._alone():
        number = await desk.insert("publication", at=0.0, name="Ana", files=files, **row)
        page = words(await browser.page(f"/desk/publish/{number}"))
        assert (
            "Refused: All topics together, though none falls by itself, would lose 8 of 200 questions; "
            "up to 2 may come from chance. Open the lessons again" in page
        )
        assert "All topics falls 192 184 200 -8" in page and "when all topics together lose more than 1" in page
        await desk.remove("publication", number)


@pytest.mark.parametrize(
    ("state", "says", "offers"),
    [
        ("refused", "Refused: Printing, copying and scanning would be understood less well", set()),
        ("ready", "No topic falls.", {"Publish it"}),
        ("failed", "This cannot be published: answers/x.md:3: Mend it.", set()),
        ("publishing", "Writing the files", set()),
        ("published", "Batch 1 Published", set()),  # its former model is not kept
        ("undone", "Batch 1 Undone", set()),
    ],
)
async def test_batch_is_shown_with_its_figures_and_offers_what_can_be_done(
    desk: Desk, browser: Browser, state: str, says: str, offers: set[str]
) -> None:
    problem = "answers/x.md:3: Mend it." if state == "failed" else None
    at = desk.clock.now().timestamp()
    row = {"state": state, "figures": FIGURES, "problem": problem, "published_at": at if state == "published" else None}
    files = [{"path": "from_review/ask_hours.yml", "before": "a\n", "after": "a\nb\n"}]
    models = {"model_before": "foyer-1", "model": "foyer-2"}
    worker = desk.app[keys.PUBLISHING]
    async with worker._alone():  # nobody carries out what stands there only to be shown
        number = await desk.insert("publication", at=at, name="Ana", files=files, published_by="Ana", **row, **models)
        page = await browser.page(f"/desk/publish/{number}")
        assert says in words(page)
        assert "Printing, copying and scanning falls 26 20 27 -6" in words(page)
        assert "Opening hours 31 33 34 +2" in words(page) and "All topics falls 106 101 121 -5" in words(page)
        assert {one for one in ("Publish it", "Undo it") if one in words(page)} == offers
        told = await (await browser.get(f"/desk/api/publish/{number}")).json()
        assert told["state"] == state and told["under_way"] == (state == "publishing")
        for path in ("publish", "undo"):
            answer = await browser.post(f"/desk/publish/{number}/{path}")
            assert answer.status == 409, path
        await desk.remove("publication", number)


async def test_what_is_not_there_is_said_to_be_gone(desk: Desk, browser: Browser) -> None:
    talk = await misread(desk)
    asked = ("talk=web-none&seq=3", f"talk={talk}&seq=2", f"talk={talk}&seq=99", f"talk={talk}", "gap=999", "gap=x", "")
    for path in ("lessons/topic", "lessons/answer", "gaps/note"):
        for query in asked:
            assert (await browser.get(f"/desk/{path}?{query}")).status == 404, (path, query)
    assert (
        await browser.get(f"/desk/lessons/answer?{urlencode({'talk': talk, 'seq': 3, 'answer': '../x'})}")
    ).status == 404
    for path in ("/desk/lessons/999999", "/desk/publish/999999", "/desk/api/publish/999999"):
        assert (await browser.get(path)).status == 404, path
    fields = {"talk": "web-none", "seq": "3", "turn": "1", "why": ""}
    assert (await browser.post("/desk/review", label="right", **fields)).status == 404
    assert (await browser.post("/desk/review", label="lovely", **fields)).status == 422


async def test_next_page_named_in_a_form_is_never_another_site(desk: Desk, browser: Browser) -> None:
    talk = await misread(desk)
    fields = {"talk": talk, "seq": "3", "topic": "ask_hours", "text": QUESTION}
    for place in ("https://evil.example/", "//evil.example", "/desk/../evil", "javascript:x"):
        assert await browser.done("/desk/lessons/topic", next=place, **fields) == "/desk"
        page = await browser.page(f"/desk/lessons/topic?{urlencode({'talk': talk, 'seq': 3, 'next': place})}")
        assert 'href="https://evil' not in page and 'href="javascript' not in page


async def test_words_removed_from_a_chat_are_removed_from_its_lessons_and_gaps(desk: Desk, browser: Browser) -> None:
    talk = await misread(desk, "do you lend kayaks to Jane Doe", "nlu_fallback")
    await browser.done(f"/desk/chats/{talk}/label", seq="3", label="missing")
    await browser.done("/desk/gaps/note", talk=talk, seq="3", note="x")
    await browser.done(
        "/desk/lessons/topic", talk=talk, seq="3", topic="find_item", text="do you lend kayaks to Jane Doe"
    )
    await browser.done(f"/desk/chats/{talk}/redact", passage="jane doe")
    assert [row.text for row in await desk.rows("lesson")] == ["do you lend kayaks to [removed]"]
    assert [row.question for row in await desk.rows("gap")] == ["do you lend kayaks to [removed]"]

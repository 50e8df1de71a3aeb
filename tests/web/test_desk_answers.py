"""The library's answers at the desk: read, edited, checked, removed, and everything undone."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.knowledge.answers import Answers
from bot.settings import ROOT
from bot.storage.migrate import migrate
from bot.web import keys
from tests.conftest import Installation, installation, new_settings
from tests.talk import Talk
from tests.web.a_desk import Browser, Desk, running_desk
from tests.web.a_form import form_of

WIFI = "/desk/answers/wifi"
NEW = "/desk/answers/new"
LINE = re.compile(r'<li><a class="first" href="/desk/answers/(\w+)".*?</li>', re.DOTALL)
KAYAKS = {
    "name": "kayaks",
    "topic": "ask_policy",
    "owner": "Outreach",
    "review_by": "2027-05-01",
    "source": "https://alderfalls.example/kayaks",
    "title_en": "Kayaks",
    "text_en": "We lend no kayaks; the parks do.",
    "short_en": "The parks lend kayaks.",
    "questions_en": "do you lend kayaks\ncan i borrow a kayak",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "library", tmp_path / "library"))


@pytest.fixture
async def desk(tmp_path: Path, folder: Path) -> AsyncIterator[Desk]:
    settings = new_settings(tmp_path, library=folder)
    migrate(settings.database)
    async with running_desk(settings) as desk:
        yield desk


@pytest.fixture(scope="module")
async def lasting(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Browser, Path]]:
    """A browser at a desk, with its library, for what leaves nothing behind."""
    folder = tmp_path_factory.mktemp("answers")
    library = Path(shutil.copytree(ROOT / "library", folder / "library"))
    settings = new_settings(folder, library=library)
    migrate(settings.database)
    async with running_desk(settings) as desk, desk.browser("reviewer") as browser:
        yield browser, library


@pytest.fixture
async def desk_of_each_store(tmp_path: Path, folder: Path, database_url: str) -> AsyncIterator[Desk]:
    async with running_desk(new_settings(tmp_path, library=folder, database_url=database_url)) as desk:
        yield desk


@pytest.fixture
async def staff(desk: Desk) -> AsyncIterator[Browser]:
    async with desk.browser("reviewer") as browser:
        yield browser


def wifi(folder: Path) -> str:
    return (folder / "answers" / "wifi.md").read_text(encoding="utf-8")


async def send(browser: Browser, path: str, status: int, **fields: str) -> str:
    answer = await browser.post(path, **fields)
    assert answer.status == status, await answer.text()
    return await answer.text()


async def form(browser: Browser, path: str = f"{WIFI}/edit") -> dict[str, str]:
    return form_of(await browser.page(path), path)


async def test_answer_is_edited_and_undone_and_noted(desk_of_each_store: Desk, folder: Path) -> None:
    desk, before = desk_of_each_store, wifi(folder)
    async with desk.browser("reviewer") as staff:
        fields = await form(staff)
        fields["owner"] = "Luz"
        fields["questions_en"] += "\ncan i watch films on the wifi"
        assert await staff.done(f"{WIFI}/edit", **fields) == WIFI
        after = wifi(folder)
        assert after == before.replace("owner: Technology", "owner: Luz").replace(
            "    - internet access for my laptop\n",
            "    - internet access for my laptop\n    - can i watch films on the wifi\n",
        )
        page = await staff.page(WIFI)
        assert "Changed: owner, sample questions in English" in page and "Saved." in page
        assert "can i watch films on the wifi" in page
        page = await staff.page("/desk/edits/1")
        assert "<ins>+owner: Luz</ins>" in page and "<del>-owner: Technology</del>" in page
        assert WIFI in page and "Reviewer" in page
        assert await staff.done("/desk/edits/1/undo") == "/desk/edits/2"
        assert wifi(folder) == before
        assert "Undone: Changed: owner" in await staff.page("/desk/edits")
        assert "/desk/edits/2" in await staff.page("/desk/edits/1")
        # Once more: the file is as before already.
        assert "the file is as it was before this edit already" in await send(staff, "/desk/edits/1/undo", 409)
        await staff.done("/desk/edits/2/undo")
        assert wifi(folder) == after
    actions = [(row.action, row.details) for row in await desk.rows("audit")]
    assert actions[-3:] == [
        ("answer_edited", {"answer": "wifi", "edit": 1}),
        ("edit_undone", {"file": "answers/wifi.md", "edit": 1, "by": 2}),
        ("edit_undone", {"file": "answers/wifi.md", "edit": 2, "by": 3}),
    ]


async def test_assistant_reads_what_was_saved_with_the_next_question(desk: Desk, staff: Browser, folder: Path) -> None:
    answers = Answers(folder)  # as Rasa and the action server have them
    fields = await form(staff)
    await staff.done(f"{WIFI}/edit", **fields | {"title_en": "Wireless", "questions_en": "how do i go online"})
    answers.refresh()
    found = answers.get("wifi")
    assert found is not None and found.written["en"].title == "Wireless"
    assert found.questions["en"] == ("how do i go online",)
    assert desk.app[keys.KNOWLEDGE].answers.get("wifi") == found


async def test_form_that_is_saved_as_it_is_changes_nothing(lasting: tuple[Browser, Path]) -> None:
    staff, folder = lasting
    before = wifi(folder)
    for name in [path.stem for path in sorted((folder / "answers").glob("*.md"))][::9]:
        path = f"/desk/answers/{name}/edit"
        assert "Nothing is changed yet." in await send(staff, path, 422, **await form(staff, path)), name
    assert wifi(folder) == before


async def test_preview_shows_the_chat_and_the_text_message_and_keeps_nothing(lasting: tuple[Browser, Path]) -> None:
    staff, folder = lasting
    before = wifi(folder)
    fields = await form(staff) | {"short_en": "Free wifi [here] for €0.", "short_es": "Wifi gratis aquí, sin límite."}
    fields["text_en"] = fields["text_en"].replace("free wifi", "**quick** wifi")
    page = await send(staff, f"{WIFI}/edit", 200, **fields, do="preview")
    assert "What patrons would read" in page and "<strong>quick</strong> wifi" in page
    assert "Free wifi [here] for €0. https://alderfalls.example/wifi" in page
    assert "56 characters with the link, one text message." in page
    assert "í are not" not in page and "í is not in the alphabet of short messages" in page
    assert form_of(page, f"{WIFI}/edit")["short_en"] == "Free wifi [here] for €0."
    assert wifi(folder) == before


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"owner": " "}, "owner", "Say who keeps it right."),
        ({"review_by": "soon"}, "review_by", "Give the day by which it is read again."),
        ({"review_by": "2027-02-30"}, "review_by", "Give the day"),
        ({"source": "alderfalls.example"}, "source", "is not a web address. Write it with https:// in front."),
        ({"topic": "ask_moon"}, "topic", "No topic is called 'ask_moon'."),
        ({"branch": "moon"}, "branches", "No branch has the id 'moon'. Use one of: main"),
        ({"short_en": "x" * 301}, "short_en", "Shorten it by 1: 300 characters are possible."),
        ({"short_es": ""}, "short_es", "Write the short form in Spanish."),
        ({"questions_es": "\n \n"}, "questions_es", "Write in Spanish how patrons ask"),
        ({"text_es": "Solo esto."}, "title_es", "There are 0 sections in es and 3 in en."),
        ({"text_en": "One\n\n<b>two</b>"}, "text_en", "Line 3: The chat cannot show this."),
        ({"text_en": "One\n\n# [es] Dos\n\nDos"}, "text_en", "Line 3 would begin another language."),
        ({"questions_en": "can i send a fax"}, "questions_en", "'can i send a fax' is a question of fax too."),
        ({"topic": "use_printing", "main": "1"}, "main", "is the main answer on this topic already"),
    ],
    ids=lambda part: part if isinstance(part, str) else None,
)
async def test_mistake_is_shown_beside_its_field_and_nothing_is_written(
    lasting: tuple[Browser, Path], changes: dict[str, str], field: str, says: str
) -> None:
    staff, folder = lasting
    before = wifi(folder)
    page = await send(staff, f"{WIFI}/edit", 422, **await form(staff) | changes)
    beside = re.search(rf'id="{field}-wrong">(.*?)</span>', page)
    assert beside and says in html.unescape(beside[1]), re.findall(r'<div class="problem.*?</div>', page, re.DOTALL)
    assert f'href="#f-{field}"' in page and f'id="f-{field}"' in page
    kept = form_of(page, f"{WIFI}/edit")
    assert {name: " ".join(kept[name].split()) for name in changes if name not in ("topic", "main")} == {
        name: " ".join(value.split()) for name, value in changes.items() if name not in ("topic", "main")
    }
    assert wifi(folder) == before


async def test_all_mistakes_are_told_at_once(lasting: tuple[Browser, Path]) -> None:
    staff, _ = lasting
    wrong = {"owner": "", "source": "x", "text_en": "One", "questions_es": "puedo mandar un fax", "name": "../x"}
    page = await send(staff, f"{WIFI}/edit", 422, **await form(staff) | wrong)
    assert re.findall(r'id="(\w+)-wrong"', page) == ["owner", "source", "title_es"]
    page = await send(staff, NEW, 422, **await form(staff, NEW) | KAYAKS | wrong | {"title_es": "Kayaks"})
    told = ["name", "owner", "source", "text_es", "short_es"]
    assert re.findall(r'id="(\w+)-wrong"', page) == told
    assert "<Macro" not in page and "Undefined" not in page


async def test_what_two_write_at_once_is_not_lost(desk: Desk, staff: Browser, folder: Path) -> None:
    mine = await form(staff) | {"owner": "Mine", "title_en": "My wifi"}
    async with desk.browser("admin") as other:
        theirs = await form(other) | {"owner": "Theirs", "title_es": "El wifi de ellos"}
        await other.done(f"{WIFI}/edit", **theirs)
    page = await send(staff, f"{WIFI}/edit", 409, **mine)
    assert "Admin changed this answer while you wrote." in page
    assert "+owner: Theirs" in page and "+# [es] El wifi de ellos" in page
    found = form_of(page, f"{WIFI}/edit")
    assert (found["owner"], found["title_en"], found["title_es"]) == ("Mine", "My wifi", "El wifi de ellos")
    assert "owner: Theirs" in wifi(folder)
    await staff.done(f"{WIFI}/edit", **found)
    assert all(words in wifi(folder) for words in ("owner: Mine", "# [en] My wifi", "# [es] El wifi de ellos"))


async def test_what_was_written_by_hand_meanwhile_is_shown_before_it_is_lost(staff: Browser, folder: Path) -> None:
    mine = await form(staff) | {"owner": "Mine"}
    (folder / "answers" / "wifi.md").write_text(wifi(folder).replace("Wifi\n", "Wireless\n", 1), encoding="utf-8")
    page = await send(staff, f"{WIFI}/edit", 409, **mine)
    assert "Somebody changed this answer" in page and "-# [en] Wireless" in page and "+owner: Mine" in page
    assert form_of(page, f"{WIFI}/edit")["owner"] == "Mine"
    assert "Wireless" in wifi(folder)
    (folder / "answers" / "wifi.md").unlink()
    page = await send(staff, f"{WIFI}/edit", 409, **form_of(page, f"{WIFI}/edit"))
    assert "was removed while you wrote" in page
    await staff.done(f"{WIFI}/edit", **form_of(page, f"{WIFI}/edit"))
    assert "owner: Mine" in wifi(folder)


async def test_new_answer_is_written_and_found(desk: Desk, staff: Browser, folder: Path) -> None:
    fields = await form(staff, NEW)
    assert (fields["owner"], fields["review_by"]) == ("Reviewer", "2027-11-21")
    assert await staff.done(NEW, **fields | KAYAKS) == "/desk/answers/kayaks"
    assert (folder / "answers" / "kayaks.md").read_text().startswith("---\ntopic: ask_policy\nowner: Outreach\n")
    page = await staff.page("/desk/answers/kayaks")
    assert "The parks lend kayaks. https://alderfalls.example/kayaks" in page and "Not in Spanish" in page
    assert "Kayaks" in await staff.page("/desk/answers?q=kayak")
    assert "already" in await send(staff, NEW, 422, **fields | KAYAKS)
    for name in ("", "../wifi", "Kayak", "new", "x" * 41):
        assert "Give it a name of small letters" in await send(staff, NEW, 422, **fields | KAYAKS | {"name": name})
    await staff.done("/desk/edits/1/undo")
    assert not (folder / "answers" / "kayaks.md").exists()
    assert desk.app[keys.KNOWLEDGE].answers.get("kayaks") is None
    assert "not there any more" in await staff.page("/desk/answers/kayaks")


async def test_review_moves_the_day_a_year_ahead(staff: Browser, folder: Path) -> None:
    before = wifi(folder)
    fields = form_of(await staff.page(WIFI), f"{WIFI}/reviewed")
    await staff.done(f"{WIFI}/reviewed", **fields)
    assert wifi(folder) == before.replace("review_by: 2028-07-01", "review_by: 2027-11-21")
    assert "Read again: still right, next by 2027-11-21" in await staff.page(WIFI)
    # The page that was read is not the present one any more.
    assert "please look again" in await send(staff, f"{WIFI}/reviewed", 409, **fields)
    again = form_of(await staff.page(WIFI), f"{WIFI}/reviewed")
    await staff.done(f"{WIFI}/reviewed", **again)
    assert "/desk/edits/2" not in await staff.page("/desk/edits")


async def test_answers_are_listed_with_the_overdue_first(desk: Desk, staff: Browser) -> None:
    for name, day in (("wifi", "2026-11-20"), ("fax", "2026-12-01"), ("printing", "2025-01-01")):
        path = f"/desk/answers/{name}/edit"
        await staff.done(path, **await form(staff, path) | {"review_by": day})
    page = await staff.page("/desk/answers")
    lines = {found[1]: found[0] for found in LINE.finditer(page)}
    assert len(lines) == 107 and list(lines)[:2] == ["printing", "wifi"]
    assert "Overdue" in lines["wifi"] and "Due in 10 days" in lines["fax"] and "Technology" in lines["wifi"]
    assert "3 to be reviewed" in page and "only Main Library" in lines["fax"]
    assert LINE.findall(await staff.page("/desk/answers?due=soon")) == ["printing", "wifi", "fax"]
    assert LINE.findall(await staff.page("/desk/answers?q=contraseña+wifi")) == ["wifi"]
    assert "wifi" not in LINE.findall(await staff.page("/desk/answers?owner=Circulation"))
    assert "Nothing was found" in await staff.page("/desk/answers?q=zzzz")


async def test_removal_tells_what_patrons_get_and_can_be_undone(desk: Desk, staff: Browser, folder: Path) -> None:
    before = wifi(folder)
    page = await staff.page(f"{WIFI}/remove")
    assert "gets the nearest of these" in page and "/desk/answers/public_computers" in page
    assert await staff.done(f"{WIFI}/remove", **form_of(page, f"{WIFI}/remove")) == WIFI
    assert not (folder / "answers" / "wifi.md").exists()
    assert "not there any more" in await staff.page(WIFI)
    await staff.done("/desk/edits/1/undo")
    assert wifi(folder) == before
    for other in desk.app[keys.KNOWLEDGE].answers.of_topic("use_computers_and_wifi"):
        if other.id != "wifi":
            (folder / "answers" / f"{other.id}.md").unlink()
    page = html.unescape(await staff.page(f"{WIFI}/remove"))
    assert "the only answer on" in page and "I found no answer to that" in page
    fields = form_of(page, f"{WIFI}/remove")
    assert "Tick that you know this" in await send(staff, f"{WIFI}/remove", 422, **fields)
    assert wifi(folder) == before
    await staff.done(f"{WIFI}/remove", **fields, sure="1")
    assert not (folder / "answers" / "wifi.md").exists()


async def test_undo_that_would_lose_a_later_edit_is_refused_kindly(staff: Browser, folder: Path) -> None:
    for owner in ("One", "Two"):
        await staff.done(f"{WIFI}/edit", **await form(staff) | {"owner": owner})
    page = await staff.page("/desk/edits/1")
    assert "Undo first what came later" in page and "/desk/edits/1/undo" not in page
    assert "changed again since, and that would be lost" in await send(staff, "/desk/edits/1/undo", 409)
    assert "owner: Two" in wifi(folder)


async def test_file_with_a_mistake_is_told_and_can_be_mended(staff: Browser, folder: Path) -> None:
    path = folder / "answers" / "wifi.md"
    right = wifi(folder)
    await staff.page("/desk/answers")
    path.write_text(right.replace("owner: Technology\n", ""), encoding="utf-8")
    assert '<a href="/desk/answers/wifi">wifi</a>' in await staff.page("/desk/answers")
    assert "owner: Field required" in await staff.page(WIFI)
    await staff.done(f"{WIFI}/edit", **await form(staff) | {"owner": "Technology"})
    assert wifi(folder) == right
    assert "cannot be used" not in await staff.page("/desk/answers")
    path.write_text("---\ntopic: [\n---\n", encoding="utf-8")
    page = await staff.page(f"{WIFI}/edit")
    assert "cannot be read into the form" in page and "topic: [" in page
    await staff.done(f"{WIFI}/edit", **form_of(page, f"{WIFI}/edit") | KAYAKS)
    assert "# [en] Kayaks" in wifi(folder)


async def test_agents_read_and_reviewers_edit(desk: Desk, folder: Path) -> None:
    before = wifi(folder)
    async with desk.browser("agent") as agent:
        for path in ("/desk/answers", WIFI, "/desk/edits"):
            page = await agent.page(path)
            assert '/edit"' not in page and '/desk/answers/new"' not in page and "/remove" not in page
        for path in (NEW, f"{WIFI}/edit", f"{WIFI}/remove"):
            assert (await agent.get(path)).status == 403
            assert (await agent.post(path, owner="x")).status == 403
        assert (await agent.post(f"{WIFI}/reviewed")).status == 403
        for path in ("/desk/answers/none", "/desk/answers/..%2Ffax", "/desk/edits/7"):
            assert (await agent.get(path)).status == 404
    assert wifi(folder) == before


async def test_edits_of_other_files_are_shown_too(desk: Desk, staff: Browser) -> None:
    row = {"path": "library/notices.yml", "before": None, "after": "notices: []\n", "name": "Ana", "at": 1.0}
    await desk.insert("edit", what="Notice: new", state="done", **row)
    assert "library/notices.yml" in await staff.page("/desk/edits")
    page = await staff.page("/desk/edits/1")
    assert "<ins>+notices: []</ins>" in page and "/desk/answers/notices" not in page
    await desk.insert("edit", what="Half", state="begun", **row)
    assert "is being written" in await staff.page("/desk/edits/2")
    assert (await staff.post("/desk/edits/2/undo")).status == 409


@pytest.fixture(scope="module")
async def town(model: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """Rasa and the actions on a library of their own, which a gateway of the test shares."""
    folder = tmp_path_factory.mktemp("town")
    library = Path(shutil.copytree(ROOT / "library", folder / "library"))
    async with installation(new_settings(folder, library=library), "rasa", "actions") as running:
        yield running


async def test_patron_gets_what_was_edited_with_the_next_question(town: Installation) -> None:
    async with (
        running_desk(town.settings) as desk,
        desk.browser("reviewer") as staff,
        aiohttp.ClientSession(base_url=desk.origin) as session,
    ):
        talk = await Talk.begin(session)
        asked, kayaks = "do you lend kayaks", "/desk/answers/kayaks"
        lent = "We lend no kayaks; the parks do."
        assert lent not in await talk.say(asked)
        await staff.done(NEW, **await form(staff, NEW) | KAYAKS)
        assert lent in await talk.say(asked)
        # A new sample question is found by its meaning, a new text is said.
        other = "where do i get a snowmobile for the weekend"
        assert "Ask the ranger." not in await talk.say(other)
        fields = await form(staff, f"{kayaks}/edit")
        fields |= {"text_en": "Ask the ranger.", "questions_en": f"{fields['questions_en']}\n{other}"}
        await staff.done(f"{kayaks}/edit", **fields)
        assert "Ask the ranger." in await talk.say(other)
        assert "Ask the ranger." in await talk.say(asked)
        await staff.done("/desk/edits/2/undo")
        assert lent in await talk.say(asked)
        page = await staff.page(f"{kayaks}/remove")
        await staff.done(f"{kayaks}/remove", **form_of(page, f"{kayaks}/remove"))
        assert "kayak" not in await talk.say(asked)

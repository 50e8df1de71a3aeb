"""The form in which an answer is edited, or a new one written: previewed, checked, and kept as an edit of its file."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from aiohttp import web

from bot.conversations.text import printable
from bot.edits.errors import FilesChanged
from bot.edits.files import Change, diff
from bot.knowledge.answer_file import EMPTY, Fields, Part, changed, merged, place_of, read_fields, write_fields
from bot.knowledge.answers import LANGUAGE_LINE, SHORT_MOST
from bot.knowledge.problems import LibraryFileError, Problem
from bot.web import keys
from bot.web.desk import forms, guard
from bot.web.desk.answer import ID, ONE, REVIEWED_EVERY, beside, file_of, id_in, mark_of, path_of, sources
from bot.web.desk.answer_preview import Preview, previewed
from bot.web.desk.answers import PLACE, answers_of, today
from bot.web.desk.errors import NotThere
from bot.web.desk.history import keep
from bot.web.desk.names import FOR_STAFF, branch_name, examples_of, language_name, topics
from bot.web.desk.render import page, see_other
from bot.web.desk.sessions import Role
from bot.wording import LANGUAGES

NEW = "new"
FILE_MOST = 20_000  # characters
LABELS = {
    "name": "Name of the file",
    "topic": "Topic",
    "owner": "Owner",
    "review_by": "Read again by",
    "source": "Page that it is from",
    "branches": "Branches",
    "main": "Main answer on its topic",
    "title": "Title",
    "text": "Text",
    "short": "Short form",
    "questions": "Sample questions",
}
"""What each field is called; those of a language are named by its code too, as in `text en`."""
IN_HISTORY = LABELS | {"review_by": "Day of the next review", "source": "Page", "main": "Whether it is the main answer"}
NEEDED = {
    "topic": "Choose a topic.",
    "owner": "Say who keeps it right.",
    "source": "Give the page that it is from.",
}
NEEDED_IN = {
    "title": "Write the title in {language}.",
    "text": "Write the text in {language}.",
    "short": "Write the short form in {language}.",
    "questions": "Write in {language} how patrons ask, five questions or more.",
}
Mistakes = list[tuple[str, str]]
"""Fields, named as answer_file names them, and what is wrong in them; of no field where the name is empty."""


@dataclass
class Sheet:
    """The form as it stands: from what file it was made, what was typed, and what there is to say of it."""

    id: str
    fields: Fields
    before: str | None
    mistakes: Mistakes = field(default_factory=list)
    preview: Preview | None = None
    meanwhile: str = ""
    """That the file was changed since the form was made, in a sentence."""
    theirs: Change | None = None


def add_routes(app: web.Application) -> None:
    """Add the routes; the new answer's comes before those that hold an id."""
    guard.add(app, "GET", f"{PLACE}/{NEW}", show_new, role=Role.REVIEWER)
    guard.add(app, "POST", f"{PLACE}/{NEW}", save, role=Role.REVIEWER)
    guard.add(app, "GET", f"{ONE}/edit", show, role=Role.REVIEWER)
    guard.add(app, "POST", f"{ONE}/edit", save, role=Role.REVIEWER)


async def show_new(request: web.Request) -> web.Response:
    """Show the form of a new answer with what is known of it."""
    day = (today(request.app) + REVIEWED_EVERY).isoformat()
    website = request.app[keys.KNOWLEDGE].library.website
    fields = Fields(owner=request[guard.STAFF].shown_as, review_by=day, source=website or "")
    return await _page(request, Sheet("", fields, None))


async def show(request: web.Request) -> web.Response:
    """Show the form with what stands in the file."""
    answer_id = id_in(request)
    text = await file_of(request, answer_id)
    if text is None:
        raise NotThere("There is no such answer.")
    try:
        return await _page(request, Sheet(answer_id, read_fields(text), text))
    except LibraryFileError as error:
        sheet = Sheet(answer_id, Fields(), text, [("", one.message) for one in error.problems])
        return await _page(request, sheet, readable=False)


async def save(request: web.Request) -> web.Response:
    """Keep what was typed; show it again where something is wrong, was changed meanwhile, or is to be previewed."""
    new = "id" not in request.match_info
    answer_id = (await forms.line(request, "name", 100)) if new else id_in(request)
    mark, typed = await forms.value(request, "file"), await _typed(request)
    sheet = Sheet(answer_id, typed, await file_of(request, answer_id) if ID.fullmatch(answer_id) else None)
    if not new and mark != mark_of(sheet.before):
        return await _page(request, await _changed_meanwhile(request, sheet, mark), 409)
    await examples_of(request.app)
    after = _written(sheet)
    # A name that is none is told, and must not become a path.
    sheet.preview = await asyncio.to_thread(previewed, after, answer_id if ID.fullmatch(answer_id) else NEW)
    own = [*_mistakes_of_name(sheet, new), *_mistakes(request, typed)]
    sheet.mistakes = own + _more(own, await _mistakes_of_file(request, sheet.preview, after))
    if sheet.mistakes:
        return await _page(request, sheet, 422)
    if await forms.value(request, "do") == "preview":
        return await _page(request, sheet)
    if after == sheet.before:
        sheet.mistakes = [("", "Nothing is changed yet.")]
        return await _page(request, sheet, 422)
    action = "answer_added" if sheet.before is None else "answer_edited"
    try:
        what = _what(sheet)
        await keep(request, Change(path_of(answer_id), sheet.before, after), what, action, answer=answer_id)
    except FilesChanged:  # between the reading and the writing
        former, sheet.before = mark_of(sheet.before), await file_of(request, answer_id)
        return await _page(request, await _changed_meanwhile(request, sheet, former), 409)
    return see_other(f"{PLACE}/{answer_id}", "answer")


async def _page(request: web.Request, sheet: Sheet, status: int = 200, *, readable: bool = True) -> web.Response:
    app, fields = request.app, sheet.fields
    await examples_of(app)
    offered = [one for one in topics(app) if one[0] not in FOR_STAFF]
    if fields.topic and fields.topic not in dict(offered):
        offered.append((fields.topic, fields.topic))
    wrong: dict[str, list[str]] = {}
    for name, words in sheet.mistakes:
        wrong.setdefault(name.replace(" ", "_"), []).append(words)
    branches = [(one.id, branch_name(app, one.id)) for one in app[keys.KNOWLEDGE].library.branches]
    known = {one for one, _ in branches}
    return await page(
        request,
        "answer_form.html",
        status,
        new="id" not in request.match_info,
        id=sheet.id,
        fields=fields,
        mark=mark_of(sheet.before),
        parts=[(code, language_name(code), fields.parts.get(code, Part())) for code in _codes(fields)],
        topics=offered,
        branches=[*branches, *((one, one) for one in fields.branches if one not in known)],
        labels=LABELS,
        wrong=wrong,
        mistakes=[(name.replace(" ", "_"), _label(name), words) for name, words in sheet.mistakes],
        preview=sheet.preview if not sheet.mistakes else None,
        sources=sources(app, sheet.preview) if sheet.preview else {},
        meanwhile=sheet.meanwhile,
        theirs=diff(app[keys.EDITS].places, [sheet.theirs]) if sheet.theirs else [],
        short_most=SHORT_MOST,
        unreadable=None if readable else sheet.before,
    )


async def _changed_meanwhile(request: web.Request, sheet: Sheet, mark: str) -> Sheet:
    """Return the sheet with what was typed laid over what others wrote, and with that shown."""
    edits = request.app[keys.EDITS]
    rows = await edits.of(path_of(sheet.id))
    base = next((text for row in rows for text in (row.before, row.after) if text and mark_of(text) == mark), None)
    now, path = sheet.before, path_of(sheet.id)
    if now is None:
        sheet.meanwhile = "This answer was removed while you wrote. Saving writes it anew."
        return sheet
    by = f"{rows[0].name} changed" if rows and rows[0].after == now else "Somebody changed"
    try:
        theirs = read_fields(now)
        if base is not None:
            sheet.fields = merged(read_fields(base), sheet.fields, theirs)
            sheet.theirs = Change(path, base, now)
            sheet.meanwhile = (
                f"{by} this answer while you wrote. Nothing is saved yet. Below is what they changed. The form has"
                " both, and your words where you changed the same. Look through it, then save again."
            )
        else:
            sheet.theirs = Change(path, now, write_fields(now, sheet.fields))
            sheet.meanwhile = (
                f"{by} this answer while you wrote. Nothing is saved yet. The form has your words; below is what saving"
                " would now change in the file. Look through it, then save again."
            )
    except LibraryFileError:
        sheet.meanwhile = f"{by} this answer while you wrote, and it cannot be read now. Mend the file by hand first."
    return sheet


async def _typed(request: web.Request) -> Fields:
    """Return what was sent, whatever it is."""
    sent = await request.post()
    codes = [found[1] for name in sent if (found := re.fullmatch(r"title_([a-z]{2,3})", name))]
    parts = {}
    for code in codes:
        lines = printable(await forms.value(request, f"questions_{code}")).split("\n")
        asked = tuple(" ".join(line.split()) for line in lines)
        parts[code] = Part(
            await _line(request, f"title_{code}"),
            printable(await forms.value(request, f"text_{code}")),
            await _line(request, f"short_{code}"),
            tuple(line for line in asked if line),
        )
    return Fields(
        **{name: await _line(request, name) for name in ("topic", "owner", "review_by", "source")},
        branches=tuple(" ".join(str(one).split()) for one in sent.getall("branch", [])),
        main=bool(await forms.value(request, "main")),
        parts={code: part for code, part in parts.items() if part != Part()},
    )


async def _line(request: web.Request, name: str) -> str:
    return " ".join(printable(await forms.value(request, name)).split())


def _written(sheet: Sheet) -> str:
    """Return the file as it shall be."""
    try:
        return write_fields(sheet.before or EMPTY, sheet.fields)
    except LibraryFileError:  # a file that was broken by hand is written anew
        return write_fields(EMPTY, sheet.fields)


def _mistakes_of_name(sheet: Sheet, new: bool) -> Mistakes:
    if not new:
        return []
    if not ID.fullmatch(sheet.id) or sheet.id == NEW:
        return [("name", "Give it a name of small letters, digits and _, such as lost_card.")]
    if sheet.before is not None:
        return [("name", "There is an answer of this name already. Choose another name.")]
    return []


def _mistakes(request: web.Request, typed: Fields) -> Mistakes:
    """Return what can be told without the file: what is missing, and what would be read as something else."""
    found = [(name, words) for name, words in NEEDED.items() if not getattr(typed, name)]
    if typed.topic and typed.topic not in dict(topics(request.app)):
        found.append(("topic", f"No topic is called '{typed.topic}'. Choose another one."))
    if not _is_day(typed.review_by):
        found.append(("review_by", "Give the day by which it is read again."))
    written = {code: part for code, part in typed.parts.items() if part != Part()}
    if not written:
        found.append((f"text {LANGUAGES[0]}", "Write the answer in one language at least."))
    for code, part in written.items():
        for name, words in NEEDED_IN.items():
            if not getattr(part, name):
                found.append((f"{name} {code}", words.format(language=language_name(code))))
        if (over := len(part.short) - SHORT_MOST) > 0:
            found.append((f"short {code}", f"Shorten it by {over}: {SHORT_MOST} characters are possible."))
        for number, line in enumerate(part.text.split("\n"), 1):
            if LANGUAGE_LINE.fullmatch(line.strip()):
                found.append((f"text {code}", f"Line {number} would begin another language. Leave out the # [..]."))
    if sum(len(part.text) + len(" ".join(part.questions)) for part in written.values()) > FILE_MOST:
        found.append(("", f"The answer is too long. {FILE_MOST:,} characters are possible in all languages together."))
    return found


async def _mistakes_of_file(request: web.Request, preview: Preview, text: str) -> Mistakes:
    """Return what the assistant would find wrong in the file, alone and beside the others."""
    if preview.answer is None:
        return [_mistake(text, one) for one in preview.problems]
    return beside(request, preview.answer, (await answers_of(request.app)).all)


def _more(own: Mistakes, of_file: Mistakes) -> Mistakes:
    """Return what the file tells beyond what is told already: what is missing in a language shows in it as well."""
    told = {name for name, _ in own}
    of_a_language = any(" " in name for name in told)
    return [
        (name, words)
        for name, words in of_file
        if name not in told and not (" " in name and of_a_language) and (name or not own)
    ]


def _mistake(text: str, problem: Problem) -> tuple[str, str]:
    name, number = place_of(text, problem.line)
    name = {"branch": "branches"}.get(name, name)
    if name in NEEDED_IN:  # of all languages
        name = f"{name} {LANGUAGES[0]}"
    where = f"Line {number}: " if number > 0 and name.startswith("text ") else ""
    # A message begins with the key as it stands in the file, which the form does not show.
    return name, f"{where}{re.sub(r'^[a-z_.0-9]+: ', '', problem.message)} {problem.cure}".strip()


def _what(sheet: Sheet) -> str:
    """Return the line of the history that says what was edited."""
    if sheet.before is None:
        return "New answer"
    try:
        names = changed(read_fields(sheet.before), sheet.fields)
    except LibraryFileError:
        return "Written anew"
    labels = [_label(name, IN_HISTORY) for name in names]
    return f"Changed: {', '.join(label[:1].lower() + label[1:] for label in labels)}"


def _label(name: str, labels: Mapping[str, str] = LABELS) -> str:
    key, _, code = name.partition(" ")
    label = labels.get(key, "")
    return f"{label} in {language_name(code)}" if code else label


def _codes(fields: Fields) -> Sequence[str]:
    return tuple(dict.fromkeys((*LANGUAGES, *fields.parts)))


def _is_day(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"20\d\d-\d\d-\d\d", text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False

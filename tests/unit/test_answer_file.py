"""An answer's file as fields and back: nothing but what was changed is written anew."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.knowledge.answer_file import EMPTY, Fields, Part, changed, merged, place_of, read_fields, write_fields
from bot.knowledge.answers import answer_files, read_answer
from bot.knowledge.problems import LibraryFileError
from bot.settings import ROOT

SAMPLE = answer_files(ROOT / "library" / "answers")
BY_HAND = """---
# The prices are from the director's letter of May.
topic: use_printing
owner: "The desk"   # ask Ana
review_by: 2028-03-01

source: https://library.example/print#prices
branch: [main, eastside]
main: yes
questions:
  # As patrons say it.
  en:   # English
    - how do i print
    # This one comes in every week.
    - "print: how much?"
    - is color dearer
  es:
    - cómo imprimo
short:
  en: 'Print at the desk: 10 cents.'
  # Checked by Luz.
  es: >
    Imprima en el
    mostrador.
# The end of the keys.
---

# [en] Printing

You can print
at each branch.

## Prices

- 10 cents a page.


# [es] Imprimir
Puede imprimir.

## Precios

- 10 centavos.
"""
FLOW = """---
topic: use_printing
owner: Desk
review_by: "2028-03-01"
source: https://library.example/print
questions: {en: [how do i print], es: ["cómo imprimo"]}
short: {en: Print here., es: Imprima aquí.}
---
# [en] Printing
Here.
# [es] Imprimir
Aquí.
"""


def moved(before: str, after: str) -> list[str]:
    """The lines that came and went."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def with_part(fields: Fields, code: str, **changes: Any) -> Fields:
    return replace(fields, parts={**fields.parts, code: replace(fields.parts.get(code, Part()), **changes)})


@pytest.mark.parametrize("path", SAMPLE, ids=lambda path: path.stem)
def test_what_is_not_changed_comes_out_byte_for_byte(path: Path, tmp_path: Path) -> None:
    text = path.read_bytes().decode()
    fields = read_fields(text)
    assert write_fields(text, fields) == text
    # What is changed and changed back is as it was too.
    more = {"title": "New", "questions": ("first", *fields.parts["en"].questions, "last")}
    other = write_fields(text, with_part(replace(fields, owner="Nobody", topic="x"), "en", **more))
    assert write_fields(other, fields) == text
    # The fields are what the assistant reads.
    answer = read_answer(path)
    assert (fields.topic, fields.owner, fields.source) == (answer.topic, answer.owner, answer.source)
    assert (fields.branches, fields.main) == (answer.branches, answer.main)
    assert fields.review_by == answer.review_by.isoformat()
    for code, written in answer.written.items():
        part = fields.parts[code]
        assert (part.title, part.questions) == (written.title, answer.questions[code])
        assert part.short == answer.short.to(code)
    # Written from nothing it says the same.
    (tmp_path / path.name).write_text(write_fields(EMPTY, fields), encoding="utf-8")
    assert read_answer(tmp_path / path.name) == answer


def test_all_answers_of_the_sample_are_looked_at() -> None:
    assert len(SAMPLE) >= 107


@pytest.mark.parametrize(
    ("case", "change", "lines"),
    [
        ("nothing", lambda f: f, []),
        (
            "owner, in its quotes and with its comment",
            lambda f: replace(f, owner="Luz"),
            ['-owner: "The desk"   # ask Ana', '+owner: "Luz"   # ask Ana'],
        ),
        (
            "review",
            lambda f: replace(f, review_by="2029-03-01"),
            ["-review_by: 2028-03-01", "+review_by: 2029-03-01"],
        ),
        (
            "one branch",
            lambda f: replace(f, branches=("main",)),
            ["-branch: [main, eastside]", "+branch: main"],
        ),
        ("no branch", lambda f: replace(f, branches=()), ["-branch: [main, eastside]"]),
        ("not main", lambda f: replace(f, main=False), ["-main: yes"]),
        (
            "a question more",
            lambda f: with_part(f, "en", questions=(*f.parts["en"].questions, "copies: how?")),
            ["+    - 'copies: how?'"],
        ),
        (
            "a question less",
            lambda f: with_part(f, "en", questions=f.parts["en"].questions[:2]),
            ["-    - is color dearer"],
        ),
        (
            "a question that YAML takes for something else",
            lambda f: with_part(f, "es", questions=("yes", "2024")),
            ["-    - cómo imprimo", "+    - 'yes'", "+    - '2024'"],
        ),
        (
            "a short form",
            lambda f: with_part(f, "en", short="It's 12 cents."),
            ["-  en: 'Print at the desk: 10 cents.'", "+  en: 'It''s 12 cents.'"],
        ),
        (
            "a folded short form",
            lambda f: with_part(f, "es", short="Aquí."),
            ["-  es: >", "-    Imprima en el", "-    mostrador.", "+  es: Aquí."],
        ),
        (
            "a title",
            lambda f: with_part(f, "es", title="La impresora"),
            ["-# [es] Imprimir", "+# [es] La impresora"],
        ),
        (
            "a text",
            lambda f: with_part(f, "en", text=f.parts["en"].text.replace("10 cents", "12 cents")),
            ["-- 10 cents a page.", "+- 12 cents a page."],
        ),
    ],
    ids=lambda part: part if isinstance(part, str) else None,
)
def test_only_what_was_changed_is_written(case: str, change: Callable[[Fields], Fields], lines: list[str]) -> None:
    wanted = change(read_fields(BY_HAND))
    after = write_fields(BY_HAND, wanted)
    assert moved(BY_HAND, after) == lines
    assert read_fields(after) == wanted


def test_a_language_comes_and_goes() -> None:
    fields = read_fields(BY_HAND)
    without = write_fields(BY_HAND, replace(fields, parts={"en": fields.parts["en"]}))
    assert "es" not in read_fields(without).parts and without.endswith("- 10 cents a page.\n")
    again = write_fields(without, fields)
    assert read_fields(again) == fields
    french = with_part(fields, "fr", title="Imprimer", text="Ici.\n\n## Prix\n\n- 10.", short="Ici.", questions=("où",))
    assert moved(BY_HAND, write_fields(BY_HAND, french)) == [
        "+  fr:", "+    - où", "+  fr: Ici.",
        "+", "+# [fr] Imprimer", "+", "+Ici.", "+", "+## Prix", "+", "+- 10.",
    ]  # fmt: skip


def test_keys_in_one_line_are_read_and_written() -> None:
    fields = read_fields(FLOW)
    assert fields.parts["es"] == Part("Imprimir", "Aquí.", "Imprima aquí.", ("cómo imprimo",))
    wanted = with_part(replace(fields, review_by="2029-01-01", main=True, branches=("main",)), "en", questions=("a",))
    after = write_fields(FLOW, wanted)
    assert read_fields(after) == wanted
    assert 'review_by: "2029-01-01"' in after and "branch: main\nmain: true\nquestions:" in after


def test_line_breaks_of_windows_stay() -> None:
    text = BY_HAND.replace("\n", "\r\n")
    after = write_fields(text, replace(read_fields(text), review_by="2029-03-01"))
    assert after == text.replace("2028-03-01", "2029-03-01")


@pytest.mark.parametrize("text", ["", "no keys", "---\ntopic: x\n", "---\n{topic: x}\n---\n", "---\na: [\n---\n"])
def test_a_file_without_keys_is_told(text: str) -> None:
    with pytest.raises(LibraryFileError):
        read_fields(text)


def test_two_who_edit_the_same_file_keep_both_changes() -> None:
    base = read_fields(BY_HAND)
    mine = with_part(replace(base, owner="Mine", topic="ask_policy"), "en", short="Mine.")
    theirs = with_part(replace(base, owner="Theirs", review_by="2030-01-01"), "es", title="De ellos")
    found = merged(base, mine, theirs)
    assert found == replace(
        base,
        owner="Mine",
        topic="ask_policy",
        review_by="2030-01-01",
        parts={
            "en": replace(base.parts["en"], short="Mine."),
            "es": replace(base.parts["es"], title="De ellos"),
        },
    )
    assert merged(base, base, theirs) == theirs and merged(base, mine, base) == mine
    assert changed(base, found) == ["topic", "owner", "review_by", "short en", "title es"]
    gone = replace(base, parts={"en": base.parts["en"]})
    assert "es" not in merged(base, gone, base).parts


def test_a_line_is_told_by_its_field() -> None:
    lines = BY_HAND.splitlines()
    for words, place in (
        ('owner: "The desk"   # ask Ana', ("owner", 0)),
        ("branch: [main, eastside]", ("branch", 0)),
        ("    - is color dearer", ("questions en", 4)),
        ("    mostrador.", ("short es", 2)),
        ("# [en] Printing", ("title en", 0)),
        ("You can print", ("text en", 1)),
        ("at each branch.", ("text en", 2)),
        ("- 10 centavos.", ("text es", 5)),
        ("# The end of the keys.", ("", 0)),
    ):
        assert place_of(BY_HAND, lines.index(words) + 1) == place, words
    assert place_of("nothing", 3) == ("", 0)

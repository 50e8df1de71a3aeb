"""Approved lessons become files that people can read, Rasa can learn from, and git can show."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml

from bot.check import check_data
from bot.edits.errors import FilesChanged
from bot.edits.files import Change, Places, check_unchanged, diff, write
from bot.learning import files
from bot.learning.examples import Example, Examples, read
from bot.settings import ROOT, Settings
from bot.train import (
    KEPT_MODELS,
    REVIEWED,
    fingerprint,
    made_from,
    model_path,
    serve_from_now,
    serve_present,
    served_model,
    tidy,
    training_files,
)


@dataclass
class Lesson:
    """As much of a row as files are made of."""

    text: str
    topic: str = "ask_hours"
    lang: str = "en"
    kind: str = "example"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    library = tmp_path / "library"
    (library / "answers").mkdir(parents=True)
    (library / "answers" / "wifi.md").write_text("---\none\n", encoding="utf-8")
    data = tmp_path / "var"
    return Settings(library=library, from_review=tmp_path / "from_review", data_folder=data, models=tmp_path / "models")


@pytest.fixture
def places(settings: Settings) -> Places:
    return Places(settings)


NASTY = (
    "${HOME} and ${NO_SUCH_VARIABLE}",
    "[sunday](when) at {eastside}",
    "# not a comment: 'quoted' \"twice\" & more",
    "- a dash | a pipe > a sign",
    "¿abren mañana? 📚 \\n \\x",
    "*star* !tag %percent @at `tick`",
)


def test_examples_are_written_by_topic_and_language_in_order_and_stay_as_they_are(places: Places) -> None:
    lessons = [
        Lesson("when do you open"),
        Lesson("abren hoy", lang="es"),
        Lesson("Are you open"),
        Lesson("print it", "use_printing"),
    ]
    changes = files.planned(places, lessons)
    assert [change.path for change in changes] == ["from_review/ask_hours.yml", "from_review/use_printing.yml"]
    write(places, changes)
    text = places.read("from_review/ask_hours.yml") or ""
    assert read(text) == [
        Example("Are you open", "ask_hours", "en"),
        Example("when do you open", "ask_hours", "en"),
        Example("abren hoy", "ask_hours", "es"),
    ]
    assert text.startswith("# ask_hours: ")
    assert files.planned(places, lessons[::-1]) == []
    (change,) = files.planned(places, [Lesson("any hours today")])
    shown = diff(places, [change])[0]
    assert [line["text"] for line in shown["lines"] if line["kind"] in ("added", "removed")] == [
        "+      - any hours today"
    ]


@pytest.mark.parametrize("text", NASTY)
def test_whatever_a_patron_wrote_is_read_back_by_rasa_as_one_plain_example(places: Places, text: str) -> None:
    from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader

    (change,) = files.planned(places, [Lesson(text)])
    (example,) = RasaYAMLReader().reads(change.after or "").intent_examples
    assert example.get("intent") == "ask_hours" and not example.get("entities")
    assert [one.text for one in read(change.after or "")] == [example.get("text")]
    assert len(yaml.safe_load(change.after or "")["nlu"]) == 1


def test_files_of_examples_are_clean_for_the_linter(places: Places, settings: Settings) -> None:
    write(places, files.planned(places, [Lesson(text) for text in NASTY]))
    command = [sys.executable, "-m", "yamllint", "--strict", "-c", str(ROOT / ".yamllint"), str(settings.from_review)]
    linted = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert linted.returncode == 0, linted.stdout


def test_answer_is_the_file_as_it_was_written(places: Places) -> None:
    lessons = [Lesson("---\ntwo", "wifi", kind="answer"), Lesson("---\nnew\n\n", "kayaks", kind="answer")]
    changes = files.planned(places, lessons)
    assert changes == [
        Change("answers/kayaks.md", None, "---\nnew\n"),
        Change("answers/wifi.md", "---\none\n", "---\ntwo\n"),
    ]
    write(places, changes)
    assert places.read("answers/wifi.md") == "---\ntwo\n"
    write(places, [change.back() for change in changes])
    assert places.read("answers/kayaks.md") is None and places.read("answers/wifi.md") == "---\none\n"


def test_bytes_of_a_file_come_back_as_they_were(places: Places, settings: Settings) -> None:
    path = settings.library / "answers" / "wifi.md"
    path.write_bytes("---\r\nuno ñ\r\n".encode())
    changes = files.planned(places, [Lesson("---\nzwei", "wifi", kind="answer")])
    write(places, changes)
    write(places, [change.back() for change in changes])
    assert path.read_bytes() == "---\r\nuno ñ\r\n".encode()


def test_file_that_somebody_else_changed_is_seen(places: Places, settings: Settings) -> None:
    changes = files.planned(places, [Lesson("---\ntwo", "wifi", kind="answer")])
    check_unchanged(places, changes)
    write(places, changes)
    check_unchanged(places, changes)
    (settings.library / "answers" / "wifi.md").write_text("three", encoding="utf-8")
    with pytest.raises(FilesChanged) as refused:
        check_unchanged(places, changes)
    assert "answers/wifi.md" in refused.value.said


@pytest.mark.parametrize(
    "path", ["from_review/../x.yml", "answers/../../x.md", "etc/passwd", "answers/x.sh", "answers/"]
)
def test_no_lesson_leads_out_of_the_two_folders(places: Places, path: str) -> None:
    with pytest.raises(ValueError, match="no file of ours"):
        places.at(path)


def test_batch_stands_in_a_folder_of_its_own_and_changes_nothing_else(settings: Settings, tmp_path: Path) -> None:
    write(Places(settings), files.planned(Places(settings), [Lesson("open today")]))
    changes = files.planned(Places(settings), [Lesson("open now"), Lesson("---\ntwo", "wifi", kind="answer")])
    candidate = files.aside(settings, tmp_path / "aside", changes)
    aside, here = Places(candidate), Places(settings)
    assert [aside.read(change.path) for change in changes] == [change.after for change in changes]
    assert [here.read(change.path) for change in changes] == [change.before for change in changes]


def test_model_of_a_batch_is_the_same_aside_and_in_place(settings: Settings, tmp_path: Path) -> None:
    changes = files.planned(Places(settings), [Lesson("open now")])
    before = fingerprint(settings.from_review)
    candidate = files.aside(settings, tmp_path / "aside", changes)
    write(Places(settings), changes)
    assert fingerprint(candidate.from_review) == fingerprint(settings.from_review) != before
    names = made_from(settings.from_review)
    assert names[f"{REVIEWED}/ask_hours.yml"] == settings.from_review / "ask_hours.yml"
    assert str(settings.from_review / "ask_hours.yml") in training_files(settings.from_review)


def test_held_out_questions_are_never_trained_on() -> None:
    settings = Settings()
    assert settings.held_out.exists() and settings.held_out.is_relative_to(ROOT / "data")
    assert str(settings.held_out) not in training_files(settings.from_review)


@pytest.mark.parametrize(
    ("text", "topic", "problem"),
    [
        ("hours", "use_printing", "is an example of ask_hours too"),
        ("yo is the lib open rn", "ask_hours", "is a held-out question"),
    ],
)
def test_check_finds_examples_that_are_taken_and_questions_that_measure(
    settings: Settings, text: str, topic: str, problem: str
) -> None:
    settings = replace(settings, library=ROOT / "library")
    write(Places(settings), files.planned(Places(settings), [Lesson(text, topic)]))
    assert [line for line in check_data(settings) if problem in line and f"{topic}.yml" in line]


def test_examples_are_looked_up_by_their_words_and_read_again_when_a_file_changes(settings: Settings) -> None:
    examples = Examples(settings)
    examples.refresh()
    assert examples.topics("HOURS?") == {"ask_hours"}
    assert examples.topics("do you lend kayaks to giraffes") == set()
    write(Places(settings), files.planned(Places(settings), [Lesson("do you lend kayaks to giraffes", "find_item")]))
    examples.refresh()
    assert examples.topics("Do you lend kayaks to giraffes?") == {"find_item"}
    assert {"ask_hours", "find_item"} <= examples.known()


def test_published_model_is_served_until_foyer_is_started_with_other_data(settings: Settings) -> None:
    settings.models.mkdir()
    first, second = (settings.models / f"foyer-{number * 16}.tar.gz" for number in "12")
    for path in (first, second):
        path.touch()
    settings = replace(settings, model=first)
    assert served_model(settings) == first
    serve_from_now(settings, second, first)
    assert served_model(settings) == second
    assert served_model(replace(settings, model=settings.models / "foyer-3.tar.gz")).name == "foyer-3.tar.gz"
    serve_present(settings)
    assert served_model(settings) == first
    assert served_model(replace(settings, model=None)) == model_path(settings)


def test_models_that_are_served_or_can_be_gone_back_to_outlive_any_number_of_trials(settings: Settings) -> None:
    import os

    settings.models.mkdir()
    paths = [settings.models / f"foyer-{number:016d}.tar.gz" for number in range(KEPT_MODELS + 4)]
    for number, path in enumerate(paths):
        path.touch()
        os.utime(path, (number, number))
    serve_from_now(replace(settings, model=paths[0]), paths[1], paths[0])
    tidy(replace(settings, model=paths[0]), paths[-1])
    assert sorted(settings.models.iterdir()) == [paths[0], paths[1], *paths[-KEPT_MODELS:]]

"""Digital resources: what serves a wish, on which device, what is read of resources.yml, and what patrons read."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.knowledge.check import check_library
from bot.knowledge.knowledge import Knowledge
from bot.knowledge.library import load_library
from bot.knowledge.problems import LibraryFileError
from bot.knowledge.resource_file import DigitalResource, load_resources
from bot.knowledge.resource_vocabulary import DEVICE_WORDS, FORMAT_WORDS, Device, Format
from bot.knowledge.resources import ResourceQuery, ResourcesFound
from bot.understanding.words import LibraryWords
from tests.unit.a_library import SAMPLE, write_library
from tests.unit.a_talk import NOW, Talk, choices, reading

FILE = SAMPLE / "resources.yml"


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    return Knowledge.open(SAMPLE, tmp_path_factory.mktemp("feeds"))


@pytest.fixture(scope="module")
def words() -> LibraryWords:
    return LibraryWords(load_library(SAMPLE), load_resources(FILE).names)


async def found(knowledge: Knowledge, text: str, **more: Any) -> ResourcesFound:
    return await knowledge.resources.find(ResourceQuery(text, **more), NOW)


# --- the sample's own list


def test_the_sample_lists_at_least_forty_services_in_both_languages() -> None:
    listed = load_resources(FILE)
    assert len(listed.resources) >= 40
    texts = [text for one in listed.resources for text in (one.what, one.limits, one.loan, one.holds) if text]
    texts += [step for one in listed.resources for part in one.devices for step in part.steps]
    texts += [subject.name for subject in listed.subjects.values()]
    assert [str(text) for text in texts if {code for code, _ in text.in_languages} != {"en", "es"}] == []


def test_every_service_of_the_sample_says_when_it_was_checked_and_whether_it_works_from_home() -> None:
    assert [one.id for one in load_resources(FILE).resources if not (one.last_checked and one.from_home)] == []


def test_every_subject_of_the_sample_leads_to_a_database() -> None:
    listed = load_resources(FILE)
    served = {name for one in listed.resources for name in one.subjects}
    assert sorted(set(listed.subjects) - served) == []


def test_every_format_is_served() -> None:
    assert {form for one in load_resources(FILE).resources for form in one.formats} == set(Format)


# --- finding


@pytest.mark.parametrize(
    ("text", "outcome", "first"),
    [
        ("how do i get ebooks on my kindle", "one", ["libby"]),
        ("libby on ipad", "one", ["libby"]),
        ("overdrive", "one", ["libby"]),
        ("lybby app", "one", ["libby"]),
        ("can i watch movies on my roku", "several", ["hoopla", "kanopy"]),
        ("peliculas gratis en mi tele", "several", ["hoopla", "kanopy"]),
        ("audiobooks on my kobo", "without_device", ["libby", "hoopla"]),
        ("leer libros en mi tableta", "several", ["libby", "hoopla", "palace"]),
        ("kanopy on my kindle", "without_device", []),
        ("hoopla magazines", "without_format", ["libby", "pressreader"]),
        ("wall street journl", "one", ["wsj"]),
        ("nursing articles", "several", ["health_source", "pubmed"]),
        ("peer reviewed articles about nursing", "several", ["health_source"]),
        ("artículos de enfermería", "several", ["health_source"]),
        ("nursng databse", "several", ["health_source"]),
        ("is there a database for car repair", "several", ["chilton"]),
        ("quiero aprender inglés", "several", ["mango", "transparent"]),
        ("legal forms for an eviction", "one", ["legal_forms"]),
        ("old newspapers, obituaries", "several", ["nys_newspapers"]),
        ("climate change", "several", []),
        ("ged practice test", "several", ["learningexpress"]),
        ("genealogia", "several", ["ancestry", "heritagequest"]),
        ("jstor", "one", ["jstor"]),
        ("mango", "one", ["mango"]),
        ("is there a falconry database", "unknown_topic", ["academic_onefile"]),
        ("what databases do you have", "nothing_said", []),
        ("", "nothing_said", []),
    ],
)
async def test_a_wish_finds_what_serves_it(knowledge: Knowledge, text: str, outcome: str, first: list[str]) -> None:
    answer = await found(knowledge, text)
    assert answer.outcome == outcome
    assert [one.id for one in answer.resources][: len(first)] == first


async def test_what_an_entity_names_counts_more_than_the_words(knowledge: Knowledge) -> None:
    answer = await found(knowledge, "hoopla", resources=("libby",), device="kobo")
    assert ([one.id for one in answer.resources], answer.device) == (["libby"], Device.KOBO)


async def test_children_get_what_is_made_for_them_first(knowledge: Knowledge) -> None:
    answer = await found(knowledge, "ebooks", audiences=("kids",))
    assert answer.resources[0].id == "tumblebooks"


async def test_a_database_in_the_library_only_names_those_that_work_from_home(knowledge: Knowledge) -> None:
    answer = await found(knowledge, "ancestry")
    assert [one.id for one in answer.alike] == ["heritagequest", "fold3", "nys_newspapers"]


@pytest.mark.parametrize(
    ("asked", "service", "expected"),
    [
        ("ipad", "libby", [["iphone", "ipad"]]),
        ("android", "kanopy", [["iphone", "ipad", "android"]]),
        ("roku", "hoopla", [["roku", "fire_tv", "apple_tv", "android_tv"]]),
        ("chromebook", "libby", [["computer"]]),
        ("phone", "palace", [["iphone", "ipad", "android"]]),
        ("phone", "libby", [["iphone", "ipad"], ["android"]]),
        ("iphone", "nytimes", [["computer", "phone", "tablet"]]),
        ("kindle", "hoopla", []),
    ],
)
def test_steps_are_those_of_the_device_or_of_its_kind(asked: str, service: str, expected: list[list[str]]) -> None:
    resource = next(one for one in load_resources(FILE).resources if one.id == service)
    assert [[one.value for one in steps.device] for steps in resource.steps_for(Device(asked))] == expected


def test_a_website_works_wherever_there_is_a_browser() -> None:
    jstor = next(one for one in load_resources(FILE).resources if one.id == "jstor")
    assert jstor.works_on(Device.IPAD) and jstor.works_on(Device.CHROMEBOOK)
    assert not jstor.works_on(Device.KINDLE) and not jstor.works_on(Device.ROKU)


# --- the words of any message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cant get libby to work on my kindle", ["resource libby", "device kindle"]),
        ("liby on my ipads", ["resource libby", "device ipad"]),
        ("hooplah", ["resource hoopla"]),
        ("canopy app", ["resource kanopy"]),
        ("audiobooks on an android phone", ["format audiobook", "device android"]),
        ("novelas gráficas", ["format comics"]),
        ("libros electrónicos en mi tableta", ["format ebook", "device tablet"]),
        ("kanopy on a fire stick", ["resource kanopy", "device fire_tv"]),
        ("e-books on my kindle fire", ["format ebook", "device fire_tablet"]),
        ("the palace app", ["resource palace"]),
    ],
)
def test_services_formats_and_devices_are_found(words: LibraryWords, text: str, expected: list[str]) -> None:
    mine = ("resource", "format", "device")
    assert [f"{word.kind} {word.value}" for word in words.find(text) if word.kind in mine] == expected


@pytest.mark.parametrize(
    "text",
    [
        "is there a place to sit",
        "i am in the lobby",
        "cómo mando una carta",
        "the reading nook at riverside",
        "quiero tarjetas para mis hijos",
        "comida gratis",
        "do you have mango juice",
        "the windows are dirty",
        "i need help now",
        "kinda late",
        "a tree canopy",
    ],
)
def test_ordinary_words_name_no_service_and_no_device(words: LibraryWords, text: str) -> None:
    assert [word for word in words.find(text) if word.kind in ("resource", "format", "device")] == []


def test_every_format_and_device_has_words() -> None:
    assert set(FORMAT_WORDS) == set(Format) and set(DEVICE_WORDS) == set(Device)


# --- the file


def _written(folder: Path, **changes: Any) -> Path:
    one = {"id": "a", "name": "Alpha", "what": "Books.", "url": "https://a.example", "formats": ["ebook"], **changes}
    path = write_library(folder) / "resources.yml"
    path.write_text(yaml.safe_dump({"subjects": {"law": {"name": "law"}}, "resources": [one]}))
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"subjects": ["cooking"]}, "'cooking' is no subject"),
        ({"url": "alpha"}, "not a web address"),
        ({"from_home": False}, "from_home"),
        ({"formats": ["books"]}, "formats"),
        ({"devices": [{"device": ["ipad", "ipad"], "steps": ["Go."]}]}, "named twice"),
        ({"devices": [{"device": ["toaster"], "steps": ["Go."]}]}, "devices"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    _written(tmp_path, **changes)
    problems = check_library(tmp_path)
    assert [problem.file for problem in problems] == ["resources.yml"] * len(problems)
    assert message in str(problems[0]) and problems[0].line > 1 and problems[0].cure


def test_two_services_of_one_name_are_told_apart_by_check(tmp_path: Path) -> None:
    path = _written(tmp_path)
    listed = yaml.safe_load(path.read_text())
    listed["resources"].append({**listed["resources"][0], "id": "b"})
    path.write_text(yaml.safe_dump(listed))
    assert "'alpha' names both a and b" in str(check_library(tmp_path)[0])


async def test_a_library_without_resources_says_that_it_does_not_know(tmp_path: Path) -> None:
    knowledge = Knowledge.open(write_library(tmp_path / "library"), tmp_path / "feeds")
    assert check_library(tmp_path / "library") == []
    assert (await found(knowledge, "ebooks")).outcome == "unknown"


async def test_a_changed_file_is_read_again_and_a_broken_one_is_not_used(tmp_path: Path) -> None:
    path = _written(tmp_path)
    knowledge = Knowledge.open(tmp_path, tmp_path / "feeds")
    assert [one.name for one in await knowledge.resources.all(NOW)] == ["Alpha"]
    path.write_text(path.read_text().replace("Alpha", "Omega"))
    assert [one.name for one in await knowledge.resources.all(NOW)] == ["Omega"]
    path.write_text("resources: [")
    assert [one.name for one in await knowledge.resources.all(NOW)] == ["Omega"]
    with pytest.raises(LibraryFileError):
        load_resources(path)


def test_unknown_facts_are_not_told_as_a_no() -> None:
    bare = DigitalResource.model_validate({"id": "a", "name": "A", "what": "B.", "url": "https://a.example"})
    assert bare.from_home is None and bare.sign_in is None and bare.limits is None


# --- what patrons read


async def test_the_kindle_is_told_the_steps_for_the_kindle() -> None:
    talk = Talk()
    said = await talk.say("use_digital_resource", "how do i get library books on my kindle")
    assert "**Libby**" in reading(said) and "Read With" in reading(said) and "App Store" not in reading(said)
    assert "You need your library card number and PIN" in reading(said)
    assert choices(said) == ["I have no card yet", "It does not work"]


async def test_the_device_is_asked_for_where_it_matters_and_the_steps_follow() -> None:
    talk = Talk()
    said = await talk.say("use_digital_resource", "can i use libby")
    assert "Which device do you use?" in reading(said)
    assert choices(said)[:3] == ["iPhone / iPad", "Android", "Fire tablet"]
    said = await talk.choose("Android")
    assert reading(said).startswith("**Libby**, on this device (Android)") and "Google Play" in reading(said)


async def test_no_card_leads_to_the_card() -> None:
    talk = Talk()
    said = await talk.say("use_digital_resource", "movies")
    offered = [one for block in said if block["type"] == "choices" for one in block["choices"]]
    assert {"intent": "get_library_card", "entities": {}} in [one["value"] for one in offered]


async def test_a_follow_up_changes_the_device_and_the_format() -> None:
    talk = Talk()
    await talk.say("use_digital_resource", "how do i get ebooks on my kindle")
    assert "App Store" in reading(await talk.follow("use_digital_resource", "and on an ipad?"))
    said = await talk.follow("use_digital_resource", "what about movies?")
    assert "hoopla" in reading(said) and "Kanopy" in reading(said) and "Libby" not in reading(said)


async def test_a_follow_up_changes_the_subject_of_databases() -> None:
    talk = Talk()
    await talk.say("find_database", "articles on nursing")
    assert "Gale LegalForms" in reading(await talk.follow("find_database", "and for law?"))


async def test_databases_say_where_they_work() -> None:
    said = await Talk().say("find_database", "genealogy")
    badges = {card["title"]: card.get("badge") for block in said if block["type"] == "cards" for card in block["cards"]}
    assert badges["Ancestry Library Edition"] == "In the library only"
    assert badges["NYS Historic Newspapers"] == "Free for everyone" and badges["HeritageQuest Online"] is None


async def test_what_is_not_there_is_said_and_research_help_is_named() -> None:
    said = await Talk().say("find_database", "do you have a database on falconry")
    assert "nothing named “falconry”" in reading(said) and "https://alderfalls.example/librarian" in reading(said)


async def test_the_answer_in_spanish_has_no_english_sentence() -> None:
    said = await Talk("es").say("use_digital_resource", "cómo leo libros electrónicos en mi kindle")
    assert "Necesita el número de su tarjeta y su PIN" in reading(said) and "You need" not in reading(said)


async def test_choices_of_subjects_lead_to_their_databases() -> None:
    talk = Talk("es")
    said = await talk.say("find_database", "qué bases de datos tienen")
    assert "Salud y medicina" in choices(said)
    assert "MedlinePlus" in reading(await talk.choose("Salud y medicina"))


async def test_what_was_listed_is_remembered_for_the_second_one() -> None:
    talk = Talk()
    await talk.say("use_digital_resource", "comics")
    assert [(one["kind"], one["title"]) for one in talk.slots["shown"]] == [
        ("resource", "hoopla"),
        ("resource", "Comics Plus"),
    ]


def test_asking_many_at_once_is_safe(knowledge: Knowledge) -> None:
    async def together() -> list[ResourcesFound]:
        return await asyncio.gather(*(found(knowledge, "ebooks") for _ in range(20)))

    assert len({one.outcome for one in asyncio.run(together())}) == 1


@pytest.mark.parametrize(
    ("text", "name", "first"),
    [
        ("do you have netflix", "Netflix", "hoopla"),
        ("free audible alternative??", "Audible", "libby"),
        ("rosetta stone", "Rosetta Stone", "mango"),
        ("¿cómo puedo consultar PsycINFO desde mi casa?", "PsycINFO", "academic_search"),
        ("access to web of science", "Web of Science", "academic_onefile"),
        ("tienen acceso a scopus", "Scopus", "academic_onefile"),
    ],
)
async def test_a_service_that_is_not_here_is_said_and_others_are_named(
    knowledge: Knowledge, text: str, name: str, first: str
) -> None:
    answer = await found(knowledge, text)
    assert (answer.outcome, answer.topic, answer.resources[0].id) == ("not_here", name, first)


@pytest.mark.parametrize(
    "text",
    [
        "My husband left me something and I would like to know where I may begin with all of this",
        "how do i connect from off campus",
        "alguien que no es estudiante puede usar las bases de datos",
    ],
)
async def test_a_story_without_a_name_is_asked_about_and_not_echoed(knowledge: Knowledge, text: str) -> None:
    assert (await found(knowledge, text)).outcome == "nothing_said"


@pytest.mark.parametrize(
    ("text", "formats"),
    [
        ("do you have anything new by james patterson", ()),
        ("stream jazz albums", (Format.MUSIC,)),
        ("do you have streaming", (Format.FILM,)),
        ("the new york times", ()),
    ],
)
async def test_an_ordinary_word_is_a_format_only_where_none_is_named(
    knowledge: Knowledge, text: str, formats: tuple[Format, ...]
) -> None:
    assert (await found(knowledge, text)).formats == formats

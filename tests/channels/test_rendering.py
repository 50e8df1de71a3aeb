"""Whatever the assistant can say fits every channel, whole and readable; and what some of it looks like on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from bot.channels.menu import items, named
from bot.channels.model import FORMS
from bot.channels.rendering import parts_of
from bot.channels.splitting import units
from bot.clock import FrozenClock
from bot.conversations.choices import NUMBERS_MOST
from bot.conversations.handoff_words import HandoffWords
from bot.conversations.model import Block, Message, Sender, text_block
from bot.conversations.sms import length
from bot.knowledge.answers import Answer, read_answer
from bot.say import with_link
from bot.settings import ROOT, Settings
from bot.wording import LANGUAGES, Wording
from tests.conftest import NOON

SEQ = 1234567
KEY = re.compile(r"\d{1,9}\.\d{1,9}|rate\.[a-z]+|leave\.\d{1,9}|answer\.\d{1,9}\.\d")
ADDRESS = re.compile(r"https?://[^\s()]+")
LONG = "https://www.alderfalls-public-library.example/services/at-the-branches/eastside?from=chat&lang=es#what-you-need"
WHEN = "Saturday, November 21, from 10:30 AM – noon"
# Facts as long as they come: three branches, a long title, a long address.
FACTS = {
    "places": "Main Library, Eastside Branch and Riverside Branch (closed on Mondays)",
    "branches": "Main Library, Eastside Branch and Riverside Branch",
    "library": "Alder Falls and Upper Chenango Valley Regional Public Library",
    "phone": "315-555-0140",
    "email": "ask-a-librarian@alderfalls-public-library.example",
    "url": LONG,
    "link": LONG,
    "source": f"[Hours and closures of all branches]({LONG})",
    "title": "The Absolutely True Story of How the Whole Town of Alder Falls Learned to Read, in Three Volumes",
    "count": "25",
    "minutes": "10",
    "code": "7KQM-2XPD",
}


@cache
def wording() -> Wording:
    return Wording.load(Settings().responses)


def message(blocks: list[Block], lang: str = "en", sender: Sender = Sender.BOT, name: str | None = None) -> Message:
    return Message("talk", SEQ, 0.0, sender, lang, blocks, name=name)


def texts(blocks: list[Block], channel: str, lang: str = "en", **more: Any) -> list[str]:
    return [part.text for part in parts_of(message(blocks, lang, **more), channel, wording())]


def responses() -> Iterator[tuple[str, str, Block]]:
    for name in sorted(wording().names()):
        for lang in LANGUAGES:
            named = wording().facts(name, lang)
            places = wording().say(name, lang, **{fact: f"<{fact}>" for fact in named})
            linked = set(re.findall(r"\]\(<(\w+)>\)", places))
            facts = {fact: LONG if fact in linked else FACTS.get(fact, WHEN) for fact in named}
            yield f"{name}-{lang}", lang, text_block(wording().say(name, lang, **facts))


@cache
def answers() -> list[Answer]:
    return [read_answer(path) for path in sorted((ROOT / "library/answers").glob("*.md"))]


def all_answers() -> Iterator[tuple[str, str, Block]]:
    for answer in answers():
        for lang in LANGUAGES:
            short = with_link(answer.short.to(lang), answer.source)
            for number, part in enumerate(answer.to(lang).parts):
                text = f"**{part.heading}**\n\n{part.text}" if part.heading else part.text
                block = text_block(f"{text}\n\nSource: [{answer.to(lang).title}]({answer.source})")
                yield f"{answer.id}.{number}-{lang}", lang, block | ({"short": short} if number == 0 else {})


def cards(count: int) -> Block:
    card = {
        "title": "Dungeons and Dragons for Teens, with “Alder Falls Adventurers”",
        "badge": "Registration is full",
        "lines": ["Saturday, November 21, 1:30 PM – 4:30 PM", "Teen Loft, Main Library, and online", "For **teens**"],
        "links": [{"label": "Register", "url": LONG}, {"label": "More about it", "url": f"{LONG}2"}],
    }
    return {"type": "cards", "cards": [card] * count}


def table(branches: int) -> Block:
    names = ["Main Library", "Eastside Branch", "Riverside Branch", "Bookmobile"][:branches]
    days = ["Sat, Nov 21", "Sun, Nov 22", "Mon, Nov 23", "Tue, Nov 24", "Wed, Nov 25", "Thu, Nov 26", "Fri, Nov 27"]
    rows = [[day, *["10 AM – 1 PM and 2 PM – 7 PM (the day before Thanksgiving)"] * branches] for day in days]
    head = ["Date", *(names if branches > 1 else ["Hours"])]
    return {"type": "table", "caption": "Hours of the week", "head": head, "rows": rows}


def choices(*labels: str) -> Block:
    return {"type": "choices", "choices": [{"label": label, "value": {"intent": "ask_hours"}} for label in labels]}


def survey(*labels: str) -> Block:
    options = [{"value": str(number), "label": label} for number, label in enumerate(labels, 1)]
    field = {"name": "answer", "label": "How easy was it to find what you need?", "kind": "options", "options": options}
    return {"type": "form", "purpose": "survey", "title": "One question", "fields": [field], "submit": "", "sent": ""}


def handoff() -> HandoffWords:
    return HandoffWords(wording(), FrozenClock(NOON), FACTS["phone"], FACTS["email"])


SCALE = survey("1: Not easy at all", "2", "3", "4", "5: Very easy")
FIVE = ("Main Library", "Eastside Branch", "Riverside Branch", "All of them", "Another day")
REALISTIC: dict[str, list[Block]] = {
    "cards of 25 events": [text_block("I found 25 events."), cards(25), text_block(f"Source: [Calendar]({LONG})")],
    "cards of 25 and choices": [cards(25), choices("This weekend", "At Eastside")],
    "one card": [cards(1)],
    "a week of three branches": [text_block("These are the hours."), table(3)],
    "a week of one branch": [table(1)],
    "two columns": [
        {"type": "table", "caption": "Now", "head": ["Branch", "Hours", "Status"], "rows": [["Main", "9 – 5", "Open"]]}
    ],
    "a ragged table": [
        {"type": "table", "caption": "", "head": ["Branch", "Hours"], "rows": [["Main", "9", "x"], ["East"]]}
    ],
    "two choices": [text_block("Which branch?"), choices("Main", "Eastside")],
    "twenty choices": [text_block("Which?"), choices(*(f"Branch number {number}" for number in range(1, 21)))],
    "thirty choices": [choices(*(f"Branch number {number}" for number in range(1, 31)))],
    "long labels": [choices("How do I borrow e-books on a Kindle that is registered in another country?", "x" * 130)],
    "labels with emoji": [choices("👩\u200d👩\u200d👧\u200d👦" * 3, "🙂" * 11)],
    "choices alone": [choices(*FIVE)],
    "a rating": [{"type": "divider", "text": "Ana has left the chat."}, *[handoff().rating("en")]],
    "a form": [text_block("No librarian is free."), handoff().form("Do you have a 3D printer?", "es")],
    "a survey": [SCALE],
    "a notice": [
        {"type": "notice", "kind": "warn", "text": f"**Closed today.** See [the page]({LONG})."},
        text_block("Yes."),
    ],
    "right to left": [text_block("המכון פתוח. " * 60 + "أستطيع المساعدة. " * 60), choices("כן", "لا")],
    "emoji without end": [text_block("🙂👋🏽👩\u200d👩\u200d👧\u200d👦🇲🇽" * 400)],
    "a very long text": [text_block(f"Every word of this counts, and so does [this link]({LONG}). " * 120)],
}


def everything() -> Iterator[Any]:
    for name, lang, block in [*responses(), *all_answers()]:
        yield pytest.param([block], lang, id=name)
    for name, blocks in REALISTIC.items():
        yield pytest.param(blocks, "en", id=name)


@pytest.mark.parametrize("channel", FORMS)
def test_everything_fits_whole_and_readable(channel: str) -> None:
    form = FORMS[channel]
    for case in everything():
        blocks, lang = case.values
        parts = parts_of(message(blocks, lang), channel, wording())
        assert parts, case.id
        for part in parts:
            assert 0 < units(part.text) <= form.most, case.id
            assert "**" not in part.text and not re.search(r"\]\(", part.text), case.id
            assert all(0 < units(button.label) <= form.label for button in part.buttons), case.id
            assert len(part.buttons) <= form.buttons, case.id
            assert all(KEY.fullmatch(button.key) and len(button.key.encode()) <= 64 for button in part.buttons), case.id
        assert [part.buttons for part in parts[:-1]] == [()] * (len(parts) - 1), case.id


@pytest.mark.parametrize("channel", FORMS)
def test_no_word_of_a_text_is_lost_cut_or_doubled(channel: str) -> None:
    for name, lang, block in [*responses(), *all_answers()]:
        written = block["text"]
        plain = re.sub(r"\[([^\]]+)\]\((?:mailto:|tel:)?([^\s()]+)\)", r"\1 \2", written)
        wanted = re.findall(r"[\w/:.?&=#-]+", plain.replace("**", ""))
        told = " ".join(texts([text_block(written)], channel, lang))
        heard = re.findall(r"[\w/:.?&=#-]+", told.replace("*", ""))
        # Dashes, dots and colons may be a telephone's; all else is there, in its order.
        assert [bare(word) for word in heard if bare(word)] == [bare(word) for word in wanted if bare(word)], name


def bare(word: str) -> str:
    return re.sub(r"[^\w]", "", word)


@pytest.mark.parametrize("channel", FORMS)
def test_links_are_whole_and_stand_alone(channel: str) -> None:
    for name, lang, block in [*responses(), *all_answers()]:
        wanted = {found.rstrip(".,;:") for found in ADDRESS.findall(block["text"])}
        told = " ".join(texts([text_block(block["text"])], channel, lang))
        for address in wanted:
            assert re.search(rf"(?:^|[\s(]){re.escape(address)}(?:[.,;:)]*\s|[.,;:)]*$)", told), (name, address)


@pytest.mark.parametrize("channel", FORMS)
@pytest.mark.parametrize("blocks", REALISTIC.values(), ids=REALISTIC)
def test_what_is_numbered_is_named_by_its_number_and_what_is_listed_by_its_words(
    channel: str, blocks: list[Block]
) -> None:
    parts = parts_of(message(blocks), channel, wording())
    offered = items(SEQ, blocks, wording(), "en")
    lines = "\n".join(part.text for part in parts).splitlines()
    numbered = wording().say("utter_channels_reply_number", "en") in lines
    assert numbered == (
        bool(offered) and not parts[-1].buttons and len(offered) <= NUMBERS_MOST and blocks[0]["type"] != "cards"
    )
    by_number = [named(str(number), SEQ, blocks, wording(), "en") for number in range(1, len(offered) + 1)]
    assert by_number == [item.key for item in offered] or not numbered
    labels = [item.label for item in offered]
    for place, item in enumerate(offered, 1):
        assert named(item.label, SEQ, blocks, wording(), "en") == item.key
        assert parts[-1].buttons or any(
            line in (f"{place}. {item.label}", item.label, f"- {item.label}") for line in lines
        )
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("channel", "labels", "buttons"),
    [
        ("sms", ("Main", "Eastside"), False),
        ("whatsapp", ("Main", "Eastside"), False),
        ("telegram", ("Main", "Eastside"), True),
        ("telegram", ("x" * 60,), True),
        ("telegram", ("x" * 61,), False),
        ("telegram", tuple("abcdefghijkl"), True),
        ("telegram", tuple("abcdefghijklm"), False),
        ("messenger", ("Not fully", "Twenty characters ok"), True),
        ("messenger", ("Twenty-one characters",), False),
        ("messenger", ("🙂" * 10,), True),
        ("messenger", ("🙂" * 10 + "!",), False),
        ("messenger", tuple("abcdefghijklm"), True),
        ("messenger", tuple("abcdefghijklmn"), False),
        ("slack", ("x" * 75,), True),
        ("slack", ("x" * 76,), False),
        ("webhook", ("x" * 100,), True),
    ],
)
def test_buttons_are_shown_where_they_fit(channel: str, labels: tuple[str, ...], buttons: bool) -> None:
    (part,) = parts_of(message([text_block("Which?"), choices(*labels)]), channel, wording())
    assert bool(part.buttons) is buttons
    assert [button.label for button in part.buttons] == (list(labels) if buttons else [])
    assert (labels[0] in part.text) is not buttons


@pytest.mark.parametrize("lang", LANGUAGES)
def test_text_messages_need_only_the_alphabet_of_every_telephone_where_the_language_does(lang: str) -> None:
    letters = set("áíóúçÁÍÓÚ")
    for name, of, block in [*responses(), *all_answers()]:
        # The sentence that names the languages we do not speak is in those languages.
        known = of != lang or "utter_language_note" in name
        strange = set() if known else set(length(" ".join(texts([block], "sms", lang))).strange)
        assert strange <= (letters if lang == "es" else set()), name


@pytest.mark.parametrize("path", [pytest.param(answer, id=answer.id) for answer in answers()])
def test_every_answer_is_two_or_three_text_messages(path: Answer) -> None:
    block = text_block(path.to("en").parts[0].text) | {"short": with_link(path.short.to("en"), path.source)}
    (told,) = texts([block], "sms")
    assert path.source in told and length(told).messages <= 3


@pytest.mark.parametrize(
    ("written", "sms", "whatsapp"),
    [
        ("We are **open** now.", "We are open now.", "We are *open* now."),
        ("**One\ntwo**", "One\ntwo", "One\ntwo"),
        ("**See [here](https://x.example/a)**", "See here: https://x.example/a", "See here: https://x.example/a"),
        ("[Hours](https://x.example/a).", "Hours: https://x.example/a.", "Hours: https://x.example/a."),
        (
            "Source: [Hours](https://x.example/a)",
            "Source: Hours, https://x.example/a",
            "Source: Hours, https://x.example/a",
        ),
        ("[https://x.example](https://x.example)", "https://x.example", "https://x.example"),
        ("[ask@x.example](mailto:ask@x.example)", "ask@x.example", "ask@x.example"),
        ("Call [315-555-0140](tel:315-555-0140)", "Call 315-555-0140", "Call 315-555-0140"),
        ("[us](mailto:ask@x.example)", "us: ask@x.example", "us: ask@x.example"),
        (
            "[A](https://en.wikipedia.org/wiki/A_(b))",
            "A: https://en.wikipedia.org/wiki/A_(b)",
            "A: https://en.wikipedia.org/wiki/A_(b)",
        ),
        ("“9 AM – 5 PM” … it’s", '"9 AM - 5 PM" ... it\'s', "“9 AM – 5 PM” … it’s"),
        ("cafe\u0301", "café", "cafe\u0301"),
        ("2 * 3 * 4 [not a link]", "2 * 3 * 4 [not a link]", "2 * 3 * 4 [not a link]"),
    ],
)
def test_marks_and_links_are_written_as_the_channel_shows_them(written: str, sms: str, whatsapp: str) -> None:
    assert texts([text_block(written)], "sms") == [sms]
    assert texts([text_block(written)], "whatsapp") == [whatsapp]


def test_staff_are_named_and_nothing_is_sent_for_what_only_asks_for_input() -> None:
    assert texts([text_block("Hello!")], "sms", sender=Sender.STAFF, name="Ana") == ["Ana: Hello!"]
    assert texts([], "sms") == []

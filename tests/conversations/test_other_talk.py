"""A patron says hello, thanks, something else, or nothing that can be understood."""

from __future__ import annotations

import pytest

from tests.conversations.script import Begin, Script, play, script

NOT_KNOWN = "I do not know that one. A librarian can help: call 315-555-0140 or write to ask@alderfalls.example."
BEYOND = (
    "That is beyond what I can do. I answer questions about the library: hours, events, books, e-books, cards, "
    "printing, rooms and much else. Perhaps one of these?"
)

OTHER_TALK = [
    script(
        "hello",
        "hi",
        reads=(
            "Hello! What would you like to know? I can help with hours, events, books and e-books, your card, "
            "printing, rooms and more."
        ),
    ),
    script("thanks", "is main open now", "thanks!", reads="You are welcome. Is there anything else?"),
    script(
        "no thanks for no help",
        "is main open now",
        "that was not helpful at all",
        reads=("I am sorry that this did not help. Would you like to talk to a librarian?", "[Yes, a librarian]"),
    ),
    script(
        "no thanks for no help in Spanish",
        "¿está abierta la biblioteca principal?",
        "eso no me sirvió de nada",
        reads=("Lamento que esto no le ayudara. ¿Quiere hablar con una persona de la biblioteca?",),
    ),
    script(
        "thanks with a no in it",
        "is main open now",
        "no, that was helpful, thanks",
        reads="You are welcome. Is there anything else?",
    ),
    script("goodbye", "bye", reads="Goodbye, and see you at the library!"),
    script(
        "whether it is a robot",
        "are you a robot",
        reads=(
            "I am the library's automated assistant, not a person, and I am glad to help. Ask me about hours, events, "
            "books and e-books, cards, printing, rooms, or anything else at the library. You can say “talk to a "
            "person” at any time."
        ),
    ),
    script(
        "the weather",
        "what's the weather tomorrow?",
        reads=(BEYOND, "[Opening hours]", "[Finding a book or another item]"),
    ),
    script("pizza", "i want a pizza", reads=BEYOND),
    script(
        "an order to the machine", "/restart", reads="All right, we leave that. Ask me anything else whenever you like."
    ),
    script("yes to nothing", "yes", reads="Good. What would you like to know?"),
    script("no to nothing", "no", reads="All right. Ask me anything about the library whenever you like."),
    script(
        "an offer is forgotten by the next message",
        "is estside opne sundy",
        "is main open now",
        "yes",
        reads="Good. What would you like to know?",
    ),
]


@pytest.mark.parametrize("played", OTHER_TALK, ids=lambda played: played.name)
async def test_patron_says_something_else(talk: Begin, played: Script) -> None:
    await play(talk, played)


UNSURE = "free stuff for families over the break"


async def test_unsure_assistant_offers_what_may_be_meant(talk: Begin) -> None:
    chat = await talk()
    lines = (await chat.say(UNSURE)).splitlines()
    assert lines[0] == "I am not sure I understood. Did you mean:"
    assert "[Events and programs]" in lines and lines[-1] == "[None of these]"


async def test_patron_chooses_what_was_meant_and_their_details_are_kept(talk: Begin) -> None:
    chat = await talk()
    await chat.say(UNSURE)
    cards = (await chat.choose("Events and programs")).split("\n")
    assert any(line.startswith("For ") for line in cards)
    assert [
        line
        for line in cards
        if line.startswith("For ") and "famil" not in line and "child" not in line and "all" not in line
    ] == []


async def test_patron_writes_out_what_was_meant(talk: Begin) -> None:
    chat = await talk()
    await chat.say(UNSURE)
    assert "events in the next two weeks" in await chat.say("events and programs")


async def test_patron_says_yes_to_the_first_that_was_offered(talk: Begin) -> None:
    chat = await talk()
    first = (await chat.say(UNSURE)).splitlines()[1]
    typed = await chat.say("yes")
    again = await talk()
    await again.say(UNSURE)
    assert typed == await again.choose(first.strip("[]"))


async def test_patron_meant_none_of_these(talk: Begin) -> None:
    chat = await talk()
    await chat.say(UNSURE)
    assert await chat.choose("None of these") == NOT_KNOWN


async def test_patron_chooses_a_topic_of_the_welcome(talk: Begin) -> None:
    chat = await talk()
    assert "Open now: Main Library and Eastside Branch." in await chat.choose("Is the library open now?")


@pytest.mark.parametrize(
    "text",
    [
        "asdf qwer zxcv",
        '/ask_hours{"branch":"x"}',
        "😀😀",
        "?" * 1000,
        "la " * 333,
        "<b>x</b> {place} [a](b)",
        "\u202edesrever",
    ],
    ids=["gibberish", "intent", "emoji", "marks", "long", "markup", "backwards"],
)
async def test_whatever_is_typed_is_answered_with_what_can_be_asked(talk: Begin, text: str) -> None:
    chat = await talk()
    answer = await chat.say(text)
    helpful = ("hours", "horarios", "315-555-0140", "whole sentence", "frase completa", "Did you mean")
    assert any(words in answer for words in helpful)
    assert "something went wrong" not in answer and "{" not in answer
    assert "Yes, Main Library is open now, until 5 PM." in await chat.say("is main open now?")

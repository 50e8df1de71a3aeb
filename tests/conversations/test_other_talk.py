"""A patron says hello, thanks, something else, or nothing that can be understood."""

from __future__ import annotations

import pytest

from tests.conversations.script import Begin, Script, play, script

NOT_KNOWN = "I do not know that one. A librarian can help: call 315-555-0140 or write to ask@alderfalls.example."
BEYOND = (
    "That is beyond what I can do. I answer questions about the library: hours, events, directions, "
    "parking and contacts."
)
NOT_LEARNED = (
    "That is something the library can help with, but I have not learned it yet. Please call 315-555-0140 or write to "
    "ask@alderfalls.example; more is at https://alderfalls.example."
)

OTHER_TALK = [
    script(
        "hello",
        "hi",
        reads="Hello! What would you like to know? I can help with hours, events, directions, parking and contacts.",
    ),
    script("thanks", "is main open now", "thanks!", reads="You are welcome. Is there anything else?"),
    script("goodbye", "bye", reads="Goodbye, and see you at the library!"),
    script(
        "whether it is a robot",
        "are you a robot",
        reads=(
            "I am the library's automated assistant, not a person, and I am glad to help. Ask me about hours, events, "
            "directions, parking or contacts."
        ),
    ),
    script("the weather", "what's the weather tomorrow?", reads=(BEYOND, "[Opening hours]", "[Parking]")),
    script("pizza", "i want a pizza", reads=BEYOND),
    script("a renewal", "how do i renew my books?", reads=NOT_LEARNED, never=("open", "Hours")),
    script("a title in the catalogue", "do you have the new stephen king?", reads=NOT_LEARNED),
    script("an order to the machine", "/restart", reads=NOT_KNOWN),
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


UNSURE = "is estside opne sundy"
EASTSIDE_ON_SUNDAY = "Eastside Branch is closed tomorrow, Sunday, November 22."


async def test_unsure_assistant_offers_what_was_meant_with_the_patrons_branch(talk: Begin) -> None:
    chat = await talk()
    assert await chat.say(UNSURE) == (
        "I am not sure I understood. Did you mean:\n[Opening hours: Eastside Branch]\n[None of these]"
    )


async def test_patron_chooses_what_was_meant_and_their_day_is_kept(talk: Begin) -> None:
    chat = await talk()
    await chat.say(UNSURE)
    assert EASTSIDE_ON_SUNDAY in await chat.choose("Opening hours: Eastside Branch")


async def test_patron_says_yes_to_what_was_meant(talk: Begin) -> None:
    chat = await talk()
    await chat.say(UNSURE)
    assert EASTSIDE_ON_SUNDAY in await chat.say("yes")


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
    assert any(word in answer for word in ("hours", "horarios", "315-555-0140", "whole sentence", "frase completa"))
    assert "something went wrong" not in answer and "{" not in answer
    assert "Yes, Main Library is open now, until 5 PM." in await chat.say("is main open now?")

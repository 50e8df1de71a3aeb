"""A patron changes one thing about the last question."""

from __future__ import annotations

import pytest

from tests.conversations.script import Begin, Script, play, script

SUNDAY_AT_MAIN = "Yes, Main Library is open tomorrow, Sunday, November 22: 1 PM – 5 PM."

FOLLOW_UPS = [
    script("the branch", "is eastside open sunday?", "and the main library?", reads=SUNDAY_AT_MAIN),
    script("the day", "is main open now", "what about sunday", reads=SUNDAY_AT_MAIN),
    script(
        "the day, twice",
        "is main open now",
        "what about sunday",
        "and monday?",
        reads="Yes, Main Library is open on Monday, November 23: 9 AM – 9 PM.",
    ),
    script(
        "all branches in place of one",
        "is eastside open sunday?",
        "all branches",
        reads=("Open tomorrow, Sunday, November 22: Main Library.", "Riverside Branch | Closed"),
    ),
    script("a correction", "is riverside open sunday?", "no, I meant main", reads=SUNDAY_AT_MAIN),
    script(
        "the branch, where it is about parking",
        "is there parking at riverside",
        "and eastside?",
        reads=(
            "Parking at Eastside Branch: Large lot in front of the Orchard Plaza. Free. Eight accessible "
            "spaces, three of "
            "them at the library's door."
        ),
    ),
    script(
        "a new question keeps the branch",
        "is eastside open sunday?",
        "where can i park?",
        reads=(
            "Parking at Eastside Branch: Large lot in front of the Orchard Plaza. Free. Eight accessible "
            "spaces, three of "
            "them at the library's door."
        ),
    ),
    script(
        "a day after a question that has no day",
        "is there parking at riverside",
        "tomorrow",
        reads=(
            "Riverside Branch is closed tomorrow, Sunday, November 22. It opens again on Monday, November 23 at 10 AM."
        ),
    ),
    script(
        "the branch of an event",
        "any storytimes for toddlers next week?",
        "and at eastside?",
        reads="I found 2 events at Eastside Branch from Monday, November 23 to Sunday, November 29:",
    ),
    script(
        "with nothing before it",
        "eastside?",
        reads="Eastside Branch is open now, until 5 PM.",
    ),
    script(
        "the language in mid-talk",
        "is main open now",
        "¿y el domingo?",
        reads="Sí, la Biblioteca Principal abre mañana, domingo 22 de noviembre: 1 p.m. – 5 p.m.",
    ),
]


@pytest.mark.parametrize("played", FOLLOW_UPS, ids=lambda played: played.name)
async def test_patron_changes_one_thing(talk: Begin, played: Script) -> None:
    await play(talk, played)


async def test_two_patrons_have_talks_of_their_own(talk: Begin) -> None:
    first, second = await talk(), await talk()
    await first.say("is eastside open now?")
    await second.say("is main open now?")
    assert "Eastside Branch is closed tomorrow" in await first.say("what about sunday")
    assert "Main Library is open tomorrow" in await second.say("what about sunday")

"""A patron asks when the library is open."""

from __future__ import annotations

import pytest

from tests.conversations.script import Begin, Script, play, script

HOURS = [
    script(
        "a branch that is closed on the day",
        "is eastside open sunday?",
        reads=(
            "No, Eastside Branch is closed tomorrow, Sunday, November 22. It opens again on Tuesday, "
            "November 24 at 10 AM."
        ),
        never=("Yes",),
    ),
    script("open now, until when", "is the main library open now?", reads="Yes, Main Library is open now, until 5 PM."),
    script(
        "until when, which is no question for a yes",
        "when does the main library close?",
        reads="Main Library is open now, until 5 PM.",
        never=("Yes",),
    ),
    script(
        "before it opens",
        "is the main library open now?",
        at="2026-11-22 08:00",
        reads="No, Main Library is closed now. It opens today at 1 PM.",
    ),
    script(
        "after it closed",
        "is main open today?",
        at="2026-11-21 20:00",
        reads="No, Main Library has closed for today; its hours were 10 AM – 5 PM. It opens again tomorrow at 1 PM.",
    ),
    script(
        "at lunch time of a day in two parts",
        "is riverside open?",
        at="2026-11-18 13:30",
        reads="No, Riverside Branch is closed now. It opens today at 2 PM.",
    ),
    script(
        "a day in two parts",
        "what are the hours of riverside today",
        at="2026-11-18 13:30",
        reads=(
            "Riverside Branch is open today: 10 AM – 1 PM and 2 PM – 7 PM. It is closed just now and opens "
            "again at 2 PM."
        ),
    ),
    script(
        "at a time of day that is too late",
        "is the main library open at 7pm?",
        reads="No, Main Library is closed at 7 PM today. Its hours today: 10 AM – 5 PM.",
    ),
    script(
        "at a time tomorrow",
        "is main open tomorrow at 3pm",
        reads="Yes, Main Library is open at 3 PM tomorrow, Sunday, November 22. Its hours that day: 1 PM – 5 PM.",
    ),
    script(
        "what time it opens tomorrow",
        "what time does main open tomorrow",
        reads="Main Library is open tomorrow, Sunday, November 22: 1 PM – 5 PM.",
    ),
    script(
        "a holiday by its name",
        "are you open on thanksgiving?",
        reads=(
            "No, all our branches are closed on Thursday, November 26 (Thanksgiving Day). "
            "The first to open again is Main Library, on Friday, November 27 at 9 AM."
        ),
    ),
    script(
        "whether it is closed",
        "is riverside closed on thanksgiving",
        reads=(
            "Yes, Riverside Branch is closed on Thursday, November 26 (Thanksgiving Day). "
            "It opens again on Friday, November 27 at 10 AM."
        ),
    ),
    script(
        "on the holiday itself",
        "is main open now",
        at="2026-11-26 10:00",
        reads="No, Main Library is closed today (Thanksgiving Day). It opens again tomorrow at 9 AM.",
    ),
    script(
        "a holiday by its short name, next year",
        "is eastside open on MLK day",
        reads=(
            "No, Eastside Branch is closed on Monday, January 18, 2027 (Martin Luther King Jr. Day). "
            "It opens again on Tuesday, January 19, 2027 at 10 AM."
        ),
    ),
    script(
        "a day that ends early",
        "is eastside open on christmas eve",
        reads=(
            "Yes, Eastside Branch is open on Thursday, December 24 (Christmas Eve): 10 AM – 1 PM. "
            "Its usual hours are 10 AM – 8 PM."
        ),
    ),
    script(
        "now, on a day that ends early",
        "is main open now",
        at="2026-12-24 12:00",
        reads="Yes, Main Library is open now, until 1 PM. Special hours today (Christmas Eve).",
    ),
    script(
        "over the end of the year",
        "is main open tomorrow",
        at="2026-12-31 12:00",
        reads=(
            "No, Main Library is closed tomorrow, Friday, January 1, 2027 (New Year's Day). "
            "It opens again on Saturday, January 2, 2027 at 10 AM."
        ),
    ),
    script(
        "the week of one branch, on a Saturday",
        "what are eastside's hours this week?",
        reads=(
            "These are the hours of Eastside Branch, from today to Friday, November 27.",
            "Sat, Nov 21 | 10 AM – 5 PM",
            "Mon, Nov 23 | Closed",
            "Wed, Nov 25 | 10 AM – 5 PM (the day before Thanksgiving)",
            "Thu, Nov 26 | Closed (Thanksgiving Day)",
        ),
    ),
    script(
        "all branches now",
        "are you open?",
        reads=(
            "Open now: Main Library and Eastside Branch.",
            "Branch | Hours | Status",
            "Main Library | 10 AM – 5 PM | Open until 5 PM",
            "Riverside Branch | 10 AM – 2 PM | Closed; opens on Monday, November 23 at 10 AM",
        ),
    ),
    script(
        "all branches on a day",
        "which branches are open on monday?",
        reads=(
            "Open on Monday, November 23: Main Library and Riverside Branch.",
            "Main Library | 9 AM – 9 PM",
            "Eastside Branch | Closed",
            "Riverside Branch | 10 AM – 1 PM and 2 PM – 7 PM",
        ),
    ),
    script(
        "every branch has closed for the day",
        "are you open today?",
        at="2026-11-21 20:00",
        reads=("No, all our branches are closed now.", "Main Library | 10 AM – 5 PM | Closed; opens tomorrow at 1 PM"),
    ),
    script(
        "one desk",
        "is the reference desk at main open now?",
        reads="Yes, the reference desk at Main Library is open now, until 4 PM.",
    ),
    script(
        "a room that opens by appointment on some days",
        "when is the local history room open",
        reads=(
            "These are the hours of the Local History Room at Main Library, from today to Friday, November 27.",
            "Sat, Nov 21 | 10 AM – 2 PM by appointment",
            "Tue, Nov 24 | 1 PM – 7 PM",
            "Please write or call two days ahead for an appointment.",
        ),
    ),
    script(
        "by appointment, now",
        "is the local history room open now",
        at="2026-11-21 11:00",
        reads=(
            "The Local History Room at Main Library is open by appointment now, until 2 PM. To make one, call "
            "315-555-0145. Please write or call two days ahead for an appointment."
        ),
        never=("Yes", "by appointment It"),
    ),
    script(
        "the book drop on a holiday",
        "is the book drop at eastside open now?",
        at="2026-11-26 10:00",
        reads="Yes, the book drop at Eastside Branch is open now, day and night.",
    ),
    script(
        "the week in which the clocks go back",
        "what are the main library's hours next week",
        at="2026-10-26 12:00",
        reads=("Mon, Nov 2 | 9 AM – 9 PM", "Sun, Nov 8 | 1 PM – 5 PM"),
    ),
    script(
        "the day on which the clocks go back",
        "is main open now",
        at="2026-11-01 16:30",
        reads="Yes, Main Library is open now, until 5 PM.",
    ),
    script(
        "the day on which the clocks go forward",
        "is main open tomorrow at 3pm",
        at="2027-03-13 12:00",
        reads="Yes, Main Library is open at 3 PM tomorrow, Sunday, March 14. Its hours that day: 1 PM – 5 PM.",
    ),
    script(
        "from the page of a branch",
        "are you open now?",
        branch="riverside",
        reads="No, Riverside Branch is closed now. It opens again on Monday, November 23 at 10 AM.",
    ),
    script(
        "a long story with the question at its end",
        "Hello there. My sister is in town until tuesday with her two boys and we want to bring back a whole pile of "
        "books that we have had since the summer. Is the riverside branch open on monday?",
        reads="Yes, Riverside Branch is open on Monday, November 23: 10 AM – 1 PM and 2 PM – 7 PM.",
    ),
    script(
        "misspelt",
        "is estside open sundy",
        reads=(
            "No, Eastside Branch is closed tomorrow, Sunday, November 22. It opens again on Tuesday, "
            "November 24 at 10 AM."
        ),
    ),
]


@pytest.mark.parametrize("played", HOURS, ids=lambda played: played.name)
async def test_patron_asks_when_the_library_is_open(talk: Begin, played: Script) -> None:
    await play(talk, played)


async def test_hours_name_their_source_in_one_line_with_a_link(talk: Begin) -> None:
    chat = await talk()
    await chat.say("is main open now?")
    (block,) = chat.last["blocks"]
    assert block["text"] == (
        "Yes, **Main Library** is open now, until 5 PM.\n\n"
        "Source: [Alder Falls Public Library](https://alderfalls.example)"
    )

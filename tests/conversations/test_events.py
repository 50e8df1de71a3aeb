"""A patron asks what is on."""

from __future__ import annotations

import pytest

from tests.conversations.script import Begin, Script, play, script

MONDAY = "2026-11-23 09:00"

EVENTS = [
    script(
        "storytime for toddlers",
        "any storytimes for toddlers this week?",
        at=MONDAY,
        reads=(
            "I found 4 events from today to Sunday, November 29:",
            "Toddler Storytime",
            "Tuesday, November 24, 10 AM – 10:45 AM",
            "Story Room, Main Library",
            "For toddlers",
            "No registration: just come",
            "Toddler Storytime (Cancelled)",
            "Reason: Thanksgiving Day",
        ),
        never=("LEGO", "Yoga"),
    ),
    script(
        "none in the time asked about, and the next one",
        "any storytimes for toddlers this week?",
        reads=(
            "I found nothing from today to Sunday, November 22. The next one is on Tuesday, November 24:",
            "Toddler Storytime",
        ),
    ),
    script(
        "a subject",
        "any lego this week?",
        reads=(
            "I found one event from today to Sunday, November 22:",
            "LEGO Saturday (On now)",
            "Orchard Room, Eastside Branch",
        ),
    ),
    script(
        "a title",
        "when is the next lego club",
        at=MONDAY,
        reads=("I found 2 events in the next two weeks:", "LEGO Club", "Wednesday, November 25, 4 PM – 5 PM"),
        never=("LEGO Saturday",),
    ),
    script(
        "online",
        "are there online events",
        reads=(
            "I found 3 events in the next two weeks:",
            "Lunch-Hour Book Club Online",
            "Maple Room, Main Library, and online",
        ),
        never=("Toddler",),
    ),
    script(
        "cancelled, and when it is on again",
        "is there preschool storytime on wednesday?",
        at=MONDAY,
        reads=(
            "Preschool Storytime on Wednesday, November 25 is cancelled. The next one is on Wednesday, December 2:",
            "Preschool Storytime (Cancelled)",
            "Wednesday, December 2, 10:30 AM – 11:15 AM",
        ),
    ),
    script(
        "a holiday on which all is cancelled",
        "any events on thanksgiving?",
        at=MONDAY,
        reads=(
            "All 12 events on Thursday, November 26 (Thanksgiving Day) are cancelled. The next one is on "
            "Friday, November 27:",
        ),
    ),
    script(
        "moved to another day",
        "is there a toddler storytime at eastside this week",
        at="2026-11-18 12:00",
        reads=("Toddler Storytime (Moved)", "Friday, November 20, 10:30 AM – 11:15 AM", "Moved from Thu, Nov 19"),
    ),
    script(
        "full",
        "is there a watercolor class",
        reads=("I found one event in the next two weeks, but it is full:", "Watercolor for Beginners (Full)"),
        never=("Registration", "Register"),
    ),
    script(
        "in two branches at once",
        "any book discussions today?",
        at="2026-12-05 09:00",
        reads=("Alder Falls Reads: Opening Day", "Maple Room, Main Library; Orchard Room, Eastside Branch"),
    ),
    script(
        "in progress",
        "what's on at eastside today",
        reads=("I found one event at Eastside Branch today:", "LEGO Saturday (On now)"),
    ),
    script(
        "nothing at this moment",
        "any events right now",
        at="2026-11-25 10:45",
        reads=("I found nothing right now. The next one is today:", "Play and Learn for Toddlers"),
        never=("Preschool",),
    ),
    script(
        "an evening without it",
        "is there a book club tonight",
        reads=(
            "I found nothing today from 5 PM. The next one is on Wednesday, November 25:",
            "Lunch-Hour Book Club Online",
        ),
    ),
    script(
        "an evening with it",
        "is there a book club tonight",
        at="2026-12-15 10:00",
        reads=(
            "I found one event today from 5 PM:",
            "Second Tuesday Book Club",
            "Tuesday, December 15, 6:30 PM – 8 PM",
        ),
    ),
    script(
        "teens on a day",
        "what is there for teens on friday",
        reads=(
            "I found one event on Friday, November 27:",
            "Python Club",
            "Registration required; 4 places left",
            "Register",
        ),
    ),
    script(
        "the audience changed",
        "what is there for teens on friday",
        "what about for adults?",
        reads=("I found 3 events on Friday, November 27:", "Cookbook Club: Soups", "Mystery Lovers' Book Club"),
        never=("Python",),
    ),
    script(
        "the day changed",
        "any storytimes for toddlers this week?",
        "what about next week",
        reads=("I found 4 events from Monday, November 23 to Sunday, November 29:", "Sensory Storytime"),
    ),
    script(
        "a branch and a day",
        "what events are there at riverside on friday",
        reads=("I found 2 events at Riverside Branch on Friday, November 27:", "Music and Movement"),
    ),
    script(
        "a subject that no event has",
        "is there a harry potter event",
        reads=(
            "I found no event that mentions “harry potter” in the next months. The full calendar is at "
            "https://alderfalls.example/events.",
            "[Show all events]",
        ),
        never=("LEGO",),
    ),
    script(
        "a subject that no event of the day has",
        "any dinosaur events next weekend?",
        reads=(
            "No event mentions “dinosaur”. I found 10 events from Saturday, November 28 to Sunday, November 29:",
            "Sunday Film",
        ),
    ),
    script("a subject alone", "chess", at=MONDAY, reads=("Chess Corner", "For children, tweens and teens")),
    script(
        "anything at all",
        "what events do you have?",
        reads=(
            "I found 99 events in the next two weeks. These are the first 10; name a day, a branch or an "
            "age, and I will "
            "show fewer.",
        ),
    ),
]


@pytest.mark.parametrize("played", EVENTS, ids=lambda played: played.name)
async def test_patron_asks_what_is_on(talk: Begin, played: Script) -> None:
    await play(talk, played)


async def test_an_event_is_a_card_with_its_links(talk: Begin) -> None:
    chat = await talk()
    await chat.say("what is there for teens on friday")
    (card,) = chat.last["blocks"][1]["cards"]
    assert card == {
        "title": "Python Club",
        "lines": [
            "Friday, November 27, 4 PM – 5:30 PM",
            "Tech Lab, Main Library",
            "For teens",
            "Registration required; 4 places left",
        ],
        "links": [
            {"label": "Register", "url": "https://alderfalls.example/register/python-teens"},
            {"label": "More about it", "url": "https://alderfalls.example/events/python-teens"},
        ],
    }


async def test_patron_sees_all_events_when_none_mentions_what_they_look_for(talk: Begin) -> None:
    chat = await talk()
    await chat.say("is there a harry potter event")
    assert "I found 99 events in the next two weeks." in await chat.choose("Show all events")

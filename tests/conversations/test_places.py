"""A patron asks where a branch is, where to park, and whom to call."""

from __future__ import annotations

import pytest

from tests.conversations.script import Begin, Script, play, script

PLACES = [
    script(
        "where one branch is",
        "what is the address of the eastside branch?",
        reads=(
            "Eastside Branch is at 1480 Orchard Avenue, Alder Falls, NY 13098. In the Orchard Plaza, "
            "between the pharmacy "
            "and the elementary school. Bus line 4 stops at Orchard Plaza.",
            "[Show it on a map](https://www.openstreetmap.org/?mlat=43.0317&mlon=-75.5790#map=18/43.0317/-75.5790)",
        ),
    ),
    script(
        "where the branches are",
        "how do i get to the library",
        reads=("We have 3 branches:", "Main Library", "210 Market Street, Alder Falls, NY 13099", "Map"),
    ),
    script(
        "where a service is",
        "where is the maker space",
        reads=(
            "The Maker Space is at Eastside Branch. Eastside Branch is at 1480 Orchard Avenue, Alder Falls, NY 13098. "
            "In the Orchard Plaza, between the pharmacy and the elementary school. Bus line 4 stops at Orchard Plaza."
        ),
    ),
    script(
        "where a service of every branch is",
        "where is the reference desk",
        reads=(
            "The reference desk is at these branches:",
            "First floor, facing the entrance",
            "9 Mill Lane, Alder Falls, NY 13099",
        ),
    ),
    script(
        "where a desk is in its branch",
        "where is the reference desk at main",
        reads=(
            "The reference desk at Main Library: first floor, facing the entrance. Main Library is at 210 Market "
            "Street, Alder Falls, NY 13099. On the corner of Market Street and Second Avenue, across from City Hall. "
            "The accessible entrance is on Second Avenue. Bus lines 1, 4 and 7 stop at City Hall, one minute on foot."
        ),
    ),
    script(
        "parking at one branch",
        "is there parking at riverside",
        reads=(
            "Parking at Riverside Branch: Twelve spaces beside the mill; more at the River Park lot across the "
            "footbridge. Free. Two accessible spaces beside the ramp."
        ),
    ),
    script(
        "parking at all",
        "where can i park?",
        reads=("Each branch has parking:", "Eastside Branch", "Large lot in front of the Orchard Plaza.", "Free."),
    ),
    script(
        "the phone number of a branch",
        "phone number of the eastside branch",
        reads=(
            "Eastside Branch: call 315-555-0152 or write to eastside@alderfalls.example. The reference desk "
            "is open now, "
            "until 4:30 PM."
        ),
    ),
    script(
        "the phone number of a desk, without a branch",
        "phone number of the reference desk",
        reads=(
            "This is how to reach the reference desk at each branch:",
            "Main Library | 315-555-0141 | reference@alderfalls.example",
            "Riverside Branch | 315-555-0167 | riverside@alderfalls.example",
        ),
    ),
    script(
        "the address of a desk, in the evening",
        "email of the reference desk at main",
        at="2026-11-21 18:00",
        reads=(
            "The reference desk at Main Library: call 315-555-0141 or write to reference@alderfalls.example. "
            "The reference desk is closed now and opens tomorrow at 1 PM."
        ),
    ),
    script(
        "the numbers of all",
        "what's your phone number",
        reads=(
            "For any question, call 315-555-0140 or write to ask@alderfalls.example. Each branch also has its own:",
            "Riverside Branch | 315-555-0167 | riverside@alderfalls.example",
        ),
    ),
    script(
        "a person, while somebody is there",
        "can i talk to a person?",
        reads=(
            "No librarian is free in this chat right now. You can call 315-555-0140 or write to "
            "ask@alderfalls.example, or leave a message here and we will answer it."
        ),
    ),
    script(
        "a person, at night",
        "i want to talk to a librarian",
        at="2026-11-21 21:00",
        reads=(
            "Our librarians are away now. They are back in this chat tomorrow from 1 PM. "
            "I can still answer many questions, or you can leave a message here."
        ),
    ),
]


@pytest.mark.parametrize("played", PLACES, ids=lambda played: played.name)
async def test_patron_asks_where_and_whom(talk: Begin, played: Script) -> None:
    await play(talk, played)

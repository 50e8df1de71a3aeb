"""What a patron reads on a telephone, whole messages as they arrive: judge them by eye."""

from __future__ import annotations

import pytest

from bot.conversations.model import Block, text_block
from tests.channels.test_rendering import SCALE, choices, handoff, texts

EVENTS = {
    "type": "cards",
    "cards": [
        {
            "title": title,
            **({"badge": badge} if badge else {}),
            "lines": [when, where, "For children and families", "No registration: just come"],
            "links": [{"label": "More about it", "url": f"https://alderfalls.example/events/{number}"}],
        }
        for number, (title, badge, when, where) in enumerate(
            [
                ("LEGO Saturday", "On now", "Saturday, November 21, 1 PM – 2:30 PM", "Orchard Room, Eastside Branch"),
                ("Sunday Concert", None, "Sunday, November 22, 2 PM – 3:15 PM", "Maple Room, Main Library"),
                ("River Walking Club", None, "Monday, November 23, 10:15 AM – 11:30 AM", "Riverside Branch"),
                ("Baby Lapsit", "Full", "Monday, November 23, 10:30 AM – 11 AM", "Story Room, Main Library"),
                ("Homework Help", None, "Monday, November 23, 3:30 PM – 5:30 PM", "Teen Loft, Main Library"),
            ],
            1,
        )
    ],
}
WEEK: Block = {
    "type": "table",
    "caption": "Hours of Main Library and Eastside Branch",
    "head": ["Date", "Main Library", "Eastside Branch"],
    "rows": [
        ["Sat, Nov 21", "10 AM – 5 PM", "10 AM – 5 PM"],
        ["Sun, Nov 22", "1 PM – 5 PM", "Closed"],
        ["Thu, Nov 26", "Closed (Thanksgiving Day)", "Closed (Thanksgiving Day)"],
    ],
}
NOW: Block = {
    "type": "table",
    "caption": "Hours today",
    "head": ["Branch", "Hours", "Status"],
    "rows": [["Main Library", "10 AM – 5 PM", "Open until 5 PM"], ["Riverside Branch", "10 AM – 2 PM", "Closed"]],
}
SOURCE = "Source: [Alder Falls Public Library](https://alderfalls.example)"

SEEN: list[tuple[str, str, list[Block], str]] = [
    (
        "a week of two branches",
        "sms",
        [text_block("These are the hours of Main Library and Eastside Branch."), WEEK, text_block(SOURCE)],
        """\
These are the hours of Main Library and Eastside Branch.

Main Library
Sat, Nov 21: 10 AM - 5 PM
Sun, Nov 22: 1 PM - 5 PM
Thu, Nov 26: Closed (Thanksgiving Day)

Eastside Branch
Sat, Nov 21: 10 AM - 5 PM
Sun, Nov 22: Closed
Thu, Nov 26: Closed (Thanksgiving Day)

Source: Alder Falls Public Library, https://alderfalls.example""",
    ),
    (
        "what is open now",
        "sms",
        [text_block("Open now: **Main Library**."), NOW],
        """\
Open now: Main Library.

Hours today

Main Library
Hours: 10 AM - 5 PM
Status: Open until 5 PM

Riverside Branch
Hours: 10 AM - 2 PM
Status: Closed""",
    ),
    (
        "events by text message",
        "sms",
        [text_block("I found 5 events."), EVENTS, choices("This weekend", "At Eastside")],
        """\
I found 5 events.

1. LEGO Saturday (On now)
Saturday, November 21, 1 PM - 2:30 PM
Orchard Room, Eastside Branch
https://alderfalls.example/events/1

2. Sunday Concert
Sunday, November 22, 2 PM - 3:15 PM
Maple Room, Main Library
https://alderfalls.example/events/2

3. River Walking Club
Monday, November 23, 10:15 AM - 11:30 AM
Riverside Branch
https://alderfalls.example/events/3

4. Baby Lapsit (Full)
Monday, November 23, 10:30 AM - 11 AM
Story Room, Main Library
https://alderfalls.example/events/4

... and 1 more.

To read more about one of them, write for example: the second one

You can also write:
- This weekend
- At Eastside""",
    ),
    (
        "one event by WhatsApp",
        "whatsapp",
        [EVENTS | {"cards": EVENTS["cards"][:1]}],
        """\
LEGO Saturday (On now)
Saturday, November 21, 1 PM – 2:30 PM
Orchard Room, Eastside Branch
For children and families
No registration: just come
https://alderfalls.example/events/1""",
    ),
    (
        "an answer with what else there is",
        "sms",
        [
            text_block("**Large print** is on shelves of its own.")
            | {"short": "All branches have large print. https://alderfalls.example/large-print"},
            choices("Who can have Talking Books", "Dyslexia"),
        ],
        """\
All branches have large print. https://alderfalls.example/large-print

1. Who can have Talking Books
2. Dyslexia
Reply with the number, or write your question.""",
    ),
    (
        "the same answer by WhatsApp",
        "whatsapp",
        [text_block("**Large print** is on shelves of its own.") | {"short": "All branches have large print."}],
        "*Large print* is on shelves of its own.",
    ),
    (
        "a scale is numbered once",
        "sms",
        [SCALE],
        """\
How easy was it to find what you need?

1: Not easy at all
2
3
4
5: Very easy
Reply with the number, or write your question.""",
    ),
    (
        "the chat is given back and rated",
        "sms",
        [handoff().divider("back", "en"), handoff().rating("en")],
        """\
(You are chatting with the automated assistant again. Your earlier messages are kept)

Did this chat help you?

1. Yes
2. Partly
3. No
Reply with the number, or write your question.""",
    ),
    (
        "nobody is there",
        "sms",
        [text_block("No librarian is free just now."), handoff().form("Do you have a 3D printer?", "en")],
        """\
No librarian is free just now.

If you leave your question, a librarian answers it here in this chat.

1. Leave my question
Reply with the number, or write your question.""",
    ),
    (
        "nobody is there, in Spanish, by WhatsApp",
        "whatsapp",
        [text_block("Ahora nadie está libre."), handoff().form("¿Tienen impresora 3D?", "es")],
        """\
Ahora nadie está libre.

Si deja su pregunta, una persona de la biblioteca la contesta aquí, en este chat.

1. Dejar mi pregunta
Responda con el número, o escriba su pregunta.""",
    ),
]


@pytest.mark.parametrize(("channel", "blocks", "seen"), [pytest.param(*one[1:], id=one[0]) for one in SEEN])
def test_what_a_patron_reads(channel: str, blocks: list[Block], seen: str) -> None:
    assert texts(blocks, channel, lang="es" if "Responda" in seen else "en") == [seen]

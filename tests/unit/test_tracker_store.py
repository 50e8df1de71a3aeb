"""Rasa's memory of a talk: bounded, forgiving, and never the end of the process."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.settings import ROOT
from bot.storage.engine import sync_engine
from bot.storage.models import rasa_tracker
from bot.understanding.tracker_store import KEPT_TURNS, BoundedTrackerStore, current_turn

TALK = "web-3f2a90c1"


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


@pytest.fixture
def store(domain: Domain, database_url: str) -> Iterator[BoundedTrackerStore]:
    store = BoundedTrackerStore(domain, database=database_url)
    yield store
    store.close()


@pytest.fixture(autouse=True)
def no_turn_under_way() -> Iterator[None]:
    token = current_turn.set(None)
    yield
    current_turn.reset(token)


def a_turn(number: int, *more: Event) -> list[Event]:
    text = f"message {number}"
    parsed = {"text": text, "intent": {"name": "ask_hours", "confidence": 0.9}, "entities": [], "intent_ranking": []}
    return [
        UserUttered(text, intent=parsed["intent"], parse_data=parsed, message_id=str(number)),
        *more,
        ActionExecuted("action_tell_hours"),
        BotUttered(f"answer {number}"),
        ActionExecuted("action_listen"),
    ]


async def lived(store: BoundedTrackerStore, talk: str, *turns: list[Event]) -> DialogueStateTracker:
    """Take each turn as Rasa does: read the tracker, add to it, save it."""
    for events in turns:
        tracker = await store.get_or_create_tracker(talk)
        tracker.update_with_events(events, store.domain)
        await store.save(tracker)
    tracker = await store.retrieve(talk)
    assert tracker is not None
    return tracker


def messages(tracker: DialogueStateTracker | None) -> list[str | None]:
    return [] if tracker is None else [event.text for event in tracker.events if isinstance(event, UserUttered)]


def row_of(database_url: str, talk: str, **values: str) -> int:
    """Return the size of a talk's row, after writing `values` into it."""
    engine = sync_engine(database_url)
    with engine.begin() as db:
        if values:
            db.execute(rasa_tracker.update().where(rasa_tracker.c.conversation_id == talk).values(**values))
        state = db.execute(sa.select(rasa_tracker.c.state).where(rasa_tracker.c.conversation_id == talk)).scalar_one()
    engine.dispose()
    return len(state)


async def test_talk_is_read_back_as_it_was(store: BoundedTrackerStore) -> None:
    tracker = await lived(store, TALK, a_turn(1, SlotSet("topic", "ask_hours")), a_turn(2))
    assert messages(tracker) == ["message 1", "message 2"]
    assert tracker.get_slot("topic") == "ask_hours"
    assert tracker.latest_action_name == "action_listen"
    assert list(await store.keys()) == [TALK]


async def test_unknown_talk_has_no_tracker(store: BoundedTrackerStore) -> None:
    assert await store.retrieve(TALK) is None


async def test_row_stays_bounded_while_slots_and_the_form_under_way_survive(
    store: BoundedTrackerStore, database_url: str
) -> None:
    first = a_turn(1, SlotSet("topic", "find_event"), SlotSet("details", {"subjects": ["lego"]}), ActiveLoop("a_form"))
    await lived(store, TALK, first, *(a_turn(number) for number in range(2, 11)))
    after_ten = row_of(database_url, TALK)
    tracker = await lived(store, TALK, *(a_turn(number) for number in range(11, 61)))
    assert messages(tracker) == [f"message {number}" for number in range(61 - KEPT_TURNS, 61)]
    assert row_of(database_url, TALK) <= after_ten + 200  # longer numbers, not more events
    assert tracker.get_slot("topic") == "find_event"
    assert tracker.get_slot("details") == {"subjects": ["lego"]}
    assert tracker.active_loop_name == "a_form"


async def test_newest_value_of_a_slot_and_a_form_that_ended_survive(store: BoundedTrackerStore) -> None:
    early = [a_turn(1, SlotSet("topic", "ask_hours"), ActiveLoop("a_form")), a_turn(2, SlotSet("topic", "ask_parking"))]
    tracker = await lived(store, TALK, *early, a_turn(3, ActiveLoop(None)), *(a_turn(n) for n in range(4, 30)))
    assert tracker.get_slot("topic") == "ask_parking"
    assert tracker.active_loop_name is None


async def test_turn_that_was_handled_before_is_undone_first(store: BoundedTrackerStore) -> None:
    await lived(store, TALK, a_turn(1, SlotSet("topic", "ask_hours")), a_turn(2, SlotSet("topic", "ask_parking")))
    current_turn.set("2")
    tracker = await lived(store, TALK)
    assert messages(tracker) == ["message 1"]
    assert tracker.get_slot("topic") == "ask_hours"
    again = await lived(store, TALK, a_turn(2, SlotSet("topic", "ask_contact")))
    current_turn.set("3")
    again = await lived(store, TALK)
    assert messages(again) == ["message 1", "message 2"]
    assert again.get_slot("topic") == "ask_contact"


async def test_first_turn_that_was_handled_before_leaves_nothing(store: BoundedTrackerStore) -> None:
    await lived(store, TALK, a_turn(1))
    current_turn.set("1")
    tracker = await store.get_or_create_tracker(TALK)
    assert messages(tracker) == []


@pytest.mark.parametrize(
    "state",
    [
        "",
        "not json",
        "{",
        "null",
        "7",
        '{"event": "user"}',
        "[1, 2]",
        '[{"name": "an event without a kind"}]',
        '[{"event": "a kind that nobody knows"}]',
        '[{"event": "slot"}]',
        json.dumps([{"event": "user", "timestamp": "yesterday", "parse_data": 3}]),
    ],
)
async def test_row_that_cannot_be_read_resets_only_its_own_talk(
    store: BoundedTrackerStore, database_url: str, state: str
) -> None:
    other = "web-77777777"
    await lived(store, TALK, a_turn(1))
    await lived(store, other, a_turn(1))
    row_of(database_url, TALK, state=state)
    assert messages(await store.get_or_create_tracker(TALK)) == []
    assert messages(await store.retrieve(other)) == ["message 1"]
    assert messages(await lived(store, TALK, a_turn(2))) == ["message 2"]


@pytest.mark.parametrize(
    "talk",
    ["", "a\ud800b", "a\x00b", "'; DROP TABLE rasa_tracker; --", "é" * 64, "x" * 5000, "../../etc", "/restart"],
    ids=["empty", "lone surrogate", "NUL", "SQL", "not ASCII", "long", "path", "order"],
)
async def test_no_id_whatever_it_holds_ends_the_process(store: BoundedTrackerStore, talk: str) -> None:
    await lived(store, TALK, a_turn(1))
    await outcome(store, talk)  # refused by an Exception or not: SystemExit is none, and would fail here
    assert messages(await store.retrieve(TALK)) == ["message 1"]


@pytest.mark.parametrize(
    "text",
    ["a\ud800b", "a\x00b", "\U0001f469\u200d\U0001f467", "x" * 100_000],
    ids=["lone surrogate", "NUL", "emoji", "long"],
)
async def test_no_text_whatever_it_holds_ends_the_process(store: BoundedTrackerStore, text: str) -> None:
    tracker = await lived(store, TALK, [ActionExecuted("action_listen"), UserUttered(text, message_id="1")])
    assert messages(tracker) == [text]


async def outcome(store: BoundedTrackerStore, talk: str) -> Exception | None:
    """Live a turn under an id; return what refused it."""
    try:
        await lived(store, talk, a_turn(1))
    except Exception as error:
        return error
    return None

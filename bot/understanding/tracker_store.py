"""Rasa's memory of a talk: one short row a conversation, in the product's own database."""

import json
import logging
import time
from contextvars import ContextVar
from typing import Any, Dict, Iterable, List, Optional

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.storage.engine import WRITE, sync_engine
from bot.storage.models import rasa_tracker

log = logging.getLogger(__name__)

KEPT_TURNS = 4  # the gateway keeps the whole talk; rules and forms look no further back than this

current_turn: ContextVar[Optional[str]] = ContextVar("current_turn", default=None)
"""The message id of the turn being handled. A turn that was handled before, whose answer got lost, is undone first."""


class BoundedTrackerStore(TrackerStore):
    """Keeps the last turns of each conversation. It never ends the process, whatever a row or an id holds.

    Rasa's own SQL store writes a row an event, reads the whole talk back several times a turn, and calls sys.exit on
    any ValueError, which one malformed message or one corrupt row is enough to cause.
    """

    def __init__(
        self, domain: Optional[Domain], event_broker: Optional[EventBroker] = None, database: str = "", **kwargs: Any
    ) -> None:
        """Prepare the engine for `database`, a URL that names no driver."""
        super().__init__(domain, event_broker)
        self._engine = sync_engine(database)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Replace the conversation's row."""
        state = json.dumps(bounded([event.as_dict() for event in tracker.events]))
        values = {"updated_at": time.time(), "state": state}
        with self._engine.connect() as plain:
            db = plain.execution_options(**WRITE)
            with db.begin():
                found = db.execute(
                    rasa_tracker.update().where(rasa_tracker.c.conversation_id == tracker.sender_id).values(values)
                )
                if found.rowcount == 0:
                    db.execute(rasa_tracker.insert().values(conversation_id=tracker.sender_id, **values))

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """Return the tracker, or None when there is none or its row cannot be read: then only this talk starts anew."""
        with self._engine.connect() as db:
            state = db.execute(
                sa.select(rasa_tracker.c.state).where(rasa_tracker.c.conversation_id == sender_id)
            ).scalar_one_or_none()
        if state is None:
            return None
        try:
            events = undone(json.loads(state), current_turn.get())
            return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots) if events else None
        except Exception:
            log.exception("the tracker of conversation %s cannot be read; it starts anew", sender_id)
            return None

    async def keys(self) -> Iterable[str]:
        """Return the ids of all conversations that have a tracker."""
        with self._engine.connect() as db:
            return list(db.execute(sa.select(rasa_tracker.c.conversation_id)).scalars())

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def bounded(events: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """Return the last KEPT_TURNS turns, led by the slots and the form that were set before them."""
    turns = [place for place, event in enumerate(events) if event["event"] == "user"]
    if len(turns) <= KEPT_TURNS:
        return events
    # A turn begins with the action_listen before its message.
    cut = turns[-KEPT_TURNS] - 1
    last: Dict[str, Dict[str, Any]] = {}
    for event in events[:cut]:
        if event["event"] == "slot":
            last[f"slot {event['name']}"] = event
        elif event["event"] == "active_loop":
            last["active_loop"] = event
    return [*last.values(), *events[cut:]]


def undone(events: List[Dict[str, Any]], turn: Optional[str]) -> List[Dict[str, Any]]:
    """Return the events before the message whose id is `turn`, or all of them when it is not there."""
    for place, event in enumerate(events):
        if turn is not None and event["event"] == "user" and event.get("message_id") == turn:
            return events[:place]
    return events

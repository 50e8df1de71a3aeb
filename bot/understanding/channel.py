"""The one way into Rasa: takes one turn, returns the reply as blocks and what was understood."""

import logging
import re
from typing import Any, Awaitable, Callable, Dict, List, Optional

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.understanding.tracker_store import current_turn

log = logging.getLogger(__name__)

CONVERSATION = re.compile(r"[a-z0-9-]{8,64}")
RANKED = 5  # topics reported with their probabilities


class TurnChannel(InputChannel):
    """POST {conversation, turn, text, choice?, received_at, lang, branch?} -> {blocks, lang, understood}.

    It listens on loopback and trusts its caller, the gateway, which made the conversation's id and cleaned the text.
    """

    @classmethod
    def name(cls) -> str:
        """Name the route."""
        return "turn"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> "TurnChannel":
        """Need no credentials."""
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Make the routes."""
        routes = Blueprint("foyer_turn", __name__)

        @routes.route("/ready", methods=["GET"])
        async def ready(request: Request) -> HTTPResponse:
            agent = _agent(request.app)
            good = agent is not None and await _actions_answer(agent)
            return response.json({"ok": good}, status=200 if good else 503)

        @routes.route("/", methods=["POST"])
        async def turn(request: Request) -> HTTPResponse:
            agent = _agent(request.app)
            if agent is None:
                return response.json({"ok": False, "code": "loading"}, status=503)
            asked = request.json
            if not CONVERSATION.fullmatch(str(asked["conversation"])):
                return response.json({"ok": False, "code": "bad_conversation"}, status=400)
            current_turn.set(str(asked["turn"]))
            collected = CollectingOutputChannel()
            message = UserMessage(
                _plain(asked["text"]),
                collected,
                asked["conversation"],
                input_channel=self.name(),
                message_id=str(asked["turn"]),
                metadata={key: asked.get(key) for key in ("received_at", "lang", "branch")},
            )
            message.parse_data = _chosen(asked) or await agent.processor.parse_message(message)
            await on_new_message(message)
            parsed = message.parse_data
            return response.json(
                {
                    "blocks": _blocks(collected.messages),
                    "lang": parsed["language"],
                    "understood": understood(parsed),
                }
            )

        return routes


def understood(parsed: Dict[str, Any]) -> Dict[str, Any]:
    """Return what staff and statistics may know of a parsed message: no text, no offsets."""
    return {
        "intent": parsed["intent"]["name"],
        "confidence": parsed["intent"]["confidence"],
        "ranking": [
            {"intent": topic["name"], "confidence": topic["confidence"]} for topic in parsed["intent_ranking"][:RANKED]
        ],
        "entities": [{"entity": found["entity"], "value": found["value"]} for found in parsed["entities"]],
        "language": parsed["language"],
    }


def _agent(app: Sanic) -> Optional[Agent]:
    agent = getattr(app.ctx, "agent", None)
    return agent if agent is not None and agent.is_ready() else None


async def _actions_answer(agent: Agent) -> bool:
    try:
        answer = await agent.action_endpoint.request("get", subpath="../health", timeout=2)
    except Exception:
        return False
    return bool(answer and answer.get("status") == "ok")


def _plain(text: str) -> str:
    # Rasa takes a message that begins with / as an intent, /restart as an order. A patron's text is neither.
    return text.lstrip("/ \n\t") or "?"


def _chosen(asked: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    """Return a chosen quick reply in the form of a parsed message, or None for free text."""
    choice = asked.get("choice")
    if choice is None:
        return None
    intent = {"name": choice["intent"], "confidence": 1.0}
    return {
        "text": _plain(asked["text"]),
        "intent": intent,
        "intent_ranking": [intent],
        "entities": [
            {"entity": name, "value": value, "start": 0, "end": 0, "extractor": "choice"}
            for name, value in [*choice["entities"].items(), ("language", asked["lang"])]
        ],
        "language": asked["lang"],
    }


def _blocks(said: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    blocks: List[Dict[str, Any]] = []
    for message in said:
        if message.get("text"):
            blocks.append({"type": "text", "text": message["text"]})
        if message.get("custom"):
            blocks.extend(message["custom"]["blocks"])
    return blocks

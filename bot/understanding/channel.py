"""The one way into Rasa: takes one turn, returns the reply as blocks and what was understood."""

import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, List, Optional

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.settings import Settings
from bot.understanding import grouping, model_change
from bot.understanding.reading import Parsed, read
from bot.understanding.tracker_store import current_turn
from bot.wording import DEFAULT_LANGUAGE, LANGUAGES, Wording

log = logging.getLogger(__name__)

CONVERSATION = re.compile(r"[a-z0-9-]{8,64}")
RANKED = 5  # topics reported with their probabilities


class TurnChannel(InputChannel):
    """POST {conversation, turn, text, choice?, received_at, lang, branch?} -> {blocks, lang, understood, model}.

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
        wording = Wording.load(Settings.from_environ().responses)

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
            answers = await answer(agent, asked, self.name())
            first = answers[0].parsed
            return response.json(
                {
                    "blocks": [*_language_note(first, wording), *joined(answers, wording)],
                    "lang": _answered_in(first),
                    "understood": understood(first)
                    | {"clauses": [one.parsed["intent"]["name"] for one in answers], "guide": answers[-1].guide},
                    "model": _model(agent),
                }
            )

        model_change.add_routes(routes)
        grouping.add_routes(routes)
        return routes


@dataclass(frozen=True)
class Answer:
    """One question of a message, and the blocks that answer it."""

    parsed: Parsed
    blocks: List[Dict[str, Any]]
    guide: Optional[Dict[str, Any]] = None  # how far the patron is in a guide


async def answer(agent: Agent, asked: Dict[str, Any], channel: str) -> List[Answer]:
    """Answer each question of a message in turn, as if it had come alone."""
    metadata = {key: asked.get(key) for key in ("received_at", "lang", "branch")}

    async def parse(text: str) -> Parsed:
        parsed: Parsed = await agent.processor.parse_message(UserMessage(text, metadata=metadata))
        return parsed

    chosen = _chosen(asked)
    questions = [chosen] if chosen else await read(_plain(asked["text"]), parse)
    answers = []
    for number, parsed in enumerate(questions):
        # A turn that is asked again is undone from its first question on.
        turn = f"{asked['turn']}" if number == 0 else f"{asked['turn']}.{number}"
        current_turn.set(turn)
        collected = CollectingOutputChannel()
        message = UserMessage(
            parsed["text"],
            collected,
            asked["conversation"],
            parse_data=parsed,
            input_channel=channel,
            message_id=turn,
            metadata=metadata | {"of_several": len(questions) > 1},
        )
        await agent.handle_message(message)  # of this agent: the model may be changed meanwhile
        guides = [said["custom"]["guide"] for said in collected.messages if (said.get("custom") or {}).get("guide")]
        answers.append(Answer(parsed, _blocks(collected.messages), guides[-1] if guides else None))
    return answers


def joined(answers: List[Answer], wording: Wording) -> List[Dict[str, Any]]:
    """Return the blocks of all answers; of several, each is led by its topic."""
    answers = [one for place, one in enumerate(answers) if one.blocks not in [had.blocks for had in answers[:place]]]
    if len(answers) == 1:
        return answers[0].blocks
    blocks: List[Dict[str, Any]] = []
    for one in answers:
        words = wording.say("utter_clauses_question", _answered_in(one.parsed), question=one.parsed["text"])
        blocks += [{"type": "divider", "text": words}, *one.blocks]
    return blocks


def _answered_in(parsed: Parsed) -> str:
    return parsed["language"] if parsed["language"] in LANGUAGES else DEFAULT_LANGUAGE


def _language_note(parsed: Parsed, wording: Wording) -> List[Dict[str, Any]]:
    """Return a line in the patron's own language where the answer is in another."""
    language = parsed["language"]
    if language in LANGUAGES:
        return []
    return [{"type": "notice", "kind": "info", "text": wording.say("utter_language_note", language), "lang": language}]


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


def _model(agent: Agent) -> str:
    """Return the name of the model that answers: the start of a hash over what it is made from."""
    return Path(agent.processor.model_filename).name.removesuffix(".tar.gz")


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

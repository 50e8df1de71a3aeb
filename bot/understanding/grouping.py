"""Tells which questions mean the same: for the desk's list of what nobody could answer."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.settings import Settings
from bot.understanding.encoder import calm, encode

Vector = npt.NDArray[np.float32]

ALIKE = 0.6  # cosine from which two questions count as one; docs/understanding.md has the measurement
KEPT = 4096  # questions whose meaning is remembered
ANY = ""
"""The language whose mean is that of all."""


class Meaning(NamedTuple):
    """A question as numbers: the whole message, and the clause of it that asks."""

    whole: Vector
    asks: Vector


class Meanings:
    """Knows what questions mean, without what all questions to a library share ("book", "library")."""

    def __init__(self, usual: Path) -> None:
        """`usual` holds questions of every kind: their mean is what is taken off."""
        self._usual = usual
        self._means: dict[str, Vector] = {}
        self._known: OrderedDict[str, Meaning] = OrderedDict()

    async def of(self, text: str, agent: Agent) -> Meaning:
        """Return the meaning of a question."""
        if not self._means:
            self._means = await asyncio.to_thread(means, self._usual)
        if text not in self._known:
            parsed = await agent.processor.parse_message(UserMessage(text))
            vectors = encode([calm(text), calm(parsed.get("asks") or text)])
            vectors -= self._means.get(parsed.get("language", ANY), self._means[ANY])
            whole, asks = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
            self._known[text] = Meaning(whole, asks)
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
            await asyncio.sleep(0)  # a patron's turn goes first
        self._known.move_to_end(text)
        return self._known[text]


def add_routes(routes: Blueprint) -> None:
    """Add POST /group {texts, leaders} -> {groups}: for each text its place in leaders + texts."""
    meanings = Meanings(Settings.from_environ().held_out)

    @routes.route("/group", methods=["POST"])
    async def group(request: Request) -> HTTPResponse:
        agent = getattr(request.app.ctx, "agent", None)
        if agent is None or not agent.is_ready():
            return response.json({"ok": False, "code": "loading"}, status=503)
        asked = request.json
        leaders = [await meanings.of(text, agent) for text in asked["leaders"]]
        texts = [await meanings.of(text, agent) for text in asked["texts"]]
        return response.json({"groups": grouped(texts, leaders)})


def grouped(texts: Sequence[Meaning], leaders: Sequence[Meaning]) -> list[int]:
    """Return for each text the place of the question that it belongs to, in `leaders` and then `texts`.

    A text that is near to none before it leads a group of its own: its place is then its own.
    """
    known, places, found = list(leaders), list(range(len(leaders))), []
    for place, text in enumerate(texts, len(leaders)):
        near = [max(float(text.whole @ one.whole), float(text.asks @ one.asks)) for one in known]
        best = int(np.argmax(near)) if near else -1
        if best < 0 or near[best] < ALIKE:
            known.append(text)
            places.append(place)
            best = len(known) - 1
        found.append(places[best])
    return found


def means(usual: Path) -> dict[str, Vector]:
    """Return the mean of a file's questions in each language and in all (ANY); zeros where there is no such file."""
    rows = [json.loads(line) for line in usual.read_text(encoding="utf-8").splitlines()] if usual.exists() else []
    if not rows:
        return {ANY: np.zeros(512, np.float32)}
    vectors = encode([calm(row["text"]) for row in rows])
    languages = np.array([row.get("lang", ANY) for row in rows])
    return {ANY: vectors.mean(axis=0)} | {
        str(code): vectors[languages == code].mean(axis=0) for code in np.unique(languages) if code
    }

"""`python -m bot understand`: what a trained model makes of many texts."""

import asyncio
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.settings import Settings
from bot.train import train


def understand_file(settings: Settings, source: Path, target: Path) -> None:
    """Read {"text"} lines; write intent, confidence, ranking, entities, language and clauses (what it asks)."""
    model = train(settings)
    with source.open(encoding="utf-8") as lines, target.open("w", encoding="utf-8") as output:
        texts = (json.loads(line)["text"] for line in lines if line.strip())
        for result in understand_texts(model, texts):
            output.write(json.dumps(result, ensure_ascii=False) + "\n")


def understand_texts(model: Path, texts: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Return what the model of a file makes of each text."""
    from bot.understanding.server import quieten

    quieten()
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage

    from bot.understanding.channel import understood
    from bot.understanding.reading import read

    agent = Agent.load(str(model))

    async def parse(text: str) -> dict[str, Any]:
        parsed: dict[str, Any] = await agent.processor.parse_message(UserMessage(text))
        return parsed

    async def understand(text: str) -> dict[str, Any]:
        questions = await read(text, parse)
        asked = [{"text": one["text"], "intent": one["intent"]["name"]} for one in questions]
        return {"text": text, **understood(questions[0]), "clauses": asked}

    for text in texts:
        yield asyncio.run(understand(text))

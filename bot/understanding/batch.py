"""`python -m bot understand`: what the trained model makes of many texts."""

import asyncio
import json
from pathlib import Path

from bot.settings import Settings
from bot.train import train


def understand_file(settings: Settings, source: Path, target: Path) -> None:
    """Read {"text"} lines; write them with intent, confidence, ranking, entities, language and clauses."""
    model = train(settings)
    from bot.understanding.server import quieten

    quieten()
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage

    from bot.understanding.channel import understood

    agent = Agent.load(str(model))

    async def parse(text: str) -> dict[str, object]:
        parsed = await agent.processor.parse_message(UserMessage(text))
        found = understood(parsed)
        return {"text": text, **found, "clauses": [text]}

    with source.open(encoding="utf-8") as lines, target.open("w", encoding="utf-8") as output:
        for line in lines:
            if line.strip():
                result = asyncio.run(parse(json.loads(line)["text"]))
                output.write(json.dumps(result, ensure_ascii=False) + "\n")

"""A patron who talks to the gateway over its API."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import aiohttp

ANSWER_SECONDS = 12


@dataclass
class Talk:
    """One chat. `say` sends a message and returns what the patron then reads."""

    session: aiohttp.ClientSession
    id: str
    token: str
    seq: int
    last: dict[str, Any]

    @classmethod
    async def begin(cls, session: aiohttp.ClientSession, **body: Any) -> Talk:
        async with session.post("/api/v1/chats", json=body) as response:
            assert response.status == 201, await response.text()
            begun = await response.json()
        return cls(session, begun["id"], begun["token"], begun["seq"], begun["messages"][-1])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def send(self, **body: Any) -> dict[str, Any]:
        body.setdefault("client_id", uuid.uuid4().hex)
        async with self.session.post(f"/api/v1/chats/{self.id}/messages", json=body, headers=self.headers) as response:
            assert response.status in (200, 201), await response.text()
            return (await response.json())["message"]

    async def say(self, text: str) -> str:
        """Send a message and return the reply as plain text."""
        return plain(await self.reply(await self.send(text=text)))

    async def choose(self, label: str) -> str:
        """Choose a quick reply of the last message by its label, and return the reply as plain text."""
        offered = {
            c["label"]: c["payload"] for b in self.last["blocks"] if b["type"] == "choices" for c in b["choices"]
        }
        return plain(await self.reply(await self.send(payload=offered[label])))

    async def reply(self, sent: dict[str, Any]) -> dict[str, Any]:
        """Wait for what the assistant says after `sent`; messages that come at once are returned as one."""
        after = sent["seq"]
        for _ in range(4):
            found = await self.messages(after, wait=ANSWER_SECONDS // 3)
            after = max([after, *(message["seq"] for message in found)])
            said = [message for message in found if message["from"] == "bot"]
            if said:
                blocks = [block for message in said for block in message["blocks"]]
                self.seq, self.last = said[-1]["seq"], said[-1] | {"blocks": blocks}
                return self.last
        raise AssertionError(f"no answer to {sent}")

    async def messages(self, after: int = 0, wait: int = 0) -> list[dict[str, Any]]:
        path = f"/api/v1/chats/{self.id}/messages?after={after}&wait={wait}"
        async with self.session.get(path, headers=self.headers) as response:
            assert response.status == 200, await response.text()
            return (await response.json())["messages"]


def plain(message: dict[str, Any]) -> str:
    """What a patron reads of a message: every word, block by block, without marks of emphasis."""
    lines = []
    for block in message["blocks"]:
        match block["type"]:
            case "text" | "notice" | "divider":
                lines.append(block["text"].replace("**", ""))
            case "choices":
                lines += [f"[{choice['label']}]" for choice in block["choices"]]
            case "cards":
                for card in block["cards"]:
                    lines += [f"{card['title']} ({card['badge']})" if card.get("badge") else card["title"]]
                    lines += [*card["lines"], *(link["label"] for link in card["links"])]
            case "form":
                lines += [block["title"], *(f"{field['label']}: {field['value']}" for field in block["fields"])]
            case "rating":
                lines += [block["prompt"], *(f"[{option['label']}]" for option in block["options"])]
            case "table":
                lines += [block["caption"], " | ".join(block["head"]), *(" | ".join(row) for row in block["rows"])]
    return "\n".join(lines)

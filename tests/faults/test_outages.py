"""When a part does not answer, the patron hears so in time, and gets the answer once the part is back."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import aiohttp

from tests.conftest import installation, new_settings
from tests.talk import Talk, plain


async def first_after(talk: Talk, seq: int, seconds: int) -> tuple[str, float, int]:
    """Return the first message of the assistant after a seq, and after how many seconds it was there."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        for message in await talk.messages(seq, wait=2):
            if message["from"] == "bot":
                return plain(message), time.monotonic() - began, message["seq"]
    raise AssertionError("silence")


async def test_patron_is_never_met_with_silence(model: Path, tmp_path: Path) -> None:
    async with installation(new_settings(tmp_path)) as running:
        rasa, actions = (running.child(name).process.pid for name in ("rasa", "actions"))
        async with aiohttp.ClientSession(running.url) as session:
            talk = await Talk.begin(session)
            assert "Main Library" in await talk.say("where is the main library")

            # The action server hangs: Rasa waits for it, the patron does not.
            os.kill(actions, signal.SIGSTOP)
            sent = await talk.send(text="where is the eastside branch")
            apology, seconds, seq = await first_after(talk, sent["seq"], 14)
            assert "315-555-0140" in apology and seconds <= 11
            os.kill(actions, signal.SIGCONT)
            answer, _, seq = await first_after(talk, seq, 30)
            assert "where is the eastside branch" in answer and "1480 Orchard Avenue" in answer

            # Rasa hangs.
            os.kill(rasa, signal.SIGSTOP)
            sent = await talk.send(text="where is the riverside branch")
            apology, seconds, seq = await first_after(talk, sent["seq"], 14)
            assert "315-555-0140" in apology and seconds <= 11
            os.kill(rasa, signal.SIGCONT)
            answer, _, seq = await first_after(talk, seq, 30)
            assert "9 Mill Lane" in answer

            # The action server dies: Rasa answers with nothing.
            for _ in range(3):
                process = running.child("actions").process
                if process.returncode is None:
                    os.kill(process.pid, signal.SIGKILL)
                await asyncio.sleep(0.1)
            sent = await talk.send(text="where can I park at eastside")
            answer, _, seq = await first_after(talk, sent["seq"], 20)
            if "315-555-0140" in answer:
                answer, _, seq = await first_after(talk, seq, 30)
            assert "Orchard Plaza" in answer

            # Rasa dies: an apology within three seconds, then the answer.
            os.kill(rasa, signal.SIGKILL)
            sent = await talk.send(text="where can I park at riverside")
            apology, seconds, seq = await first_after(talk, sent["seq"], 6)
            assert "315-555-0140" in apology and seconds <= 3
            answer, _, seq = await first_after(talk, seq, 60)
            assert "beside the mill" in answer

            messages = await talk.messages()
            asked = [m["blocks"][0]["text"] for m in messages if m["from"] == "patron"]
            assert len(asked) == len(set(asked)) == 5

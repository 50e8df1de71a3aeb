"""Starts Rasa as the inner function that it is here: on loopback, quiet, its connection to the actions kept open."""

import logging
import os
import warnings
from functools import cache
from pathlib import Path
from typing import Any

from bot.settings import ROOT, Settings
from bot.understanding.without_tensorflow import leave_out

# Before TensorFlow and the BLAS are loaded: a single short sentence is slower on several threads than on one.
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "SANIC_WORKERS": "1",
    "LOG_LEVEL_LIBRARIES": "ERROR",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}


def quieten() -> None:
    """Set what Rasa and TensorFlow read from the environment, and drop the warnings of their old dependencies."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    warnings.simplefilter("ignore")
    import structlog

    # Rasa's debug lines hold patrons' words, and cost time even where nobody reads them.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    logging.getLogger("rasa").setLevel(logging.WARNING)


def serve(settings: Settings, model: Path) -> None:
    """Run Rasa with the model of a file until it is told to stop."""
    quieten()
    leave_out()
    # endpoints.yml names these.
    os.environ["FOYER_DATABASE"] = settings.database
    os.environ["FOYER_ACTIONS"] = f"{settings.actions_url}/webhook"
    import rasa.core.run
    from rasa.core.actions.action import RemoteAction
    from rasa.core.utils import AvailableEndpoints
    from rasa.shared.core.events import Event

    # The answers are our own actions': holding each against a JSON schema took a third of Rasa's part of a turn.
    RemoteAction._validate_action_result = lambda _self, _result: True
    # Rasa looks at every class of event for each event that it reads.
    Event.resolve_by_type = staticmethod(cache(Event.resolve_by_type))
    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    endpoints.action = keep_open(endpoints.action)
    rasa.core.run.serve_application(
        model_path=str(model),
        interface="127.0.0.1",
        port=settings.rasa_port,
        credentials=str(ROOT / "credentials.yml"),
        endpoints=endpoints,
        enable_api=False,
    )


def keep_open(endpoint: Any) -> Any:
    """Return the same endpoint with one session for all calls, which carry this turn and not the talk.

    Rasa's own makes a new connection for each call and sends every event that it remembers.
    """
    import aiohttp
    from rasa.utils.endpoints import EndpointConfig

    class KeptOpen(EndpointConfig):
        _session: aiohttp.ClientSession | None = None

        def session(self) -> Any:
            if self._session is None or self._session.closed:
                self._session = super().session()
            return _Borrowed(self._session)

        async def request(self, *args: Any, **kwargs: Any) -> Any:
            if "json" in kwargs:
                kwargs["json"] = slimmed(kwargs["json"])
            return await super().request(*args, **kwargs)

    return KeptOpen(endpoint.url, **endpoint.kwargs)


def slimmed(call: dict[str, Any]) -> dict[str, Any]:
    """Return the call of an action with the events of this turn only: what lasts longer is in the slots."""
    tracker = call["tracker"]
    events: list[dict[str, Any]] = []
    for event in reversed(tracker["events"]):
        # What was understood is told once, as the latest message.
        events.insert(0, {name: value for name, value in event.items() if name != "parse_data"})
        if event["event"] == "user":
            break
    return {**call, "tracker": {**tracker, "events": events}}


class _Borrowed:
    """Gives a session to `async with` and leaves it open afterwards."""

    def __init__(self, session: Any) -> None:
        self._session = session

    async def __aenter__(self) -> Any:
        return self._session

    async def __aexit__(self, *_: Any) -> None:
        return None

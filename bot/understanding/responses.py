"""Says the responses that rules name, from data/responses as it is now: a new wording needs no training."""

from typing import Any

from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.settings import Settings
from bot.wording import DEFAULT_LANGUAGE, Wording


class LibraryResponses(NaturalLanguageGenerator):
    """Finds the response of a rule in the language that the patron wrote last."""

    def __init__(self, endpoint_config: EndpointConfig, domain: Domain) -> None:
        """Read the sentences once; every response of a rule is among them (`python -m bot check`)."""
        self._wording = Wording.load(Settings.from_environ().responses)

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """Return the sentence with its facts filled in."""
        language = tracker.get_slot("language") or DEFAULT_LANGUAGE
        return {"text": self._wording.say(utter_action, language, **kwargs)}

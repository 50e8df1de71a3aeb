"""Rasa serves without TensorFlow; what does need it says so instead of doing something else."""

from __future__ import annotations

import subprocess
import sys

from bot.settings import ROOT

SCRIPT = """
import sys
from bot.understanding.server import quieten
from bot.understanding.without_tensorflow import leave_out
quieten()
leave_out()
import rasa.core.run
from rasa.nlu.classifiers.diet_classifier import DIET
print("loaded" if hasattr(sys.modules["tensorflow"], "__file__") and sys.modules["tensorflow"].__file__ else "left out")
try:
    DIET({}, {}, False, {})
except ImportError as error:
    print(error)
"""


def test_rasa_is_imported_without_it_and_a_component_that_needs_it_says_so() -> None:
    ran = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == [
        "left out",
        "DIET needs TensorFlow, which bot/understanding/server.py leaves out.",
    ]

"""Lets Rasa be imported without TensorFlow, of which nothing that is served here makes use.

Rasa imports it for components that config.yml does not name, and that costs the serving process 330 MB and some
seconds. In its place stand names that may be inherited from, may annotate and may decorate. A component that does need
TensorFlow fails when the model is loaded, and its message says why.
"""

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

PACKAGES = ("tensorflow", "tensorflow_hub", "keras")


def leave_out() -> None:
    """Stand in for TensorFlow in this process. Call it before Rasa is imported; training must not."""
    sys.meta_path.insert(0, _Finder())


class _Name(type):
    """The class of every name in TensorFlow, and of the classes that Rasa derives from one."""

    def __getattr__(cls, name: str) -> Any:
        return _named(name)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls.__module__.startswith("rasa."):
            raise ImportError(f"{cls.__name__} needs TensorFlow, which bot/understanding/server.py leaves out.")
        # Rasa decorates with it, with and without arguments.
        return args[0] if len(args) == 1 and callable(args[0]) else lambda decorated: decorated


class _Module(ModuleType):
    def __getattr__(self, name: str) -> Any:
        return _named(name)


class _Finder(MetaPathFinder, Loader):
    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> ModuleSpec | None:
        return ModuleSpec(name, self, is_package=True) if name.split(".")[0] in PACKAGES else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, _module: ModuleType) -> None:
        """Have nothing to run."""


def _named(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return _Name(name, (), {})

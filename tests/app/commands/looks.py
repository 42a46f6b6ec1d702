"""The types of what the tests of commands are given."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from typer.testing import Result

from app.wiring import Application

Run = Callable[..., Result]
Look = Callable[[], AbstractContextManager[Application]]

"""A browser is known by a signed cookie, for one login, and that opens nothing."""

import time

import pytest

from app.known_devices import KNOWN_S, KnownDevices

DEVICES = KnownDevices(b"the installation's")


def _held(login: str = "nora", devices: KnownDevices = DEVICES) -> dict[str, str]:
    return {devices.cookie(login): devices.made(login)}


def test_a_browser_is_known_by_one_name_as_long_as_it_keeps_its_cookie() -> None:
    """Its failures are counted under it; another browser's under another."""
    held = _held()
    assert DEVICES.device("nora", held)
    assert DEVICES.device("nora", held) == DEVICES.device("nora", held)
    assert DEVICES.device("nora", held) != DEVICES.device("nora", _held())


def test_a_browser_that_knows_one_colleague_is_a_stranger_to_another() -> None:
    """Also where the cookie is shown under the other's name."""
    held = _held("nora")
    moved = {DEVICES.cookie("ada"): held[DEVICES.cookie("nora")]}
    assert DEVICES.device("ada", held) == DEVICES.device("ada", moved) == ""


def test_at_a_nurses_station_each_has_their_own() -> None:
    """One browser, many logins."""
    held = _held("nora") | _held("ada")
    assert DEVICES.device("nora", held)
    assert DEVICES.device("ada", held)


@pytest.mark.parametrize("value", ["", "made up", "a.b.c"])
def test_a_cookie_that_was_not_given_here_is_a_strangers(value: str) -> None:
    """Or a guesser would have a fresh count with each try."""
    assert DEVICES.device("nora", {DEVICES.cookie("nora"): value}) == ""
    theirs = _held("nora", KnownDevices(b"another installation's"))
    assert DEVICES.device("nora", {DEVICES.cookie("nora"): next(iter(theirs.values()))}) == ""


def test_a_browser_that_nobody_used_for_long_is_a_stranger_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that was sold."""
    held, later = _held(), time.time() + KNOWN_S + 60
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    assert DEVICES.device("nora", held) == ""


def test_the_cookies_name_tells_no_login() -> None:
    """Whoever sits at the machine next must not read who works there."""
    assert "nora" not in DEVICES.cookie("nora")
    assert DEVICES.cookie("nora") != KnownDevices(b"another installation's").cookie("nora")

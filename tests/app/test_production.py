"""Production mode refuses to start while anything is missing, and says what."""

from dataclasses import replace

import pytest

from app import production
from app.settings import Settings
from app.wiring import Application

READY = {
    "mode": "production",
    "region": "US",
    "origin": "https://chat.example.org",
    "contact": "555 0100",
    "trusted_proxies": "127.0.0.1",
}


def _gaps(app: Application, **values: str) -> str:
    app.settings = Settings(data_dir=app.settings.data_dir, **values)  # type: ignore[arg-type]
    return "\n".join(production.gaps(app))


def test_demo_mode_starts_with_every_gap(small: Application) -> None:
    """It says on every page what it is."""
    assert _gaps(small, mode="demo") == ""


@pytest.mark.parametrize(
    ("name", "value", "gap"),
    [
        ("region", "", "CARELIGHT_REGION"),
        ("region", "XX", "CARELIGHT_REGION"),
        ("origin", "", "CARELIGHT_ORIGIN"),
        ("origin", "http://chat.example.org", "CARELIGHT_ORIGIN"),
        ("trusted_proxies", "", "CARELIGHT_TRUSTED_PROXIES"),
        ("staffing", "on_call", "CARELIGHT_STAFFING"),
        ("contact", "", "CARELIGHT_CONTACT"),
    ],
)
def test_a_setting_that_is_not_fit_for_patients_is_a_gap(name: str, value: str, gap: str, small: Application) -> None:
    """Each is named, and goes away when it is put right."""
    assert gap in _gaps(small, **{**READY, name: value})
    assert gap not in _gaps(small, **READY)


@pytest.mark.parametrize("who", ["patient", "staff"])
def test_an_issuer_that_is_not_https_is_a_gap(who: str, small: Application) -> None:
    """Whoever is on the way to it could sign in as anybody."""
    known = {f"{who}_oidc_client_id": "c", "staff_oidc_roles": "nurses=care"}
    assert "CARELIGHT_STAFF_OIDC_ISSUER" in _gaps(small, **READY, **known, **{f"{who}_oidc_issuer": "http://id.example.org"})
    assert "CARELIGHT_STAFF_OIDC_ISSUER" not in _gaps(small, **READY, **known, **{f"{who}_oidc_issuer": "https://id.example.org"})


def test_starter_content_is_never_production_content(small: Application) -> None:
    """Nothing reaches patients that two people have not passed (promise 4)."""
    assert "1 articles are not signed by two people, and patients would not get them: gout" in _gaps(small, **READY)


def test_the_safeguarding_text_that_ships_is_a_gap_until_the_clinic_wrote_its_own(small: Application) -> None:
    """Whom to tell of violence is the clinic's to say, in every language."""
    assert "safeguarding" in _gaps(small, **READY)
    now = small.texts.now
    own = {language: replace(words, entries={**words.entries, "safeguarding": "Our own."}) for language, words in now.words.items()}
    small.texts.now = replace(now, words=own)
    assert "safeguarding" not in _gaps(small, **READY)

"""What is made of a provider's claims: the role, the name, the pseudonym; and which settings are refused."""

import pytest

from app import settings
from app.errors import PortalError, SettingsError
from app.portal_rules import clinic_account, pseudonym, role_of, role_table

TABLE = role_table("CN=Nurses,OU=Staff=care; web=editor")


def test_a_table_reads_names_that_hold_equals_signs_and_commas() -> None:
    """As those of a directory do."""
    assert TABLE == {"CN=Nurses,OU=Staff": "care", "web": "editor"}


@pytest.mark.parametrize("written", ["nurses", "nurses=doctor", "=care", "nurses=care, web=editor"])
def test_a_table_that_cannot_be_read_is_refused(written: str) -> None:
    """Rather than giving somebody a role that nobody meant."""
    with pytest.raises(ValueError, match="roles are care"):
        role_table(written)


@pytest.mark.parametrize(
    ("claims", "claim", "role"),
    [
        ({"roles": ["web"]}, "roles", "editor"),
        ({"roles": "web"}, "roles", "editor"),
        ({"realm_access": {"roles": ["web"]}}, "realm_access.roles", "editor"),
        ({"https://clinic.example/roles": ["web"]}, "https://clinic.example/roles", "editor"),
        ({"roles": ["web", "CN=Nurses,OU=Staff"]}, "roles", "care"),
        ({"roles": ["webmaster"]}, "roles", ""),
        ({"roles": [["web"]]}, "roles", ""),
        ({}, "roles", ""),
    ],
)
def test_a_role_is_read_from_where_the_provider_puts_it(claims: dict[str, object], claim: str, role: str) -> None:
    """Word, list or nested; only a whole name counts."""
    assert role_of(claims, claim, TABLE) == role


def test_a_pseudonym_is_one_persons_alone() -> None:
    """Not of the same subject elsewhere, nor of a patient who is staff too, nor where the parts run together."""
    made = {
        pseudonym(key, who, issuer, subject)
        for key in (b"1", b"2")
        for who in ("patient", "staff")
        for issuer, subject in (("https://a", "bc"), ("https://ab", "c"), ("https://a", "b"))
    }
    assert len(made) == 12


@pytest.mark.parametrize("subject", [None, "", 7, "x" * 256])
def test_nobody_is_no_patient(subject: object) -> None:
    """All who are not named would share one account."""
    with pytest.raises(PortalError):
        pseudonym(b"key", "patient", "https://a", subject)


@pytest.mark.parametrize(
    ("claims", "login", "name"),
    [
        ({"preferred_username": "nina", "name": " Nina\n Nurse\u202e "}, "nina", "Nina Nurse"),
        ({"preferred_username": "n<script>", "email": "nina@clinic.example"}, "nina@clinic.example", "nina@clinic.example"),
    ],
)
def test_a_name_is_one_that_a_desk_can_show(claims: dict[str, object], login: str, name: str) -> None:
    """Patients read it beside an answer."""
    made = clinic_account(b"key", {"iss": "https://a", "sub": "1", **claims}, "roles", TABLE)
    assert (made.login, made.name) == (login, name)


def test_without_a_name_that_can_be_used_the_login_is_made_up() -> None:
    """It is the same each time."""
    made = clinic_account(b"key", {"iss": "https://a", "sub": "1"}, "roles", TABLE)
    assert made.login == made.name == f"portal-{made.key[:13]}"


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({"PATIENT_OIDC_ISSUER": "https://id.example"}, "CLIENT_ID"),
        ({"STAFF_OIDC_ISSUER": "https://id.example", "STAFF_OIDC_CLIENT_ID": "c"}, "STAFF_OIDC_ROLES"),
        ({"PATIENT_OIDC_ISSUER": "id.example", "PATIENT_OIDC_CLIENT_ID": "c"}, "address"),
        ({"STAFF_PASSWORDS": "off"}, "STAFF_OIDC_ISSUER"),
        ({"PATIENT_HEADER_KEY": "short", "TRUSTED_PROXIES": "10.0.0.1"}, "32"),
        ({"PATIENT_HEADER_KEY": "k" * 32}, "TRUSTED_PROXIES"),
        ({"STAFF_OIDC_ROLES": "nurses=doctor"}, "roles are care"),
    ],
)
def test_half_a_sign_in_stops_the_start(chosen: dict[str, str], told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a message that says what is missing, and no secret."""
    for name, value in chosen.items():
        monkeypatch.setenv(f"CARELIGHT_{name}", value)
    with pytest.raises(SettingsError, match=told) as caught:
        settings.read()
    assert "short" not in str(caught.value)

"""Every setting of Carelight in one frozen object, read once from `CARELIGHT_…` variables.

An unknown `CARELIGHT_` variable is refused, because a misspelt safety setting that is silently ignored is worse than none.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, StringConstraints, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app import portal_rules
from app.content import review_policy
from app.content.documents import TEXTS
from app.errors import SettingsError
from app.escalation import rota
from app.server import addresses
from app.sign_in_rules import SignInRules
from guardrails.level import Level

_PREFIX = "CARELIGHT_"
_ELSEWHERE = frozenset({"CARELIGHT_TORCH_INDEX"})
"""Variables of the Makefile, known here so that they are not refused."""
_HEADER_KEY = 32
Country = Annotated[str, StringConstraints(to_upper=True, pattern=r"^([A-Za-z]{2})?$")]


class Settings(BaseSettings):
    """What an operator can choose. Times are seconds."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

    mode: Literal["demo", "production"] = Field("demo", description="`demo` marks every page; `production` refuses to start with gaps.")
    data_dir: Path = Field(Path("data"), description="Folder of the database, index, keys and generated assets.")
    database_url: str = Field("", description="SQLAlchemy address of the database; empty means SQLite in the data folder.")
    keys: str = Field(
        "", description="SQLAlchemy address of the keys of patients' words; empty means `keys.db` in the data folder. Back it up apart."
    )
    master_key: SecretStr = Field(
        SecretStr(""),
        description="Master key that wraps those keys, 32 bytes in base64 (older ones behind it, with commas); "
        "generated into the data folder when empty.",
    )
    clinic: str = Field("Carelight", description="Name of the clinic as patients read it.")
    consent: Literal["by_mode", "asked", "given"] = Field(
        "by_mode",
        description="Whether patients must agree before their first answer: `asked`, or `given` where the clinic's portal asked them "
        "already. `by_mode` asks in production and not in the demo, which is for trying out. Every message is screened either way.",
    )
    min_age: int = Field(
        16,
        ge=0,
        le=18,
        description="Age from which patients are answered; younger ones get cards, child lines and library pages. 0: no limit.",
    )
    contact: str = Field(
        "", description="How patients reach the clinic about their data, as the privacy page says it: post, mail, telephone."
    )
    region: Country = Field("", description="ISO 3166-1 alpha-2 code of the clinic's country; decides the numbers on care cards.")
    language: Literal["en", "es"] = Field("en", description="Language of the assistant's set words.")
    origin: str = Field("", description="Public address, such as https://chat.example.org; empty allows the address it is served on.")
    trusted_proxies: str = Field(
        "", description="Networks of proxies, such as `10.0.0.0/8`, whose X-Forwarded-For, -Proto and -Host count; nobody else's do."
    )
    desk_origin: str = Field(
        "", description="Address of the desks on a host name of their own; the chat's host then answers 404 for them. Needs `origin`."
    )
    desk_networks: str = Field("", description="Networks, such as `10.0.0.0/8`, that the desks are found from; empty is all.")
    staffing: Literal["on_call", "unattended"] = Field(
        "unattended", description="Who is there when no nurse is signed in and `on_call_hours` is empty."
    )
    time_zone: str = Field("UTC", description="Time zone of the clinic, such as `Europe/Madrid`; hours on call are told in it.")
    on_call_hours: str = Field(
        "", description="When someone is on call, such as `mon-fri 08:00-18:00, fri 22:00-06:00`; empty leaves it to `staffing`."
    )
    holidays: str = Field("", description="Days on which no hours on call begin, such as `2026-12-25, 2027-01-01`.")
    notify_first: SecretStr = Field(
        SecretStr(""), description="Where a new case is told: Apprise addresses (mail, SMS, Teams, webhooks …), separated by spaces."
    )
    notify_next: SecretStr = Field(SecretStr(""), description="Where a case past its target is told; empty tells the first again.")
    notify_on_call: SecretStr = Field(SecretStr(""), description="Who is called at each further target; empty calls the ones before.")
    notify_operator: SecretStr = Field(
        SecretStr(""), description="Where it is told that the database or the screen fails; empty tells the first."
    )
    notify_audit: SecretStr = Field(
        SecretStr(""),
        description="Where a checkpoint of the audit log goes each night; best one that this server's operator cannot change.",
    )
    staffed_minutes: int = Field(10, ge=1, description="Minutes since a signed-in nurse was active that count as staffed.")
    staff_idle_minutes: int = Field(60, ge=5, le=480, description="Minutes after which a desk that nobody uses is signed out.")
    sign_in_tries: int = Field(
        10, ge=3, description="Failed sign-ins under one name after which it is closed for `sign_in_closed_minutes`."
    )
    sign_in_closed_minutes: int = Field(15, ge=1, le=1440, description="Minutes that a name stays closed; it opens again by itself.")
    sign_in_address_tries: int = Field(
        20, ge=3, description="Failed sign-ins from one address after which it waits, twice as long after each, a minute at most."
    )
    second_factor: Literal["required", "optional"] = Field(
        "optional", description="Whether staff need a second factor; in production mode they always do."
    )
    target_emergency: float = Field(2, gt=0, description="Minutes in which a person should act on an emergency.")
    target_crisis: float = Field(2, gt=0, description="Minutes in which a person should act on a crisis.")
    target_urgent: float = Field(30, gt=0, description="Minutes in which a person should act on an urgent case.")
    target_routine: float = Field(60, gt=0, description="Minutes in which a person should answer a patient who asked for one.")
    review_sample: int = Field(
        0, ge=0, le=200, description="Chats a week that raised no alarm and are read again, masked, of patients who agreed; 0 reads none."
    )
    gap_patients: int = Field(
        3, ge=2, le=50, description="Patients who must have asked for the same before editors see it among what is missing."
    )
    gap_days: int = Field(90, ge=1, le=730, description="Days over which editors see what patients asked and got no good answer to.")
    reach_days: int = Field(30, ge=1, description="Days after a case is closed until what a patient left to be reached by is deleted.")
    chat_days: int = Field(365, ge=0, description="Days after its newest message until a chat without a case is deleted; 0 keeps it.")
    case_days: int = Field(
        2555, ge=0, description="Days after closing until a case's chats and what was written about it are deleted; 0 keeps them."
    )
    handover_days: int = Field(90, ge=0, description="Days until a hand-over is deleted; 0 keeps it.")
    model_call_days: int = Field(365, ge=0, description="Days until the figures of a language model's call are deleted; 0 keeps them.")
    gate_days: int = Field(
        365, ge=0, description="Days until what publishing a revision would have changed is deleted; 0 keeps it, and an open review does."
    )
    notice_days: int = Field(90, ge=0, description="Days until the record of a notice to the care team is deleted; 0 keeps it.")
    libraries: str = Field(
        "own",
        pattern=r"^[a-z0-9-]+(,[a-z0-9-]+)*$",
        description="Libraries that patients are answered from, the most trusted first, such as `own,medlineplus`; "
        "on one topic an earlier library wins.",
    )
    two_reviewers: str = Field(
        "",
        description="Kinds of article, or `words`, `numbers` and `prompt`, that two clinical reviewers must sign, such as "
        "`medicine, words`; others need one.",
    )
    review_days: str = Field(
        "365", description="Days until an article is due for review again; kinds of their own as in `365, medicine 180, wellbeing 730`."
    )
    overdue_mark_days: int = Field(0, ge=0, description="Days after a review was due until patients are told that it is overdue.")
    overdue_lower_days: int = Field(
        90, ge=0, description="Days after a review was due until other articles that fit as well go first; 0 never."
    )
    overdue_withdraw_days: int = Field(
        0, ge=0, description="Days after a review was due until the article is withdrawn, if no red-flag rule shows it; 0 never."
    )
    embedding_model: str = Field(
        "tuned", description="`tuned` (the packaged model with our adapter), `packaged`, or the path of another model."
    )
    model: str = Field("", description="Language model for drafted answers, such as `openai:gpt-4o-mini`; empty quotes only.")
    model_base_url: str = Field("", description="Address of an OpenAI-compatible server for `model`.")
    model_api_key: SecretStr = Field(SecretStr(""), description="Key for `model`.")
    model_timeout: float = Field(20.0, gt=0, description="Seconds a draft may take; what is checked by then stays, the rest is quoted.")
    model_connect_timeout: float = Field(3.0, gt=0, description="Seconds to reach the model's server.")
    model_first_token_timeout: float = Field(8.0, gt=0, description="Seconds to a draft's first words before the quoted answer is used.")
    model_retries: int = Field(
        2, ge=0, le=5, description="How often a draft that did not begin is asked for again (429, 5xx, no connection)."
    )
    model_prompt_tokens: int = Field(
        3000, ge=600, description="Tokens that a whole prompt may hold; passages that do not fit are left out."
    )
    model_answer_tokens: int = Field(400, ge=20, description="Tokens that a draft may hold.")
    model_price_in: float = Field(0.0, ge=0, description="Price of a million tokens sent to `model`; 0 means unknown.")
    model_price_out: float = Field(0.0, ge=0, description="Price of a million tokens that `model` wrote; 0 means unknown.")
    patient_oidc_issuer: str = Field(
        "", description="OpenID Connect issuer of the clinic's portal, such as `https://id.example.org/patients`: patients may sign in."
    )
    patient_oidc_client_id: str = Field("", description="What that portal calls Carelight.")
    patient_oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="Secret of that client; empty reads `secrets/patient-oidc` in the data folder, or does without (PKCE)."
    )
    patient_header_key: SecretStr = Field(
        SecretStr(""),
        description="Key, 32 characters at least, that the clinic's proxy signs `X-Carelight-Patient` with, so that who comes to "
        "`/portal/enter` is signed in; see docs/operations.md. Needs `trusted_proxies`.",
    )
    patient_hours: int = Field(8, ge=1, le=24, description="Hours after which a patient who signed in is asked to do so again.")
    staff_oidc_issuer: str = Field("", description="OpenID Connect issuer of staff's clinic accounts: they may sign in to the desks.")
    staff_oidc_client_id: str = Field("", description="What that issuer calls Carelight.")
    staff_oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="Secret of that client; empty reads `secrets/staff-oidc` in the data folder, or does without (PKCE)."
    )
    staff_oidc_role_claim: str = Field(
        "roles", description="Claim of the ID token that names what somebody may do; `realm_access.roles` is one within another."
    )
    staff_oidc_roles: str = Field(
        "",
        description="Roles by the values of that claim, such as `nurses=care; web=editor; it=administrator`; of several that somebody "
        "has the first counts, and who has none is refused.",
    )
    staff_passwords: Literal["on", "off"] = Field(
        "on", description="Whether staff may sign in with a password kept here; `off` needs `staff_oidc_issuer`."
    )
    oidc_timeout: float = Field(5.0, gt=0, le=30, description="Seconds that a sign-in waits for the clinic's own accounts.")
    guest_days: int = Field(
        180,
        ge=30,
        le=1095,
        description="Days after their last visit until a guest's cookie is refused, and a browser that keeps chats drops it.",
    )
    guest_secret: SecretStr = Field(SecretStr(""), description="Signs guest and staff cookies; generated into the data folder when empty.")
    log_format: Literal["text", "json"] = Field("text", description="`text` for people, `json` for a collector: one object a line.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="From which level on our own events are logged.")
    metrics_token: SecretStr = Field(
        SecretStr(""), description="Who sends it as a bearer token reads `/metrics`; empty lets only this machine itself read them."
    )
    answer_threads: int = Field(4, ge=1, description="Threads that make answers; screening has its own.")
    answer_queue: int = Field(64, ge=1, description="Answers that may wait for a thread; whoever comes then is asked to try again.")
    answer_wait: float = Field(
        20.0, gt=0, description="Seconds that an answer waits for a thread before the patient is asked to try again."
    )
    limit_messages: int = Field(20, ge=0, description="Messages a minute of one guest that are answered; all are screened. 0: no limit.")
    limit_address_messages: int = Field(
        300, ge=0, description="Messages a minute from one address that are answered; a clinic's own network is one. 0: no limit."
    )
    limit_guests: int = Field(
        300, ge=0, description="New guests an hour from one address; those beyond share one guest's answers. 0: no limit."
    )
    limit_searches: int = Field(120, ge=0, description="Searches of the library a minute from one address. 0: no limit.")
    limit_sign_ins: int = Field(
        20, ge=0, description="Tries of a password a minute from one address, and as many sign-ins by clinic accounts. 0: no limit."
    )
    limit_cases: int = Field(
        20,
        ge=0,
        description="Patients an hour from one address whose cases stand for themselves; more are one line of the queue. 0: no limit.",
    )

    @field_validator("time_zone", "on_call_hours", "holidays")
    @classmethod
    def _can_be_read(cls, value: str, info: ValidationInfo) -> str:
        {"time_zone": rota.time_zone, "on_call_hours": rota.on_call_hours, "holidays": rota.dates}[str(info.field_name)](value)
        return value

    @field_validator("trusted_proxies", "desk_networks")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        addresses.networks(value)
        return value

    @model_validator(mode="after")
    def _hosts_differ(self) -> Self:
        if self.desk_origin and urlsplit(self.origin).netloc in ("", urlsplit(self.desk_origin).netloc):
            raise ValueError("CARELIGHT_DESK_ORIGIN needs a CARELIGHT_ORIGIN on another host name")
        return self

    @field_validator("patient_oidc_issuer", "staff_oidc_issuer")
    @classmethod
    def _is_an_issuer(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("https", "http") or not parts.netloc or parts.query or parts.fragment):
            raise ValueError("an issuer is an address such as https://id.example.org/patients")
        return value

    @field_validator("staff_oidc_roles")
    @classmethod
    def _names_roles(cls, value: str) -> str:
        portal_rules.role_table(value)
        return value

    @model_validator(mode="after")
    def _portals_are_whole(self) -> Self:
        for name in ("PATIENT", "STAFF"):
            if getattr(self, f"{name.lower()}_oidc_issuer") and not getattr(self, f"{name.lower()}_oidc_client_id"):
                raise ValueError(f"CARELIGHT_{name}_OIDC_ISSUER needs CARELIGHT_{name}_OIDC_CLIENT_ID")
        if self.staff_oidc_issuer and not self.staff_oidc_roles.strip():
            raise ValueError("CARELIGHT_STAFF_OIDC_ISSUER needs CARELIGHT_STAFF_OIDC_ROLES: without it everybody would be refused")
        if self.staff_passwords == "off" and not self.staff_oidc_issuer:
            raise ValueError("CARELIGHT_STAFF_PASSWORDS=off needs CARELIGHT_STAFF_OIDC_ISSUER: nobody could sign in")
        key = self.patient_header_key.get_secret_value()
        if key and (len(key) < _HEADER_KEY or not self.trusted_proxies.strip()):
            raise ValueError(f"CARELIGHT_PATIENT_HEADER_KEY needs {_HEADER_KEY} characters, and CARELIGHT_TRUSTED_PROXIES")
        return self

    @field_validator("two_reviewers", "review_days")
    @classmethod
    def _names_kinds(cls, value: str, info: ValidationInfo) -> str:
        {"two_reviewers": review_policy.kinds, "review_days": review_policy.days}[str(info.field_name)](value)
        return value

    @field_validator("libraries")
    @classmethod
    def _are_articles(cls, value: str) -> str:
        if TEXTS in value.split(","):
            raise ValueError(f"{TEXTS!r} are the clinic's set words and numbers; no answer quotes them")
        return value

    @property
    def database(self) -> str:
        """The database address in use."""
        return self.database_url or f"sqlite:///{self.data_dir / 'carelight.db'}"

    @property
    def asks_consent(self) -> bool:
        """Whether patients are asked to agree before their first answer."""
        return self.consent == "asked" or (self.consent == "by_mode" and self.mode == "production")

    @property
    def sign_in_rules(self) -> SignInRules:
        """What is asked of sign-ins to the desks."""
        return SignInRules(
            second_factor=self.mode == "production" or self.second_factor == "required",
            idle=timedelta(minutes=self.staff_idle_minutes),
            tries=self.sign_in_tries,
            closed_for=timedelta(minutes=self.sign_in_closed_minutes),
            address_tries=self.sign_in_address_tries,
        )

    @property
    def key_store(self) -> str:
        """The address in use of the keys of patients' words."""
        return self.keys or f"sqlite:///{self.data_dir / 'keys.db'}"

    @property
    def targets(self) -> dict[Level, timedelta]:
        """How long a patient may wait for a person, by level."""
        minutes: dict[Level, float] = {
            "emergency": self.target_emergency,
            "crisis": self.target_crisis,
            "urgent": self.target_urgent,
            "routine": self.target_routine,
        }
        return {level: timedelta(minutes=target) for level, target in minutes.items()}


def read(**overrides: object) -> Settings:
    """Read settings from the environment; SettingsError names every one that is wrong."""
    known = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields} | _ELSEWHERE
    unknown = sorted(name for name in os.environ if name.upper().startswith(_PREFIX) and name.upper() not in known)
    if unknown:
        raise SettingsError(f"unknown setting {', '.join(unknown)}; see docs/settings.md for the names there are")
    try:
        return Settings(**{key: value for key, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        wrong = "; ".join(f"{_PREFIX}{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"{wrong}; see docs/settings.md") from None


def reference() -> str:
    """The text of docs/settings.md: every setting with its default and what it means."""
    rows = [
        f"| `{_PREFIX}{name.upper()}` | {f'`{shown}`' if (shown := str(field.default)) else 'empty'} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join([_REFERENCE, *rows, ""])


_REFERENCE = """# Settings

Every setting is an environment variable that begins with `CARELIGHT_`; an unknown or wrong one stops the start with a
message. This page is `app.settings.reference()`; a test holds it to the code. `CARELIGHT_TORCH_INDEX` is read by the
Makefile alone: the package index that PyTorch is installed from.

| variable | default | what it does |
|---|---|---|"""

"""The language model that the clinic's settings name. None is needed: without one every answer is quoted."""

from app.errors import SettingsError
from app.settings import Settings
from retrieval.drafted import Drafter, connect
from retrieval.model import Limits, ModelChoice
from retrieval.prompt import Prompt


def drafter(settings: Settings, prompt: Prompt) -> Drafter | None:
    """The drafter over that model, asked with `prompt`, or None where none is named; SettingsError where it cannot be used."""
    if not settings.model:
        return None
    choice = _choice(settings)
    try:
        return Drafter(connect(choice), choice, prompt=prompt)
    except Exception as error:  # LangChain's, a provider's, or a missing package: known at start, not in a patient's turn
        raise SettingsError(
            f"CARELIGHT_MODEL={settings.model} cannot be used ({type(error).__name__}); see docs/settings.md, or leave it empty"
        ) from None


def _choice(settings: Settings) -> ModelChoice:
    """The model with its limits, budgets and prices."""
    return ModelChoice(
        settings.model,
        settings.model_base_url,
        settings.model_api_key.get_secret_value(),
        Limits(settings.model_connect_timeout, settings.model_first_token_timeout, settings.model_timeout, settings.model_retries),
        settings.model_prompt_tokens,
        settings.model_answer_tokens,
        settings.model_price_in,
        settings.model_price_out,
    )

"""Which language model drafts, how long it may take, what a call took, and the one error that a call ends in."""

from dataclasses import dataclass, field


class ModelError(RuntimeError):
    """The model gave nothing more (late, refused, broken off, resting); the message says which, never what was said."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that each stage of one call may take, and how often a call that did not begin is tried again."""

    connect_s: float = 3.0
    first_token_s: float = 8.0
    whole_s: float = 20.0
    retries: int = 2


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """LangChain's `provider:name`, an address and a key where the provider needs them, limits, budgets and prices."""

    name: str
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    limits: Limits = Limits()
    prompt_tokens: int = 3000
    """Tokens that a whole prompt may hold."""
    answer_tokens: int = 400
    price_in: float = 0.0
    """Price of a million tokens of prompt, 0 where it is not known."""
    price_out: float = 0.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a reply as it streams in; tokens where the server counted them, and why it ended ("" before the end)."""

    text: str
    tokens_in: int = 0
    tokens_out: int = 0
    ended: str = ""


@dataclass(frozen=True, slots=True)
class ModelCall:
    """What one call took: no words, only numbers and names."""

    model: str
    prompt: str
    """Version of the prompt (`retrieval.prompt.Prompt`)."""
    reason: str
    """Why the draft ended before its end; "" for one that was finished."""
    tokens_in: int
    tokens_out: int
    cost: float | None
    """In the currency of the prices; None where these are not known."""
    first_ms: float | None
    """From the call to the first words; None where none came."""
    total_ms: float
    attempts: int

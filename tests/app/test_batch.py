"""JSON lines in, JSON lines out in the same order: a bad line costs itself, and every offset points at its words."""

import io
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import batch
from app.wiring import Application
from guardrails.level import Profile


def _echo(data: object) -> dict[str, Any]:
    given = batch.ConversationIn.model_validate(data)
    return {"id": given.id, "messages": given.messages}


def _run(lines: list[str], capsys: pytest.CaptureFixture[str], work: Any = _echo) -> tuple[int, list[dict[str, Any]]]:
    read = batch.run(lines, work)
    return read, [json.loads(line) for line in capsys.readouterr().out.split("\n") if line]


GOOD = '{"id": "good", "messages": ["hello"]}'
BAD = [
    "not json",
    "[1, 2]",
    "null",
    '{"id": "x"}',
    '{"id": "x", "messages": []}',
    '{"id": "x", "messages": "hello"}',
    '{"id": "x", "messages": [1]}',
    '{"messages": ["hello"]}',
    '{"id": "x", "messages": ["hello"], "profile": {"sex": "yes"}}',
    '{"id": "x", "messages": ["hello"], "profile": {"age": Infinity}}',
    '{"id": "x", "messages": ["hello"], "profile": {"age": -1}}',
    "[" * 100_000,
    '{"id": ' + "1" * 5000 + ', "messages": ["hello"]}',
]


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_a_bad_line_yields_an_error_and_the_others_go_on(bad: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One broken conversation in ten thousand must not end the run."""
    read, results = _run([GOOD, bad, GOOD], capsys)
    assert read == 2
    assert [set(result) for result in results] == [{"id", "messages"}, {"id", "error"}, {"id", "messages"}]


def test_a_bad_line_keeps_its_id_and_is_numbered_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever prepared the file must find the line again."""
    batch.run(["", GOOD, '{"id": "x", "messages": []}'], _echo)
    printed = capsys.readouterr()
    assert json.loads(printed.out.splitlines()[1])["id"] == "x"
    assert printed.err.startswith("line 3: messages")


def test_an_error_does_not_repeat_the_words(capsys: pytest.CaptureFixture[str]) -> None:
    """Standard error ends up in logs."""
    batch.run(['{"id": "x", "messages": "I want to die"}', '{"id": 1, "messages": ["I want to die"'], _echo)
    printed = capsys.readouterr()
    assert "die" not in printed.out + printed.err


@given(st.lists(st.sampled_from([GOOD, "junk", "", "  ", '{"id": 7, "messages": ["a", "b"]}']), max_size=8))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_line_that_holds_anything_yields_one_line_in_order(capsys: pytest.CaptureFixture[str], lines: list[str]) -> None:
    """Results are matched to questions by position."""
    read, results = _run(lines, capsys)
    held = [line for line in lines if line.strip()]
    assert [result["id"] for result in results] == [None if line == "junk" else json.loads(line)["id"] for line in held]
    assert read == sum(line != "junk" for line in held)


def test_half_an_emoji_is_printed_and_does_not_end_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON may hold a lone surrogate, which no terminal takes; the next conversation must still be screened."""
    _, results = _run(['{"id": "\\ud83d", "messages": ["cut \\ud83d here"]}', GOOD], capsys)
    assert [result["messages"] for result in results] == [["cut ? here"], ["hello"]]


@pytest.mark.parametrize("separator", ["\u2028", "\u0085", "\x0b", "\x1c"])
def test_only_a_line_feed_ends_a_line(separator: str, tmp_path: Path) -> None:
    """Text copied from a page holds other separators, which JSON allows inside a string."""
    line = json.dumps({"id": 1, "messages": [f"a{separator}b"]}, ensure_ascii=False)
    (tmp_path / "in").write_text(f"{line}\r\n{line}\n", encoding="utf-8", newline="")
    assert [json.loads(text)["id"] for text in batch.lines(str(tmp_path / "in")) if text.strip()] == [1, 1]


@pytest.mark.parametrize("from_stdin", [True, False])
def test_a_byte_order_mark_and_broken_bytes_are_no_obstacle(from_stdin: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files come from Windows, and from programs that cut text in the middle of a character."""
    raw = b'\xef\xbb\xbf{"id": 1, "messages": ["caf\xe9"]}\n{"id": 2, "messages": ["x\xe2\x80\xa8y"]}\n'
    (tmp_path / "in").write_bytes(raw)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="ascii"))
    lines = batch.lines("-" if from_stdin else str(tmp_path / "in"))
    assert [json.loads(line)["messages"] for line in lines if line.strip()] == [["caf\ufffd"], ["x\u2028y"]]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Profile()),
        ({"age": 2.5}, Profile(age_months=30)),
        ({"age": 40, "age_months": 7}, Profile(age_months=7)),
        ({"age_months": 0}, Profile(age_months=0)),
        ({"region": "gb", "sex": "female", "pregnant": True, "about": "other"}, Profile(None, "female", True, "GB", "other")),
        ({"shoe_size": 43}, Profile()),
    ],
)
def test_a_profile_is_read_as_documented(given: dict[str, Any], expected: Profile) -> None:
    """Months count before years; what we do not know is left out."""
    assert batch.ProfileIn.model_validate(given).profile() == expected


# The three verbs


@pytest.fixture
def asked(small: Application) -> Application:
    """An application whose library holds one article on gout."""
    return small


def test_screen_gives_level_reason_and_the_words_that_fired(asked: Application) -> None:
    """Every decision carries its reason, and its offsets slice to its text."""
    messages = ["hello", "It began at six. I have crushing chest pain and I am sweating"]
    result = batch.screen(asked, {"id": 5, "messages": messages})
    assert (result["id"], result["level"], result["findings"][0]["rule"]) == (5, "emergency", "heart-attack")
    evidence = [item for found in result["findings"] for item in found["evidence"]]
    assert evidence
    assert all(messages[item["turn"]][item["start"] : item["end"]] == item["text"] for item in evidence)


def test_screen_takes_the_profile_into_account(asked: Application) -> None:
    """The same words mean more in a baby of two months."""
    line = {"id": 1, "messages": ["fever of 38.5 since this morning"]}
    levels = [batch.screen(asked, {**line, "profile": profile})["level"] for profile in ({}, {"age_months": 2, "about": "me"})]
    assert levels[1] in ("emergency", "urgent")
    assert levels[0] != levels[1]


def test_search_gives_passages_whose_offsets_slice_to_their_text(asked: Application) -> None:
    """A citation is built on exactly these numbers."""
    snapshot = asked.library.snapshot()
    result = batch.search(asked, snapshot, 3, {"id": "q", "question": "what is gout?"})
    assert 0 < len(result["passages"]) <= 3
    assert all(snapshot.article(p["article"]).body[p["start"] : p["end"]] == p["text"] for p in result["passages"])
    assert result["passages"][0]["source"] == "https://medlineplus.gov/gout.html"


def test_ask_gives_statements_whose_quotes_stand_in_the_article(asked: Application) -> None:
    """Whole replies, by the same path as the chat."""
    result = batch.ask(asked, {"id": "q", "messages": ["what is gout?"]})
    body = asked.library.snapshot().article("gout").body
    citations = [citation for statement in result["statements"] for citation in statement["citations"]]
    assert (result["kind"], result["level"], result["card"]) == ("answer", "routine", None)
    assert citations
    assert all(body[c["start"] : c["end"]] == c["quote"] for c in citations)


@pytest.mark.parametrize(
    ("messages", "kind", "level"),
    [
        (["I have crushing chest pain and I am sweating"], "care_card", "emergency"),
        (["I have crushing chest pain and I am sweating", "thanks"], "care_card", "emergency"),
        (["tell me about hernia surgery"], "not_covered", "routine"),
        (["hello"], "smalltalk", "routine"),
        ([""], "clarify", "routine"),
    ],
)
def test_ask_names_the_kind_of_reply(messages: list[str], kind: str, level: str, asked: Application) -> None:
    """The evaluation counts by kind; a card is there exactly where the level asks for one."""
    result = batch.ask(asked, {"id": 1, "messages": messages})
    assert (result["kind"], result["level"]) == (kind, level)
    assert (result["card"] is not None) == (kind == "care_card")


def test_ask_records_nobody(asked: Application) -> None:
    """A file of test conversations must not fill the care desk."""
    batch.ask(asked, {"id": 1, "messages": ["I have crushing chest pain and I am sweating"]})
    assert asked.case_store.queue() == []
    assert asked.conversations.chats("") == []


def test_every_stage_is_timed_also_where_it_did_not_run(asked: Application) -> None:
    """A column that is sometimes missing breaks the table."""
    result = batch.ask(asked, {"id": 1, "messages": ["hello"]})
    assert list(result["ms"]) == ["screen", "search", "answer", "check", "total"]
    assert result["ms"]["total"] > 0


def test_the_verbs_print_what_json_can_hold(asked: Application, capsys: pytest.CaptureFixture[str]) -> None:
    """From line to line, without anything else on standard output."""
    line = json.dumps({"id": 1, "messages": ["¿qué es la gota? 😀"]}, ensure_ascii=False)
    read, results = _run([line], capsys, partial(batch.ask, asked))
    assert (read, results[0]["id"]) == (1, 1)

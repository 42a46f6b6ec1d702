"""What every suite hands back: exact bounds, tables without words, and what changed since an earlier report."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.evals.report import Amount, Case, EarlierError, Report, Share, as_json, compared, earlier, printed, share, table, worst


def made(*hits: int, words: float = 100.0) -> Report:
    """A report of one question for each of `hits`."""
    cases = tuple(Case(f"q{number}", {"first": float(hit)}, f"the words of q{number}") for number, hit in enumerate(hits))
    figures: list[Share | Amount] = [
        share("right", map(bool, hits)),
        share("wrong", (not hit for hit in hits), "less"),
        Amount("words", words),
    ]
    return Report("retrieval", (table("all", figures),), cases, {"questions": len(hits)})


def kept(report: Report) -> dict[str, object]:
    """A report as it comes back from its file."""
    return dict(json.loads(json.dumps(as_json(report))))


def test_the_bounds_are_clopper_and_pearsons() -> None:
    """Known values: 0 of 40 still allows 8.8 %, 10 of 10 allows 69.2 %."""
    assert Share("x", 0, 40).bounds == pytest.approx((0.0, 0.0881), abs=1e-4)
    assert Share("x", 10, 10).bounds == pytest.approx((0.6915, 1.0), abs=1e-4)
    assert Share("x", 5, 10).bounds == pytest.approx((0.1871, 0.8129), abs=1e-4)


@given(st.integers(1, 400).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_bounds_hold_the_share(case: tuple[int, int]) -> None:
    """And stay between nothing and everything."""
    hits, total = case
    low, high = Share("x", hits, total).bounds
    assert 0 <= low <= hits / total <= high <= 1


def test_a_share_of_nothing_is_left_out_of_its_table() -> None:
    """Rather than "0 of 0"."""
    assert table("all", [share("right", []), Amount("words", 3)]).figures == (Amount("words", 3),)


def test_tables_and_json_hold_no_words_of_a_question() -> None:
    """Figures are passed on and kept; what patients wrote stays in the file for reading."""
    report = made(1, 0)
    assert "the words" not in "\n".join(printed(report)) + json.dumps(as_json(report))


def test_json_holds_the_figures_with_bounds_and_every_question_by_id() -> None:
    """What a later run is compared with."""
    data = as_json(made(1, 0))
    assert data["questions"] == {"q0": {"first": 1.0}, "q1": {"first": 0.0}}
    assert data["figures"]["all"]["right"]["value"] == 0.5
    assert data["figures"]["all"]["right"]["low"] == pytest.approx(0.0126, abs=1e-4)


def test_the_worst_cases_come_first_and_the_good_ones_not_at_all() -> None:
    """A reader's time goes to what went wrong."""
    cases = (Case("good", {"a": 1.0}, "x"), Case("bad", {"a": 0.5, "b": 1.0}, "half"), Case("worst", {"a": 0.0, "b": 0.0}, "none"))
    lines = list(worst(Report("answers", (), cases, {})))
    assert lines[0].startswith("2 of 3 fell short")
    assert [line.split()[1] for line in lines[1:]] == ["worst", "bad"]


def test_a_comparison_names_the_questions_that_changed_and_which_way() -> None:
    """One question better and one worse leave the figure as it was; that must not look like nothing."""
    lines = list(compared(kept(made(1, 0, 1)), made(0, 1, 1)))
    assert "first: 1 better, 1 worse of 3 (sign test p = 1)" in lines
    assert "  better: q1" in lines
    assert "  worse: q0" in lines
    assert not any(line.startswith("all: right") for line in lines)


def test_a_figure_that_should_be_small_gets_worse_by_growing() -> None:
    """And one that is neither good nor bad gets no verdict."""
    lines = list(compared(kept(made(1, 1)), made(1, 0, words=120)))
    assert any(line.startswith("all: right") and line.endswith("100.0% -> 50.0%  worse") for line in lines)
    assert any(line.startswith("all: wrong") and line.endswith("0.0% -> 50.0%  worse") for line in lines)
    assert any(line.startswith("all: words") and line.endswith("100 -> 120") for line in lines)


def test_a_comparison_of_the_same_says_that_nothing_changed_and_counts_what_is_new() -> None:
    """Questions that only one report has can be neither better nor worse."""
    assert list(compared(kept(made(1, 0)), made(1, 0))).count("none") == 2
    assert "1 questions stand in one of the two reports alone" in list(compared(kept(made(1)), made(1, 0)))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"suite": "answers", "figures": {}, "questions": {}}', '{"suite": "retrieval"}'])
def test_a_file_that_is_no_earlier_report_of_the_suite_is_refused(text: str, tmp_path: Path) -> None:
    """Comparing answers with retrieval would print nonsense that looks like progress."""
    file = tmp_path / "old.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(EarlierError, match=r"old\.json"):
        earlier(file, "retrieval")


def test_an_earlier_report_is_read_back(tmp_path: Path) -> None:
    """What was written can be compared."""
    file = tmp_path / "old.json"
    file.write_text(json.dumps(as_json(made(1, 0))), encoding="utf-8")
    assert earlier(file, "retrieval")["questions"] == {"q0": {"first": 1.0}, "q1": {"first": 0.0}}

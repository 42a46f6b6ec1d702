"""The library's figures: `python -m benchmarks.library [MEDQUAD.jsonl.gz]`.

Prints reading grades, the time to index the starter corpus with its shipped vectors, to index one changed article, and
(with a file) the rate and memory of an import, first and again.
"""

import argparse
import resource
import statistics
import tempfile
import time
from pathlib import Path

from app import settings
from app.content.importing import bring_in
from app.wiring import Application, starter_corpus
from knowledge.article import parse
from knowledge.reading_grade import grade


def main() -> None:
    """Measure on one fresh data folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("medquad", type=Path, nargs="?")
    given = parser.parse_args()
    articles = starter_corpus()
    names = {name for article in articles for name in article.names}
    grades = sorted(grade(article, names) for article in articles)
    print(
        f"{len(articles)} articles; reading grade median {statistics.median(grades):.1f}, lowest {grades[0]:.1f}, highest {grades[-1]:.1f}"
    )
    with tempfile.TemporaryDirectory() as folder:
        app = Application(settings.read(data_dir=Path(folder)))
        app.initialise()
        app.embedder.embed(["the model is loaded"])
        start = time.perf_counter()
        report = app.sync_index()
        print(f"starter corpus indexed: {report.added} passages in {time.perf_counter() - start:.1f} s")
        _one_changed(app)
        if given.medquad:
            for turn in ("first", "again"):
                start = time.perf_counter()
                done = bring_in(app.library, "medquad", given.medquad)
                count = sum(map(len, (done.stored.added, done.stored.changed, done.stored.unchanged, done.refused)))
                spent = time.perf_counter() - start
                print(f"import {turn}: {count} documents in {spent:.1f} s, {count / spent:.0f}/s, {len(done.stored.added)} added")
            print(f"resident memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB")
        app.close()


def _one_changed(app: Application) -> None:
    """Publish an article with one changed sentence in each section, five times, and bring the index up to date."""
    times = []
    for number in range(5):
        article = app.library.snapshot().article("asthma")
        app.add_articles([parse(article.text.replace(".\n\n## ", f". This is edit {number} of it.\n\n## "), "asthma")], "benchmark")
        start = time.perf_counter()
        report = app.sync_index()
        times.append(time.perf_counter() - start)
    print(f"one changed article indexed: {report.added} passages, median {statistics.median(times):.2f} s")


if __name__ == "__main__":
    main()

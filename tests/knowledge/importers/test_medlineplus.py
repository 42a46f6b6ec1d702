"""The official MedlinePlus XML: summaries become articles that say whose they are."""

import zipfile
from pathlib import Path

import pytest

from knowledge.article import Article
from knowledge.front_matter import ArticleError
from knowledge.importers import medlineplus
from knowledge.importers.compose import Refused

ASTHMA = (Path(__file__).parent / "asthma.xml").read_text(encoding="utf-8")
SPANISH = ASTHMA.replace("gov/asthma", "gov/spanish/asthma").replace('"English"', '"Spanish"').replace('title="Asthma"', 'title="Asma"')


def read(tmp_path: Path, *topics: str, name: str = "mplus_topics_2026-11-20.xml") -> list[Article | Refused]:
    """What the importer makes of a file with `topics`."""
    file = tmp_path / name
    root = f'<health-topics total="{len(topics)}" date-generated="11/20/2026">'
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{root}{"".join(topics)}</health-topics>'
    if file.suffix == ".zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("mplus_topics_2026-11-20.xml", text)
    else:
        file.write_text(text, encoding="utf-8")
    assert medlineplus.count(file) == len(topics)
    return list(medlineplus.read(file))


def only(found: list[Article | Refused]) -> Article:
    """The one article of `found`."""
    (article,) = found
    assert isinstance(article, Article)
    return article


def test_a_topic_becomes_an_article_with_its_own_headings(tmp_path: Path) -> None:
    """Sections keep the source's words; their kinds are told from them, so that search can weigh them."""
    article = only(read(tmp_path, ASTHMA))
    assert [(s.heading, s.kind) for s in article.sections] == [
        ("What is asthma?", "overview"),
        ("What are the symptoms of asthma?", "symptoms"),
    ]
    assert "Signs include:\n- Wheeze\n- Cough\n" in article.body
    assert article.summary == "Asthma makes airways narrow. It can start at any age."


def test_it_says_whose_it_is(tmp_path: Path) -> None:
    """Attribution, licence, address and date stay with it; synonyms and MeSH codes come along."""
    article = only(read(tmp_path, ASTHMA))
    assert article.provenance is not None
    assert (article.library, article.provenance.item, article.provenance.revision) == ("medlineplus", "asthma", "1999-03-22")
    (source,) = article.sources
    assert source.organisation == "MedlinePlus (U.S. National Library of Medicine), with NIH: National Heart, Lung, and Blood Institute"
    assert "Public domain" in article.licence
    assert article.synonyms == ("Bronchial asthma", "Wheezing illness")
    assert article.codes == {"mesh": ("D001249",)}


def test_spanish_topics_stand_beside_the_english_ones(tmp_path: Path) -> None:
    """A Spanish question is answered from Spanish articles where they are loaded."""
    slugs = [(a.slug, a.language) for a in read(tmp_path, ASTHMA, SPANISH) if isinstance(a, Article)]
    assert slugs == [("medlineplus-asthma", "en"), ("medlineplus-es-asthma", "es")]


def test_a_zip_is_read_as_its_file(tmp_path: Path) -> None:
    """MedlinePlus offers both."""
    assert only(read(tmp_path, ASTHMA, name="mplus_topics.zip")).title == "Asthma"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (('date-created="03/22/1999"', 'date-created="soon"'), "date-created"),
        (('language="English"', 'language="Klingon"'), "language"),
        (('title="Asthma"', 'title=""'), "title"),
        (("&lt;p&gt;Asthma makes airways narrow. It can start at any age.&lt;/p&gt;", ""), None),
    ],
)
def test_a_topic_that_cannot_be_used_is_refused_with_the_reason(change: tuple[str, str], why: str | None, tmp_path: Path) -> None:
    """One bad record must not stop a thousand good ones; an empty part is simply left out."""
    good, bad = read(tmp_path, ASTHMA, ASTHMA.replace(*change).replace('id="19"', 'id="20"'))
    assert isinstance(good, Article)
    assert (why is None) is isinstance(bad, Article)
    if isinstance(bad, Refused):
        assert why is not None
        assert bad.where == "20"
        assert why in bad.why


@pytest.mark.parametrize("text", ["not xml", '<!DOCTYPE a [<!ENTITY x "y">]><health-topics total="1">&x;</health-topics>'])
def test_a_file_that_is_no_such_xml_is_one_clear_error(text: str, tmp_path: Path) -> None:
    """Entity bombs are refused like any other broken file."""
    file = tmp_path / "x.xml"
    file.write_text(text)
    with pytest.raises(ArticleError, match=r"x\.xml:1: xml: is not MedlinePlus"):
        list(medlineplus.read(file))


def test_a_zip_without_xml_is_one_clear_error(tmp_path: Path) -> None:
    """The wrong download is told apart from an empty library."""
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(ArticleError, match=r"holds no \.xml"):
        list(medlineplus.read(tmp_path / "x.zip"))

"""Web pages, Word files and PDFs become drafts in our form, with where they came from."""

import zipfile
from pathlib import Path

import pytest

from app.content.importing import KINDS, Name
from knowledge.article import Article
from knowledge.importers.compose import Refused

PAGE = (
    "<html><head><title>Clinic: gout</title></head><body><nav>Menu</nav>"
    "<h1>Gout</h1><p>Gout hurts.</p><h2>Symptoms</h2><p>Heat.</p></body></html>"
)
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(path: Path, paragraphs: list[tuple[str, str]]) -> None:
    """The smallest Word file with styled paragraphs."""
    body = "".join(
        f"<w:p>{f'<w:pPr><w:pStyle w:val={chr(34)}{style}{chr(34)}/></w:pPr>' if style else ''}<w:r><w:t>{text}</w:t></w:r></w:p>"
        for style, text in paragraphs
    )
    styles = "".join(f'<w:style w:type="paragraph" w:styleId="Heading{n}"><w:name w:val="heading {n}"/></w:style>' for n in (1, 2))
    types = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{types}.document.main+xml"/>'
            f'<Override PartName="/word/styles.xml" ContentType="{types}.styles+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="a" Type="{rels}/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/_rels/document.xml.rels",
            f'<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="b" Type="{rels}/styles" Target="styles.xml"/></Relationships>',
        )
        archive.writestr("word/styles.xml", f"<w:styles {_W}>{styles}</w:styles>")
        archive.writestr("word/document.xml", f"<w:document {_W}><w:body>{body}</w:body></w:document>")


def pdf(path: Path, lines: list[str]) -> None:
    """The smallest PDF with lines of text."""
    shown = " ".join(f"({line}) Tj 0 -14 Td" for line in lines)
    stream = f"BT /F1 12 Tf 20 200 Td {shown} ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    text, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(text))
        text += f"{number} 0 obj\n{content}\nendobj\n"
    start = len(text)
    text += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(f"{place:010} 00000 n \n" for place in places)
    path.write_text(f"{text}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", encoding="latin-1")


def read(kind: Name, path: Path) -> Article | Refused:
    """The one thing that the importer finds at `path`."""
    (found,) = KINDS[kind].read(path)
    return found


def test_a_web_page_keeps_its_headings(tmp_path: Path) -> None:
    """Its title is its first heading; menus are no text."""
    (tmp_path / "gout.html").write_text(PAGE)
    article = read("html", tmp_path)
    assert isinstance(article, Article)
    assert (article.title, article.body) == ("Gout", "\n## Overview\n\nGout hurts.\n\n## Symptoms\n\nHeat.\n")


def test_a_word_file_keeps_its_headings(tmp_path: Path) -> None:
    """Most clinics' leaflets are Word files."""
    docx(tmp_path / "Gout leaflet.docx", [("Heading1", "Gout"), ("", "Gout hurts."), ("Heading2", "Symptoms"), ("", "Heat.")])
    article = read("docx", tmp_path / "Gout leaflet.docx")
    assert isinstance(article, Article)
    assert (article.title, article.body) == ("Gout", "\n## Overview\n\nGout hurts.\n\n## Symptoms\n\nHeat.\n")


def test_the_text_of_a_pdf_is_found(tmp_path: Path) -> None:
    """It has lines and no headings: an editor gives it those."""
    pdf(tmp_path / "gout.pdf", ["Gout in short", "Gout hurts a lot."])
    article = read("pdf", tmp_path)
    assert isinstance(article, Article)
    assert "Gout hurts a lot." in article.body


def test_a_draft_names_the_very_file_it_came_from(tmp_path: Path) -> None:
    """Its hash stays with it: an address that does not exist is never made up."""
    (tmp_path / "gout.html").write_text(PAGE)
    article = read("html", tmp_path)
    assert isinstance(article, Article)
    assert article.provenance is not None
    assert (article.library, article.provenance.item) == ("documents", "gout.html")
    assert article.sources[0].url.startswith("urn:sha256:")


@pytest.mark.parametrize(("kind", "name"), [("docx", "x.docx"), ("pdf", "x.pdf")])
def test_a_file_that_is_not_what_it_says_is_refused(kind: Name, name: str, tmp_path: Path) -> None:
    """A renamed picture must not end the import of a folder."""
    (tmp_path / name).write_bytes(b"\x89PNG not a document")
    found = read(kind, tmp_path)
    assert isinstance(found, Refused)
    assert "cannot be read" in found.why


def test_a_scanned_pdf_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """A picture of text holds none."""
    pdf(tmp_path / "scan.pdf", [])
    found = read("pdf", tmp_path)
    assert isinstance(found, Refused)
    assert "scanned" in found.why

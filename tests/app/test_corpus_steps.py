"""The editor desk's steps from files and the command line: by the same rules, and by people who prove who they are."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from app import file_work
from app.commands import shared
from app.errors import NotAllowedError
from app.settings import Settings
from app.wiring import CORPUS, Application
from tests.desk import PASSWORD
from tests.fakes import HashingEmbedder, article_text

Run = Callable[..., Result]
STARTER = CORPUS / "gout.md"
"""An article without errors; the data folder serves another of that name."""


@pytest.fixture
def clinic(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder with an editor and a reviewer; what the commands make embeds without a model."""
    app = Application(Settings(data_dir=folder))
    for login, role in (("ed", "editor"), ("rita", "reviewer")):
        app.staff.add(login, login.capitalize(), role, PASSWORD)
    app.close()
    monkeypatch.setattr(shared, "Application", lambda settings: Application(settings, make_embedder=lambda _model: HashingEmbedder()))
    return folder


@pytest.fixture
def desk(run: Run, clinic: Path) -> Run:
    """Runs a command of `carelight corpus`, with the password on standard input."""
    return lambda *arguments, password=PASSWORD: run("corpus", *map(str, arguments), text=f"{password}\n")


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The article on gout with a new sentence, as an editor keeps it in a repository."""
    path = tmp_path / "gout.md"
    path.write_text(STARTER.read_text(encoding="utf-8").replace("\n## Overview\n\n", "\n## Overview\n\nGout is common. "), encoding="utf-8")
    return path


def test_a_file_goes_all_the_way_to_patients_by_two_people(desk: Run, run: Run, changed: Path, clinic: Path) -> None:
    """Handed in, signed, its changes seen, served; and every step stands in the history."""
    assert "gout, revision 2, waits" in desk("submit", changed, "--as", "ed", "--note", "How common").stdout
    assert "In review" in desk("status").stdout
    assert "(by Ed), is signed. It may be published." in desk("approve", "gout", "--as", "rita", "--file", changed).stdout
    shown = desk("publish", "gout", "--as", "ed")
    if "look at what changes" in shown.stderr:
        shown = desk("publish", "gout", "--as", "ed", "--accept-changes")
    assert "revision 2, is what patients get" in shown.stdout
    app = Application(Settings(data_dir=clinic))
    served = app.library.snapshot().revisions["gout"]
    app.close()
    assert (served.number, served.signed) == (2, True)
    told = [line.split("\t")[1:3] for line in desk("history", "gout").stdout.splitlines()]
    assert told[0] == ["Ed", "published"]
    assert ["Rita", "approved"] in told
    assert ["Ed", "handed in"] in told


@pytest.mark.parametrize(("login", "password"), [("ed", "wrong horse battery"), ("nobody", PASSWORD)])
def test_whoever_cannot_prove_who_they_are_takes_no_step(login: str, password: str, desk: Run, changed: Path) -> None:
    """A name on the command line is no signature."""
    result = desk("submit", changed, "--as", login, password=password)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (1, "carelight: the login or the password is wrong")
    assert password not in result.output
    assert desk("status").stdout == "0 not published as they stand, 6 published that nobody here signed\n"


def test_nobody_signs_their_own_file(desk: Run, changed: Path) -> None:
    """The rule of two is the records'."""
    desk("submit", changed, "--as", "rita")
    result = desk("approve", "gout", "--as", "rita")
    assert (result.exit_code, "you wrote or handed in" in result.stderr) == (1, True)
    assert "only clinical reviewers approve" in desk("approve", "gout", "--as", "ed").stderr
    assert "only an approved revision is published" in desk("publish", "gout", "--as", "ed").stderr


def test_only_the_file_that_was_read_is_signed(desk: Run, changed: Path) -> None:
    """What is in review may be another text than the one in front of the reviewer."""
    desk("submit", changed, "--as", "ed")
    changed.write_text(changed.read_text().replace("common", "rare"))
    assert "this is not the revision that you read" in desk("approve", "gout", "--as", "rita", "--file", changed).stderr


def test_a_file_that_was_sent_back_is_handed_in_again(desk: Run, changed: Path) -> None:
    """With the reason in the history, and its writers still among the authors."""
    desk("submit", changed, "--as", "ed")
    assert "is back with its writers" in desk("ask-changes", "gout", "--as", "rita", "--reason", "Say whom it hits").stdout
    assert "Changes asked" in desk("status").stdout
    changed.write_text(changed.read_text().replace("common", "common in men"))
    assert "gout, revision 3, waits" in desk("submit", changed, "--as", "ed").stdout
    assert "Say whom it hits" in desk("history", "gout").stdout


def test_a_served_article_is_handed_in_as_it_stands(desk: Run, run: Run) -> None:
    """Starter content gets its first signature, and an old review is renewed, without a new revision."""
    run("corpus", "add", str(STARTER))
    assert "gout, revision 2, waits" in desk("submit", STARTER, "--as", "ed").stdout


def test_a_new_article_from_a_file_is_its_submitters(desk: Run, tmp_path: Path, clinic: Path) -> None:
    """And nothing with errors comes to a reviewer, nor is left behind at the desk."""
    (tmp_path / "knee.md").write_text(article_text("## Overview\n\nA knee hurts.\n", slug="knee", title="Knee"))
    result = desk("submit", tmp_path / "knee.md", "--as", "ed")
    assert (result.exit_code, "it has errors: line" in result.stderr) == (1, True)
    app = Application(Settings(data_dir=clinic))
    assert app.article_files.open("knee") is None
    app.close()


def test_withdrawing_asks_for_a_reason_and_ends_at_once(desk: Run, clinic: Path) -> None:
    """No patient is answered from it any more."""
    assert desk("withdraw", "gout", "--as", "ed").exit_code == 2
    assert "no longer get gout" in desk("withdraw", "gout", "--as", "ed", "--reason", "A source was retracted").stdout
    assert "gout\tWithdrawn\tA source was retracted" in desk("status").stdout


def test_an_article_that_is_not_there_is_one_line(desk: Run) -> None:
    """With where to look."""
    for arguments in (("history", "none"), ("approve", "none", "--as", "rita")):
        result = desk(*arguments)
        assert (result.exit_code, "there is no article called none; see 'carelight corpus list'" in result.stderr) == (1, True)


def test_a_lead_is_made_on_the_command_line(run: Run, folder: Path) -> None:
    """Somebody has to be the first."""
    run("staff", "add", "lena", "--role", "reviewer", "--lead", text=f"{PASSWORD}\n")
    app = Application(Settings(data_dir=folder))
    assert [member.lead for member in app.staff.team("reviewer")] == [True]
    app.close()


def test_words_that_were_written_at_the_desk_are_not_overwritten_by_a_file(small: Application, changed: Path) -> None:
    """A working copy that nobody wrote in gives way; another does not."""
    small.staff.add("ed", "Ed", "editor", PASSWORD)
    small.staff.add("eva", "Eva", "editor", PASSWORD)
    ed, eva = (member.id for member in small.staff.team("editor"))
    document = file_work.read(changed)
    draft = small.drafts.begin("gout", eva)
    saved = small.drafts.save("gout", draft.text.replace("painful", "sudden"), draft.version, eva)
    with pytest.raises(NotAllowedError, match="Eva has a working copy of gout"):
        file_work._working_copy(small, document, small.article_files.open("gout"), ed)
    small.drafts.save("gout", draft.text, saved.version, eva)
    assert file_work._working_copy(small, document, small.article_files.open("gout"), ed).slug == "gout"


def test_the_whole_library_goes_from_one_folder_to_another(desk: Run, run: Run, changed: Path, clinic: Path, tmp_path: Path) -> None:
    """With the same secrets as it was; with others unsigned, and it is said."""
    desk("submit", changed, "--as", "ed")
    desk("approve", "gout", "--as", "rita")
    assert "revisions in" in run("corpus", "export", str(tmp_path / "out"), "--all-revisions").stdout
    again = run("corpus", "import", "markdown", str(tmp_path / "out"), "--dry-run")
    assert again.stdout.startswith("Nothing was written. It would be: ")
    (clinic / "secrets" / "records").unlink()
    result = run("corpus", "import", "markdown", str(tmp_path / "out"))
    assert "nothing in it counts as signed" in result.stderr
    assert result.exit_code == 0

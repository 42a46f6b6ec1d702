"""An editor and a reviewer who bring documents to patients, as every test of what they changed begins."""

from app.records.article_files import ArticleFiles
from app.records.database import Database
from app.records.drafts import DraftStore
from app.records.publishing import FoundChanges, PublishStore
from app.records.staff import StaffStore
from app.records.submissions import SubmissionStore
from app.records.text_store import TextStore

PASSWORD = "correct horse battery"


class Two:
    """Ed writes, Rita reviews."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.drafts, self.submissions, self.publishing = DraftStore(database), SubmissionStore(database), PublishStore(database)
        staff = StaffStore(database)
        self.ed, self.rita = (self._member(staff, login, role) for login, role in (("ed", "editor"), ("rita", "reviewer")))

    @staticmethod
    def _member(staff: StaffStore, login: str, role: str) -> str:
        staff.add(login, login.capitalize(), role, PASSWORD)
        found = staff.member(staff.sign_in(login, PASSWORD) or "")
        assert found is not None
        return found.id

    def approve(self, slug: str, text: str) -> int:
        """Ed writes `text`, Rita signs it; the revision's number."""
        draft = self.drafts.begin(slug, self.ed)
        draft = self.drafts.save(slug, text, draft.version, self.ed)
        number = self.submissions.submit(slug, draft.version, self.ed, "please")
        row = self._sha256(slug, number)
        self.submissions.sign(slug, row, self.rita)
        return number

    def serve(self, slug: str) -> int:
        """What was approved reaches patients; nothing changes for them that anybody must look at."""
        self._gate(slug)
        return self.publishing.publish(slug, self.ed)

    def publish(self, slug: str, text: str) -> int:
        """All of it."""
        self.approve(slug, text)
        return self.serve(slug)

    def pass_as_it_stands(self, slug: str, number: int) -> None:
        """Ed hands a stored revision in, Rita signs it, and patients get it."""
        self.submissions.hand_in(slug, number, self.ed)
        self.submissions.sign(slug, self._sha256(slug, number), self.rita)
        self.serve(slug)

    def roll_back(self, slug: str, number: int) -> None:
        """Rita brings an earlier revision back."""
        self._gate(slug, number)
        self.publishing.serve_again(slug, number, self.rita, "it was better")

    def _gate(self, slug: str, number: int | None = None) -> None:
        file = ArticleFiles(self._database).open(slug)
        assert file is not None
        wanted = number if number is not None else file.review.submission.revision if file.review else 0
        found = FoundChanges(TextStore(self._database).version(), "nothing", blocks=False, changes=0, result={})
        self.publishing.keep_gate(slug, wanted, found)

    def _sha256(self, slug: str, number: int) -> str:
        file = ArticleFiles(self._database).open(slug)
        revision = file.revision(number) if file else None
        assert revision is not None
        return revision.sha256

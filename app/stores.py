"""Every store of the records, made when first needed, over one database."""

from functools import cached_property

from app import secrets
from app.content import review_policy
from app.content.review_policy import Overdue, Policy
from app.guests import Guests
from app.masters import MasterFile, MastersFromSettings
from app.records import sealing
from app.records.alarms import AlarmStore
from app.records.article_board import ArticleBoard
from app.records.article_files import ArticleFiles
from app.records.audit import AuditLog
from app.records.audit_proof import AuditProof
from app.records.case_board import CaseBoard
from app.records.case_files import CaseFiles
from app.records.case_work import CaseWork
from app.records.census import CensusTaker
from app.records.choices import ChoiceStore
from app.records.clinic_accounts import ClinicAccounts
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.demo import DemoRows
from app.records.demo_desk import DemoDesk
from app.records.drafts import DraftStore
from app.records.figures import FigureStore
from app.records.gap_store import GapStore
from app.records.keyring import Keyring
from app.records.library_copy import LibraryCopy
from app.records.library_store import LibraryStore
from app.records.must_answer import MustAnswerList
from app.records.outgoing import OutgoingStore
from app.records.own_data import OwnDataStore
from app.records.past_questions import PastQuestions
from app.records.publishing import PublishStore
from app.records.reach import ReachStore
from app.records.recall_files import RecallFiles
from app.records.recalls import RecallStore
from app.records.review_list import ReviewList
from app.records.reviews import ReviewStore
from app.records.revision_states import RevisionStates
from app.records.sign_offs import SignOffStore
from app.records.staff import StaffStore
from app.records.staff_admin import StaffAdmin
from app.records.stops import StopStore
from app.records.stories import StoryStore
from app.records.submissions import SubmissionStore
from app.records.team_notes import ClinicTexts, TeamNotes
from app.records.text_store import TextStore
from app.records.verdicts import VerdictStore
from app.settings import Settings
from app.stop_switch import StopSwitch


class Stores:
    """What an application reads and writes. Each store is one subject's transactions; none knows another."""

    settings: Settings

    @cached_property
    def secrets(self) -> secrets.Secrets:
        return secrets.obtain(self.settings)

    @cached_property
    def guests(self) -> Guests:
        """Who holds which guest's cookie; those of before cookies held a moment are taken for as long again as a new one would be."""
        days = self.settings.guest_days
        return Guests(self.secrets.guest, days, self.secrets.guests_timed + days * 24 * 3600)

    @cached_property
    def database(self) -> Database:
        """The records, in their newest form, with every word of a patient sealed."""
        database = Database(self.settings.database, keyring=self.keyring)
        database.migrate()
        sealing.bring_in(database, self.keyring)
        return database

    @cached_property
    def own_data(self) -> OwnDataStore:
        return OwnDataStore(self.database)

    @cached_property
    def masters(self) -> MasterFile | MastersFromSettings:
        """The master keys of this installation."""
        given = self.settings.master_key.get_secret_value()
        return MastersFromSettings(given) if given else MasterFile(self.settings.data_dir / "secrets" / "master")

    @cached_property
    def keyring(self) -> Keyring:
        """The keys of patients' words."""
        return Keyring(self.settings.key_store, self.masters)

    @cached_property
    def library(self) -> LibraryStore:
        return LibraryStore(self.database, self.settings.libraries.split(","), signed_only=self.settings.mode == "production")

    @cached_property
    def library_copy(self) -> LibraryCopy:
        return LibraryCopy(self.database)

    @cached_property
    def review_policy(self) -> Policy:
        """What the clinic asks of its reviews."""
        return review_policy.policy(self.settings.two_reviewers, self.settings.review_days)

    @cached_property
    def overdue_policy(self) -> Overdue:
        """What becomes of articles whose review is overdue."""
        chosen = self.settings
        return Overdue(chosen.overdue_mark_days, chosen.overdue_lower_days, chosen.overdue_withdraw_days)

    @cached_property
    def demo_desk(self) -> DemoDesk:
        return DemoDesk(self.database)

    @cached_property
    def drafts(self) -> DraftStore:
        return DraftStore(self.database)

    @cached_property
    def submissions(self) -> SubmissionStore:
        return SubmissionStore(self.database, self.review_policy)

    @cached_property
    def publishing(self) -> PublishStore:
        return PublishStore(self.database, self.review_policy)

    @cached_property
    def article_files(self) -> ArticleFiles:
        return ArticleFiles(self.database)

    @cached_property
    def revision_states(self) -> RevisionStates:
        return RevisionStates(self.database)

    @cached_property
    def article_board(self) -> ArticleBoard:
        return ArticleBoard(self.database)

    @cached_property
    def conversations(self) -> ConversationStore:
        return ConversationStore(self.database, self.settings.targets)

    @cached_property
    def choices(self) -> ChoiceStore:
        return ChoiceStore(self.database)

    @cached_property
    def alarms(self) -> AlarmStore:
        return AlarmStore(self.database, self.settings.targets)

    @cached_property
    def case_work(self) -> CaseWork:
        return CaseWork(self.database, self.settings.targets)

    @cached_property
    def stop_switch(self) -> StopSwitch:
        return StopSwitch(StopStore(self.database))

    @cached_property
    def stories(self) -> StoryStore:
        return StoryStore(self.database)

    @cached_property
    def figures(self) -> FigureStore:
        return FigureStore(self.database)

    @cached_property
    def review_list(self) -> ReviewList:
        return ReviewList(self.database)

    @cached_property
    def gap_store(self) -> GapStore:
        return GapStore(self.database)

    @cached_property
    def recalls(self) -> RecallStore:
        return RecallStore(self.database)

    @cached_property
    def recall_files(self) -> RecallFiles:
        return RecallFiles(self.database)

    @cached_property
    def verdicts(self) -> VerdictStore:
        return VerdictStore(self.database)

    @cached_property
    def demo(self) -> DemoRows:
        return DemoRows(self.database)

    @cached_property
    def case_files(self) -> CaseFiles:
        return CaseFiles(self.database)

    @cached_property
    def case_board(self) -> CaseBoard:
        return CaseBoard(self.database)

    @cached_property
    def census(self) -> CensusTaker:
        return CensusTaker(self.database, self.settings.targets)

    @cached_property
    def team_notes(self) -> TeamNotes:
        return TeamNotes(self.database)

    @cached_property
    def clinic_texts(self) -> ClinicTexts:
        return ClinicTexts(self.database)

    @cached_property
    def outgoing(self) -> OutgoingStore:
        return OutgoingStore(self.database)

    @cached_property
    def reach(self) -> ReachStore:
        return ReachStore(self.database, self.secrets.records)

    @cached_property
    def must_answer(self) -> MustAnswerList:
        return MustAnswerList(self.database)

    @cached_property
    def past_questions(self) -> PastQuestions:
        return PastQuestions(self.database)

    @cached_property
    def reviews(self) -> ReviewStore:
        return ReviewStore(self.database)

    @cached_property
    def audit(self) -> AuditLog:
        return AuditLog(self.database)

    @cached_property
    def audit_proof(self) -> AuditProof:
        return AuditProof(self.database, self.secrets.audit)

    @cached_property
    def staff(self) -> StaffStore:
        return StaffStore(self.database, self.secrets.records, self.settings.sign_in_rules)

    @cached_property
    def clinic_accounts(self) -> ClinicAccounts:
        return ClinicAccounts(self.database, self.staff)

    @cached_property
    def staff_admin(self) -> StaffAdmin:
        return StaffAdmin(self.database, self.staff)

    @cached_property
    def sign_offs(self) -> SignOffStore:
        return SignOffStore(self.database)

    @cached_property
    def text_store(self) -> TextStore:
        return TextStore(self.database)

"""Everything built in one place: production parts by default, each replaceable in a test. Importing does nothing."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from pydantic import SecretStr

from app import consent, first_aid, language_model, offline, portal_rules
from app.answering import Parts
from app.content import documents
from app.content.candidate import Candidates, Materials
from app.content.missing import Grouping, Means, MissingAnswers
from app.content.texts import LiveTexts, LiveWords
from app.conversation import Conversation
from app.data_folder import DataFolderLock
from app.discretion import Discretion
from app.escalation import cases, notify, rota
from app.escalation.notifications import Notifications
from app.journal import Forgetful
from app.meaning import EmbeddedMeaning
from app.records.cases import CaseStore
from app.records.erasing import Eraser
from app.records.library_store import ImportReport
from app.records.models import now
from app.records.notifications import NotificationStore
from app.records.retention import RetentionStore
from app.records.spool import Spool
from app.secrets import given
from app.server.capacity import Capacity
from app.server.limits import Crowds
from app.server.oidc import Client, Provider
from app.settings import Settings
from app.stores import Stores
from guardrails import classifier, language, privacy, red_flags, rules, scope, screen
from guardrails.care_cards import CareCards, Staffing
from guardrails.explain import Explainer
from guardrails.level import Profile
from guardrails.regions import Region
from knowledge import asked as asked_questions
from knowledge.article import Article, parse
from knowledge.library import Revision
from knowledge.words import Words
from retrieval import asked, units, vectors
from retrieval.drafted import Drafter
from retrieval.embedder import Embedder, SentenceEmbedder
from retrieval.index import IndexUnusableError, PassageIndex, Progress, SyncReport
from retrieval.search import Bank, Search
from retrieval.vectors import RememberingEmbedder

log = logging.getLogger("carelight")

CORPUS = Path(__file__).parent.parent / "knowledge" / "corpus"
_RULES_LIMIT_S = 1.0
_CLASSIFIER_LIMIT_S = 0.5
_RULES_READ_S = 0.6
"""How long the rules read within their limit: what they found until then counts, and what they have not read is said."""
_QUESTIONS_READ_S = 0.15
"""For the rules that ask, which come after them and find what was read."""
_LATER_READ_S = 1.0
"""For whatever is made of a message once its card stands."""


@dataclass
class Application(Capacity, Stores):
    """All parts of a running Carelight. Parts that cost seconds are made when first needed."""

    settings: Settings
    make_embedder: Callable[[str], Embedder] = SentenceEmbedder

    def __post_init__(self) -> None:
        self._lock = threading.RLock()

    @cached_property
    def case_store(self) -> CaseStore:
        return CaseStore(self.database, self.rules_fingerprint, self.settings.targets)

    @cached_property
    def case_desk(self) -> cases.CaseDesk:
        crowds = Crowds(self.settings.limit_cases, self.secrets.guest)
        return cases.CaseDesk(self.case_store, Spool(self.settings.data_dir / "spool", self.secrets.spool), crowds.of)

    @cached_property
    def rota(self) -> rota.Rota:
        """Who is called when nobody is signed in."""
        chosen = self.settings
        return rota.rota(chosen.time_zone, chosen.on_call_hours, chosen.holidays, chosen.staffing)

    @cached_property
    def staffing(self) -> Callable[[], Staffing]:
        """Who is there now."""
        return cases.staffing(self.staff, self.rota, self.settings.staffed_minutes)

    @cached_property
    def channels(self) -> notify.Channels:
        """Where the care team is called; SettingsError where an address cannot be used."""
        return notify.chosen(self.settings)

    @cached_property
    def notifications(self) -> Notifications:
        return Notifications(NotificationStore(self.database), self.channels)

    @cached_property
    def missing(self) -> MissingAnswers:
        """What patients asked and got no good answer to."""
        means = Means(lambda: self.search, lambda: self.embedder, lambda text: privacy.mask(text).text)
        grouping = Grouping(self.settings.gap_patients, self.settings.gap_days)
        return MissingAnswers(self.gap_store, self.library, means, grouping)

    @cached_property
    def patients_portal(self) -> Provider | None:
        """The clinic's own sign-in for patients, where there is one."""
        return self._portal("patient")

    @cached_property
    def staff_portal(self) -> Provider | None:
        """The clinic's own sign-in for staff, where there is one."""
        return self._portal("staff")

    def _portal(self, who: portal_rules.Who) -> Provider | None:
        """Patients are asked for nothing but who they are; of staff a name and a role are needed too."""
        chosen, scope = self.settings, {"patient": "openid", "staff": "openid profile email"}[who]
        issuer: str = getattr(chosen, f"{who}_oidc_issuer")
        if not issuer:
            return None
        secret: SecretStr = getattr(chosen, f"{who}_oidc_client_secret")
        known = given(chosen, f"{who}-oidc", secret.get_secret_value())
        return Provider(Client(issuer, getattr(chosen, f"{who}_oidc_client_id"), known, scope), chosen.oidc_timeout)

    @cached_property
    def eraser(self) -> Eraser:
        """Deletes chats and everything that was derived from them."""
        return Eraser(self.database, self.keyring, lambda text: privacy.mask(text).text, self.forget_texts)

    @cached_property
    def retention(self) -> RetentionStore:
        return RetentionStore(self.database, self.keyring, self.eraser)

    def forget_texts(self) -> None:
        """Forget what is remembered of messages in memory, to answer faster."""
        made = vars(self)
        for name in ("missing", "embedder", "meaning", "red_flags"):
            if name in made:
                made[name].forget()
        if self._search is not None:
            self._search.forget()

    def forget_old(self) -> None:
        """Forget messages that are held without being stored, and were held long enough."""
        made = vars(self)
        for name in ("discretion", "conversation"):
            if name in made:
                made[name].forget_old()

    @cached_property
    def red_flags(self) -> red_flags.RedFlagRules:
        return red_flags.load()

    @cached_property
    def rules_fingerprint(self) -> str:
        """Names the exact rule set and classifier in force; what two people sign."""
        return rules.fingerprint(beside=[classifier.MODEL_DIR / "card.json"])

    @cached_property
    def classifier(self) -> classifier.LearnedClassifier | None:
        """The learned layer, or None where its files are missing or wrong: the rules then work alone, and it is said."""
        try:
            return classifier.load()
        except classifier.ClassifierError as error:
            log.error("red flags are found by rules alone: %s", error)
            return None

    @cached_property
    def screener(self) -> screen.Screener:
        layers: list[screen.TimedLayer] = [screen.TimedLayer(self.red_flags.within(_RULES_READ_S), _RULES_LIMIT_S)]
        if self.classifier is not None:
            layers.append(screen.TimedLayer(self.classifier, _CLASSIFIER_LIMIT_S))
        return screen.Screener(layers, self.red_flags.within(_QUESTIONS_READ_S))

    @cached_property
    def explainer(self) -> Explainer:
        return Explainer(self.red_flags.within(_LATER_READ_S), self.classifier, self.rules_fingerprint)

    @cached_property
    def embedder(self) -> RememberingEmbedder:
        return RememberingEmbedder(self.make_embedder(self.settings.embedding_model), vectors.load())

    @property
    def index(self) -> PassageIndex:
        """The vector index, opened when first needed; IndexUnusableError each time it cannot be."""
        with self._lock:
            if self._index is None:
                self._index = PassageIndex(self.settings.data_dir / "index", self.embedder)
            return self._index

    _index: PassageIndex | None = None
    _search: Search | None = None

    @property
    def search(self) -> Search:
        """The search over the index, made when first needed."""
        with self._lock:
            if self._search is None:
                self._search = Search(self.index, self._bank(self.embedder), units.nearness(self.embedder, self.unit_vectors), self.lowered)
            return self._search

    def overdue(self, revision: Revision) -> bool:
        """Whether patients are told that its review is overdue."""
        return self.overdue_policy.marked(revision, now().date())

    def lowered(self, revision: Revision) -> bool:
        """Whether its review is so long overdue that other articles go first."""
        return self.overdue_policy.lowered(revision, now().date())

    def _bank(self, embedder: Embedder) -> Bank | None:
        """Questions patients ask, where their vectors are shipped: to embed thousands would hold up a start for minutes."""
        return asked.bank(asked_questions.read(), embedder) if self.embedder.knows_its_model else None

    @cached_property
    def unit_vectors(self) -> units.UnitVectors | None:
        return units.load()

    @cached_property
    def candidates(self) -> Candidates:
        """Libraries as they would be, to be asked before anything is published."""
        return Candidates(
            Materials(
                parts=self.parts,
                embedder=self.embedder,
                index=lambda: self.index,
                bank=self._bank,
                near=lambda embedder: units.nearness(embedder, self.unit_vectors),
                rules=self.red_flags.rules,
                lowered=self.lowered,
                built=lambda snapshot: self._search.built_for(snapshot) if self._search else None,
            )
        )

    @cached_property
    def drafter(self) -> Drafter | None:
        """The language model's drafter, or None where none is set."""
        return language_model.drafter(self.settings, self.texts.now.prompt)

    @cached_property
    def texts(self) -> LiveTexts:
        """Set words, numbers and prompt as they are served."""
        return LiveTexts(self.text_store)

    @property
    def regions(self) -> Mapping[str, Region]:
        """The numbers as they are served now."""
        return self.texts.now.regions

    @property
    def words(self) -> Words:
        """The set words of the clinic's language as they are served now."""
        return self.texts.now.words[self.settings.language]

    @cached_property
    def cards(self) -> CareCards:
        by_id = {rule.id: rule for rule in self.red_flags.rules.rules}
        return CareCards(self.regions, first_aid.pinned(self.red_flags.rules, self.library.snapshot()), by_id)

    def pin_first_aid(self) -> None:
        """Resolve the rules' first aid anew from what is served now: a withdrawn article gives place to the built-in line."""
        self.cards.first_aid = first_aid.pinned(self.red_flags.rules, self.library.snapshot())

    def follow_texts(self) -> None:
        """Say what is served now: cards take its numbers, the next draft its prompt, and whoever looks its words."""
        self.texts.follow()
        self.cards.regions = self.texts.now.regions
        if self.drafter is not None:
            self.drafter.prompt = self.texts.now.prompt

    @cached_property
    def parts(self) -> Parts:
        return Parts(
            screener=self.screener,
            cards=self.cards,
            scope=scope.load(encoder=lambda: self.embedder),
            library=self.library,
            search=lambda: self.search,
            drafter=lambda: self.drafter,
            words=LiveWords(self.texts),
            language=self.settings.language,
            staffing=self.staffing,
            region=self.settings.region or None,
            explain=self.explainer.explain,
            leave_person=self.case_work.leave,
            mask=lambda text: privacy.mask(text).text,
            overdue=self.overdue,
            stopped=self.stop_switch.on,
            min_age=self.settings.min_age,
            unknown="consent_first" if self.settings.asks_consent else "",
            meaning=lambda: self.meaning,
        )

    @cached_property
    def meaning(self) -> EmbeddedMeaning:
        """How near two sentences are."""
        return EmbeddedMeaning(self.embedder)

    @cached_property
    def discretion(self) -> Discretion:
        """What is remembered of a turn: all of it, or nothing yet."""
        return Discretion(self.conversations, self.case_desk, self.choices.of, self.terms)

    @cached_property
    def conversation(self) -> Conversation:
        """Turns of real patients, recorded."""
        return Conversation(self.parts, self.discretion, self.discretion)

    def terms(self) -> str:
        """The name of the text that patients agree to before they are answered; empty where nobody is asked."""
        return consent.terms(self.settings, self.texts.now.words)

    def warm(self) -> None:
        """Make what turns need before the first patient comes, so that no card waits for a file or a pattern to be read."""
        _ = self.conversation, self.drafter, self.channels
        self.warm_screen()
        self.warm_search()
        language.language_of(["the first"], "en")

    def warm_search(self) -> None:
        """Read what a search needs of the served set, again after each publish; an index that cannot be used is told where it is asked."""
        with suppress(IndexUnusableError):
            self.search.prepare(self.library.snapshot())

    def warm_screen(self) -> None:
        """Compile what the rules' own examples touch, and run the classifier once: seconds that no message should pay."""
        for rule in self.red_flags.rules.rules:
            self.red_flags.find(rule.fires, Profile())
        self.screener.screen(["A first message, which pays for what is made once."], Profile())

    def rehearsal(self, earlier: tuple[str, ...], profile: Profile) -> Conversation:
        """Turns that are not recorded, for the batch verbs: the age they are given is that of whom the question is about."""
        forgetful = Forgetful(earlier, profile)
        return Conversation(replace(self.parts, min_age=0), forgetful, forgetful)

    # Filling and bringing up to date

    def initialise(self) -> None:
        """Make the data folder usable: assets, secrets, tables, and the starter corpus where no article is served."""
        offline.prepare(self.settings.data_dir)
        self.text_store.bring_in(documents.packaged())
        for path in self.secrets.made:
            log.warning("made a new secret in %s, readable by its owner alone", path)
        self.masters.current(may_make=not self.keyring.size)
        if self.settings.region and self.settings.region not in self.regions:
            log.warning("no checked numbers are known for CARELIGHT_REGION=%s; cards show none", self.settings.region)
        if not self.library.snapshot().revisions and not self.library.unsigned():
            self.add_articles(starter_corpus(), "starter")

    def add_articles(self, articles: list[Article], origin: str) -> ImportReport:
        """Serve articles; the index follows at the next sync."""
        return self.library.publish(articles, origin)

    indexed_version: int | None = None
    """The served version that the index holds; None before the first sync, or where the index cannot be used."""
    indexed_at: float | None = None
    """When that was, in seconds since the epoch."""

    def sync_index(self, progress: Progress = lambda done, total: None) -> SyncReport:
        """Bring the index to the served set; DataFolderError where another process holds the data folder."""
        with self.folder:
            snapshot = self.library.snapshot()
            report = self.index.sync(snapshot, progress)
            self.indexed_version, self.indexed_at = snapshot.version, time.time()
            return report

    def rebuild_index(self, progress: Progress = lambda done, total: None) -> SyncReport:
        """Throw the index away and make it again from the served set."""
        with self.folder:
            self._index = self._search = None
            PassageIndex.remove(self.settings.data_dir / "index")
            return self.sync_index(progress)

    @cached_property
    def folder(self) -> DataFolderLock:
        """Held by a server as long as it runs, and by a command while it writes the index."""
        return DataFolderLock(self.settings.data_dir / "index.lock")

    def close(self) -> None:
        """Let go of threads and connections; what was never made is not made for that."""
        made = vars(self)
        if "screener" in made:
            self.screener.close()
        self.close_lanes()
        if "candidates" in made:
            self.candidates.close()
        if "case_desk" in made:
            self.case_desk.close()
        for kept in ("database", "keyring"):
            if kept in made:
                made[kept].close()


def starter_corpus(folder: Path = CORPUS) -> list[Article]:
    """The articles that ship, by slug; ArticleError names the first that cannot be read."""
    files = sorted(folder.glob("*.md"), key=lambda path: path.stem)
    return [parse(path.read_text(encoding="utf-8"), path.name) for path in files if path.name != "README.md"]


_in_use: list[Application] = []


def use(application: Application) -> None:
    """Make `application` the one that the chat page talks to (Chainlit loads that page by its path)."""
    _in_use[:] = [application]


def current() -> Application:
    """The application in use; RuntimeError before `use`."""
    if not _in_use:
        raise RuntimeError("no application is wired; start with 'carelight serve'")
    return _in_use[0]

"""The migrations make the tables that the models describe, and take them away again."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from app.records import care_tables, database
from app.records.cases import CaseStore
from app.records.database import Database
from app.records.models import Base
from tests.fakes import finding
from tests.keys import records


def test_the_migrated_tables_are_those_of_the_models(database: Database) -> None:
    """A column that only the models know fails in production alone, where the tables were migrated and not made."""
    assert care_tables.AuditRow.metadata is Base.metadata
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert [item for item in differences if not isinstance(item, list)] == []  # lists hold types alone, which SQLite does not keep


def test_one_open_case_a_patient_survives_the_migrations(database: Database) -> None:
    """Changing a table on SQLite may make it anew, and leave a partial index behind."""
    assert "one_open_case_per_patient" in {index["name"] for index in inspect(database.engine).get_indexes("cases")}


def test_the_care_desk_can_be_migrated_away_from_and_back_with_cases_in_it(tmp_path: Path) -> None:
    """An operator who must go back a version keeps the cases."""
    made = records(tmp_path / "old.db")
    made.migrate()
    CaseStore(made).escalate("p1", "c1", [finding()])
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    with made.engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0004")
    made.migrate()
    with made.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*), count(waiting_since) FROM cases WHERE state = 'open'")).one() == (1, 1)
    made.close()

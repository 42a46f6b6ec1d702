"""What is remembered: SQLAlchemy models, stores, migrations and the spool for when the database fails."""

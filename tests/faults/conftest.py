"""What the faults share with the tests of `app`."""

from tests.app.conftest import _cheap_passwords, broken, database, migrated, rule_layer, site, small, world

__all__ = ["_cheap_passwords", "broken", "database", "migrated", "rule_layer", "site", "small", "world"]

"""Tests with Home Assistant's recorder: on SQLite, and by `script/test --databases` on MariaDB and PostgreSQL."""

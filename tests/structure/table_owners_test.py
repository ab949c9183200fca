#!/usr/bin/env python3
"""The rule on table owners must reject writes and reads of what belongs to others and is not published."""

import pathlib
import tempfile
import unittest

from table_owners import faults

PRIVACY = """
| table | owner | user data |
| --- | --- | --- |
| `users` | user | address |
| `sessions`, `notes` | meditation | what |
| `outbox` | platform/events | events |

| other | table |
"""
ARCHITECTURE = """
| published | by | for | contents |
| --- | --- | --- | --- |
| `directory` | user | SELECT | names |
| `hold_users` | user | SELECT | users |
| `outbox` | platform/events | INSERT | events |
"""
MIGRATION = """
CREATE VIEW directory AS SELECT user_id FROM users;
CREATE MATERIALIZED VIEW sums AS
    SELECT count(*) FROM sessions;
CREATE FUNCTION hold_users(uuid[]) RETURNS TABLE (user_id uuid) LANGUAGE sql AS $$
    SELECT user_id FROM users WHERE user_id = ANY ($1) FOR KEY SHARE
$$;
CREATE FUNCTION wall_time(at timestamptz) RETURNS timestamp LANGUAGE sql AS $$ SELECT at $$;
"""


class TableOwners(unittest.TestCase):
    def faults_of(self, source: str, file="services/meditation/store.cpp", architecture=ARCHITECTURE, more="") -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in [
                ("docs/privacy.md", PRIVACY),
                ("docs/architecture.md", architecture),
                ("db/migrations/0001_schema.sql", MIGRATION + more),
                (f"src/{file}", source),
            ]:
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            return faults(root)

    def test_rejects_writes_to_tables_of_others(self):
        for sql in [
            "INSERT INTO users (user_id) VALUES ($1)",
            "WITH x AS (DELETE FROM ONLY users RETURNING 1) SELECT 1 FROM x",
            "UPDATE users SET a = 1",
            "MERGE INTO users USING notes ON true WHEN MATCHED THEN DO NOTHING",
            "TRUNCATE users",
            "COPY users FROM STDIN",
            "UPDATE directory SET a = 1",
            "DELETE FROM outbox WHERE id = 1",
        ]:
            with self.subTest(sql=sql):
                self.assertEqual(len(self.faults_of(f'f(R"({sql})");')), 1)

    def test_rejects_reads_of_what_is_not_published(self):
        for sql in [
            "SELECT 1 FROM users",
            "SELECT 1 FROM notes, users",
            "UPDATE notes SET a = 1 FROM users WHERE true",
            "SELECT 1 FROM outbox",
            "SELECT 1 FROM users_N WHERE user_id = $1",
        ]:
            with self.subTest(sql=sql):
                self.assertEqual(len(self.faults_of(f'f("SELECT 1" " {sql}");')), 1)
        self.assertEqual(len(self.faults_of('f("SELECT 1 FROM sums");', file="services/user/store.cpp")), 1)

    def test_allows_what_is_ones_own_or_published(self):
        for sql in [
            "SELECT sessions.a FROM sessions JOIN directory USING (user_id)",
            "SELECT * FROM hold_users($1) CROSS JOIN sums WHERE wall_time($2) > now()",
            "INSERT INTO outbox (type) SELECT 'users' FROM notes",
            "DELETE FROM sessions_7",
        ]:
            with self.subTest(sql=sql):
                self.assertEqual(self.faults_of(f'f(R"({sql})");'), [])

    def test_leaves_everything_but_sql_alone(self):
        for source in ['// UPDATE users', '/* SELECT 1 FROM users */', 'log("users have gone");']:
            with self.subTest(source=source):
                self.assertEqual(self.faults_of(source), [])
        self.assertEqual(self.faults_of('f("SELECT 1 FROM users");', file="services/meditation/store_test.cpp"), [])

    def test_rejects_views_of_several_owners(self):
        mixed = "CREATE VIEW mixed AS SELECT 1 FROM users, notes;\n"
        self.assertEqual(len(self.faults_of("", more=mixed)), 1)

    def test_rejects_to_publish_what_is_not_there_or_of_another(self):
        for row in ["| `gone` | user | SELECT | |\n", "| `sums` | user | SELECT | |\n"]:
            with self.subTest(row=row):
                self.assertEqual(len(self.faults_of("", architecture=ARCHITECTURE + row)), 1)


if __name__ == "__main__":
    unittest.main()

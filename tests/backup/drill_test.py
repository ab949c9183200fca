#!/usr/bin/env python3
"""The drill: under load the data directory is destroyed, and restored on another one from the repository alone. It reports how
much was lost (RPO) and how long it took (RTO). Before that, damage of the repository is found; after it, a restore to a point
in time keeps dead what was revoked since, and rooms begin a new epoch. Needs root, and the program in
MINDSPACE_SHIPPED_BINARY. With MINDSPACE_DRILL_GIGABYTES=1 the database has that size, at least."""

import asyncio
import datetime
import email
import email.policy
import os
import re
import shutil
import signal
import threading
import time
import unittest
import uuid

from embedded import EmbeddedPostgres
from own_postgres import PROGRAM
from support import PATIENCE, attempt, eventually, run
from websocket import Socket

RPO = 60  # seconds
GIGABYTES = float(os.environ.get("MINDSPACE_DRILL_GIGABYTES", "0"))
RTO_OF_A_GIGABYTE = 600  # seconds
LOSS = 65  # EX_DATAERR: a restore would lose data
RESET_LINK = re.compile(r"/reset-password\?token=([\w.~-]+)")


def process_ids(file):
    return int(file.read_text().split()[0])


class Load(threading.Thread):
    """Stores sessions of past days, one after the other, and remembers those that were acknowledged, and when."""

    def __init__(self, site, token):
        super().__init__(daemon=True)
        self.site, self.token = site, token
        self.acknowledged = []  # time, id
        self.stopping = False

    def run(self):
        day = datetime.date(2025, 1, 1)
        while not self.stopping:
            session = str(uuid.uuid4())
            day += datetime.timedelta(days=1)
            if day.year == 2026:
                day = datetime.date(2025, 1, 1)
            body = {"sessions": [{"id": session, "kind": "breathing", "durationSeconds": 900, "startedAt": f"{day}T07:00:00Z"}]}
            status, _ = self.site.request("/api/v1/sessions/import", body, self.token)
            if status == 200:
                self.acknowledged.append((time.time(), session))
            time.sleep(0.03)  # a steady load, far below what the machine can do

    def stop(self):
        self.stopping = True
        self.join()


class Drill(EmbeddedPostgres):
    def reset_tokens(self, user):
        """Of the links to reset the password in the mails to the user."""
        mails = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                 for file in (self.data / "mail").glob("*.eml")]
        return [token for mail in mails if user["email"] in mail["To"]
                for token in RESET_LINK.findall(mail.get_body(("plain",)).get_content())]

    def damage(self, change, expected):
        """The proof must find what `change` does to the repository; the repository is then as before."""
        good = self.folder / "good"
        run("cp", "-a", self.repository, good)
        change()
        self.assertRegex(self.expect_exit(LOSS, "verify"), expected)
        # What was archived in the meantime stays.
        run("cp", "-a", f"{good}/.", self.repository)
        shutil.rmtree(good)

    def flip_a_byte(self):
        file = next(self.repository.glob("backup/mindspace/*F/bundle/1"))
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)

    def remove_a_segment(self):
        segments = sorted(self.repository.glob("archive/mindspace/*/*/0000000*-*"))
        segments[-2].unlink()

    def destroy(self):
        """As if the machine were gone: nothing is shut down, nothing more is archived."""
        self.program.send_signal(signal.SIGSTOP)
        os.kill(process_ids(self.data / "postgres/data/postmaster.pid"), signal.SIGKILL)
        self.program.kill()
        self.program.wait()
        destroyed = time.time()
        eventually(lambda: attempt("pgrep", "-f", f"{self.data}/").returncode != 0, "the end of its servers")
        shutil.rmtree(self.data)
        return destroyed

    def expect_dead(self, user):
        self.assertEqual(self.site.request("/api/v1/users/me", None, user["accessToken"])[0], 401)
        self.assertEqual(self.site.request("/api/v1/auth/refresh", {"refreshToken": user["refreshToken"]})[0], 401)

    def join(self, group, token, resume=None):
        """The welcome of a client, which may have lost its socket at the position `resume`."""
        async def hello():
            socket = await Socket.open(self.port, f"/api/v1/groups/{group}/live", token)
            socket.send({"type": "hello"} | ({"resume": resume} if resume else {}))
            welcome = await asyncio.wait_for(socket.next(), PATIENCE)
            socket.close()
            return welcome

        welcome = asyncio.run(hello())
        self.assertEqual(welcome["type"], "welcome")
        return welcome

    def expect_statistics(self, user, token):
        """They count each session of the history once, and a new one."""
        count = lambda: int(self.query(f"SELECT count(*) FROM meditation_sessions WHERE user_id = '{user['id']}'")[0])
        self.site.wait_for_statistics(token, count())
        session = {"id": str(uuid.uuid4()), "kind": "breathing", "durationSeconds": 600, "startedAt": "2026-01-01T07:00:00Z"}
        results = self.site.expect(200, "/api/v1/sessions/import", {"sessions": [session]}, token)["results"]
        self.assertEqual(results[0]["outcome"], "created")
        self.site.wait_for_statistics(token, count())
        verified = run(PROGRAM, "analytics", "verify", env=self.settings(self.data)).stdout
        self.assertIn("0 differ, 0 undecided", verified)

    def test_restores_what_was_acknowledged(self):
        self.start(self.folder / "first")
        self.await_first_backup()
        user = self.register("load")
        load = Load(self.site, user["accessToken"])
        load.start()
        self.addCleanup(load.stop)
        group = self.site.expect(201, "/api/v1/groups", {"title": "Morning", "kind": "mindfulness", "plannedSeconds": 600},
                                 user["accessToken"])["id"]

        self.assertIn("restored and equal", self.expect_exit(0, "verify"))
        self.damage(self.flip_a_byte, "damaged")
        self.damage(self.remove_a_segment, "segment 0000000.* is missing")

        revoked = self.register("revoked")
        self.site.expect(202, "/api/v1/auth/password/forgot", {"email": revoked["email"]})
        eventually(lambda: self.reset_tokens(revoked), self.log)
        link = self.reset_tokens(revoked)[0]
        before = datetime.datetime.now(datetime.timezone.utc)
        eventually(lambda: load.acknowledged[-1][0] > before.timestamp() + 0.1, "a change after the point in time")
        self.site.expect(204, "/api/v1/auth/logout", {}, revoked["accessToken"])
        later = self.register("later")
        lived = self.join(group, user["accessToken"])
        lost_socket = {"epoch": lived["epoch"], "seq": lived["seq"]}
        self.assertTrue(self.join(group, user["accessToken"], lost_socket)["resumed"])
        print(f"\na change was archived after {self.wait_until_archived():.1f} s", flush=True)
        destroyed = self.destroy()
        load.stop()

        began = time.time()
        output = self.expect_exit(0, "restore", data=self.folder / "second")
        self.start(self.folder / "second")
        rto = time.time() - began
        found = set(self.query("SELECT session_id FROM meditation_sessions"))
        lost = [at for at, session in load.acknowledged if session not in found]
        rpo = destroyed - min(lost) if lost else 0
        print(f"{output}\nacknowledged: {len(load.acknowledged)}, lost: {len(lost)}; RPO {rpo:.1f} s, RTO {rto:.1f} s", flush=True)
        self.assertGreater(len(load.acknowledged), 100)
        self.assertLess(rpo, RPO)
        self.expect_dead(later)
        self.expect_dead(revoked)
        self.assertEqual(self.site.expect(200, "/api/v1/users/me", None, self.log_in(later))["displayName"], "later")
        token = self.log_in(user)
        self.expect_statistics(user, token)
        # The room begins anew: a client takes its state as it is, instead of events that this room never had.
        welcome = self.join(group, token, lost_socket)
        self.assertFalse(welcome["resumed"])
        self.assertNotEqual(welcome["epoch"], lost_socket["epoch"])
        resumed = self.join(group, token, {"epoch": welcome["epoch"], "seq": welcome["seq"]})
        self.assertTrue(resumed["resumed"])
        # The restored program backs up, into the same repository.
        eventually(lambda: "full" in self.backup("list").stdout.splitlines()[-1], self.log)

        self.stop()
        output = self.expect_exit(0, "restore", "--to", before.isoformat(timespec="milliseconds"))
        self.assertIn("the previous database is kept", output)
        self.start(self.data)
        self.assertEqual(self.query(f"SELECT count(*) FROM users WHERE user_id = '{revoked['id']}'"), ["1"])
        self.assertEqual(self.query(f"SELECT count(*) FROM users WHERE user_id = '{later['id']}'"), ["0"])
        self.expect_dead(revoked)
        reset = {"token": link, "newPassword": "another quiet morning"}
        self.site.expect(422, "/api/v1/auth/password/reset", reset)
        self.log_in(revoked)
        token = self.log_in(user)
        self.expect_statistics(user, token)
        self.assertNotIn(self.join(group, token, lost_socket)["epoch"], (lost_socket["epoch"], welcome["epoch"]))
        # It archives a timeline of its own, not once more that of the first restore.
        self.wait_until_archived()
        self.expect_exit(0, "create")
        timelines = {file.name[:8] for file in self.repository.glob("archive/mindspace/*/0000000*.history")}
        self.assertEqual(timelines, {"00000002", "00000003"})

    @unittest.skipUnless(GIGABYTES, "only with MINDSPACE_DRILL_GIGABYTES")
    def test_restores_a_large_database_in_time(self):
        # From the moment of the destruction to the first request that succeeds.
        self.start(self.folder / "first")
        self.await_first_backup()
        user = self.register("load")
        self.fill()
        print(f"\n{self.expect_exit(0, 'create')}", flush=True)
        load = Load(self.site, user["accessToken"])
        load.start()
        self.addCleanup(load.stop)
        eventually(lambda: len(load.acknowledged) > 100, "a load")
        self.wait_until_archived()
        size = int(self.query("SELECT pg_database_size('mindspace')")[0])
        destroyed = self.destroy()
        load.stop()
        output = self.expect_exit(0, "restore", data=self.folder / "second")
        self.start(self.folder / "second")
        self.log_in(user)
        rto = time.time() - destroyed
        print(f"{output}\n{size / 2**30:.2f} GiB: RTO {rto:.1f} s", flush=True)
        self.assertLess(rto, RTO_OF_A_GIGABYTE * max(GIGABYTES, 1))

    def fill(self):
        """A thousand sessions each of many users, with the statistics that follow from them."""
        while float(self.query("SELECT pg_database_size('mindspace') / 2.0 ^ 30")[0]) < GIGABYTES:
            self.query("""
                WITH people AS (
                    INSERT INTO users (user_id, email, display_name, timezone, locale, created_at, updated_at)
                    SELECT gen_random_uuid(), gen_random_uuid() || '@example.org', 'Ada', 'UTC', 'en', now(), now()
                    FROM generate_series(1, 200) RETURNING user_id)
                INSERT INTO meditation_sessions (user_id, session_id, status, kind, planned_seconds, duration_seconds, started_at,
                    ended_at, local_date, timezone, source, created_at, updated_at)
                SELECT user_id, gen_random_uuid(), 'completed', 'breathing', 600, 600, day + interval '7 hours',
                    day + interval '7 hours 10 minutes', day::date, 'UTC', 'import', now(), now()
                FROM people, generate_series('2023-01-01 UTC'::timestamptz, '2025-09-26', '1 day') day""")
        run(PROGRAM, "analytics", "rebuild", env=self.settings(self.data))


if __name__ == "__main__":
    unittest.main(verbosity=2)

#!/usr/bin/env python3
"""The rule about co_spawn must refuse what it forbids: bad and good samples in a temporary src/."""

import pathlib
import tempfile
import unittest

from co_spawn import faults


class CoSpawn(unittest.TestCase):
    def faults_of(self, file: str, line: str) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            src = pathlib.Path(folder)
            (src / file).parent.mkdir(parents=True)
            (src / file).write_text(line + "\n", encoding="utf-8")
            return faults(src)

    def test_refuses_to_spawn_elsewhere(self):
        for file, line in [
            ("services/auth/mail/mailer.cpp", "asio::co_spawn(loop_, run(), handler);"),
            ("platform/http/server/server.h", "    co_spawn (loop, run());"),
            ("app/core.cpp", "spawn(loop_, run(), asio::detached);"),
            ("platform/async.cpp", "boost::asio::co_spawn(loop, run(), boost::asio::detached);"),
        ]:
            with self.subTest(file=file, line=line):
                self.assertEqual(len(self.faults_of(file, line)), 1)

    def test_allows_platform_async_and_tests(self):
        for file in ["platform/async/task_group.cpp", "platform/async/when_all.h", "services/user/cache_test.cpp"]:
            with self.subTest(file=file):
                self.assertEqual(self.faults_of(file, "asio::co_spawn(loop, run(), asio::detached);"), [])

    def test_allows_to_speak_of_it(self):
        for line in ["// co_spawn() and asio::detached are not used here", "tasks_.spawn(run());", "is_detached_ = true;"]:
            with self.subTest(line=line):
                self.assertEqual(self.faults_of("app/core.cpp", line), [])


if __name__ == "__main__":
    unittest.main()

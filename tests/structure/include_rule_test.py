#!/usr/bin/env python3
"""The include rule must reject forbidden includes: bad and good samples in a temporary src/."""

import pathlib
import tempfile
import unittest

from include_rule import faults

HEADERS = [
    "app/roles.h",
    "platform/base/time.h",
    "platform/http/router.h",
    "platform/redis/client.h",
    "services/auth/client.h",
    "services/auth/store.h",
    "services/user/events.h",
    "services/user/service.h",
]


class IncludeRule(unittest.TestCase):
    def faults_of(self, *lines: tuple[str, str]) -> list[str]:
        """Of files with a line each."""
        with tempfile.TemporaryDirectory() as folder:
            src = pathlib.Path(folder)
            for path in [*HEADERS, *(file for file, _ in lines)]:
                (src / path).parent.mkdir(parents=True, exist_ok=True)
                (src / path).write_text("", encoding="utf-8")
            for file, line in lines:
                (src / file).write_text(line + "\n", encoding="utf-8")
            return faults(src)

    def test_rejects_includes_up_or_sideways(self):
        for file, target in [
            ("platform/base/ids.h", "platform/http/router.h"),
            ("platform/http/server.cpp", "services/auth/client.h"),
            ("platform/http/server.cpp", "app/roles.h"),
            ("services/user/service.cpp", "services/auth/store.h"),
            ("services/user/service.cpp", "app/roles.h"),
        ]:
            with self.subTest(file=file, target=target):
                self.assertEqual(len(self.faults_of((file, f'#include "{target}"'))), 1)

    def test_rejects_a_path_that_does_not_start_at_src(self):
        self.assertEqual(len(self.faults_of(("services/auth/service.cpp", '#include "store.h"'))), 1)

    def test_rejects_services_that_use_each_other(self):
        there = ("services/user/service.cpp", '#include "services/auth/client.h"')
        back = ("services/auth/service.cpp", '#include "services/user/events.h"')
        self.assertEqual(self.faults_of(there), [])
        self.assertEqual(len(self.faults_of(there, back)), 1)

    def test_allows_includes_down(self):
        for file, target in [
            ("platform/base/ids.cpp", "platform/base/time.h"),
            ("platform/http/server.cpp", "platform/redis/client.h"),
            ("services/user/service.cpp", "services/auth/client.h"),
            ("services/auth/service.cpp", "services/user/events.h"),
            ("services/auth/service.cpp", "services/auth/store.h"),
            ("app/main.cpp", "services/user/service.h"),
        ]:
            with self.subTest(file=file, target=target):
                self.assertEqual(self.faults_of((file, f'#  include "{target}"')), [])

    def test_ignores_headers_of_libraries(self):
        self.assertEqual(self.faults_of(("platform/base/ids.cpp", "#include <boost/asio/awaitable.hpp>")), [])


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""PostgreSQL is restarted, as for a minor release, under a deployment that people use. Requests of those seconds get 503
with Retry-After at worst, sockets stay and miss nothing, no acknowledged write is lost, and everything comes back without
help."""

import unittest

from deployment import make_deployment
from people import People
from support import eventually

RATE = 100  # requests a second
PEOPLE, SOCKETS_EACH = 20, 4
RESTARTS = 2
IN_A_ROW = 500  # requests without a failure


class PostgresRestart(unittest.TestCase):
    def test_costs_a_503_at_most(self):
        deployment = make_deployment(self)
        people = People(deployment, RATE, PEOPLE, SOCKETS_EACH)

        def is_well():
            return people.successes_in_a_row >= IN_A_ROW

        with people.using_the_site():
            for _ in range(RESTARTS):
                eventually(is_well, "requests before the restart")
                deployment.servers.restart_postgres()
                people.successes_in_a_row = 0
                eventually(is_well, lambda: f"{IN_A_ROW} successes in a row: {people.failures[-3:]}\n{deployment.logs()}")
                for name in deployment.nodes:
                    deployment.wait_for(name)

        print(f"restarts of PostgreSQL: {dict(people.outcomes)} by status")
        worse = [failure for failure in people.failures if failure.status != 503 or not failure.retry_after]
        self.assertEqual(worse[:3], [])
        self.assertGreater(people.outcomes[503], 0, "the restart was noticed")
        self.assertEqual((people.missed[:3], dict(people.codes)), ([], {}), "sockets stay")
        people.expect_everything_counted(self)


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")

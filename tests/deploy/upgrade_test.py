#!/usr/bin/env python3
"""An upgrade halfway: of the two nodes of each role, one is this version and one the release before it, on the schema of
this version. Requests, tokens, events and the sockets of a group cross between both, and nothing fails. The program of the
release before is in MINDSPACE_PREVIOUS_BINARY (`./dev test` builds it from Git's history)."""

import asyncio
import os
import sys
import time
import unittest

from deployment import PROGRAM, make_deployment, start_node, stop_node
from support import PATIENCE, Site, eventually
from websocket import Socket

PREVIOUS = os.environ.get("MINDSPACE_PREVIOUS_BINARY", "")
NEW, OLD = "1", "2"  # the ends of the nodes' names
PEOPLE = 6
REFRESHES = 6
REACTIONS = 3
PAGES = ("/api/v1/users/me", "/api/v1/users/me/export", "/api/v1/sessions?limit=5", "/api/v1/analytics/summary",
         "/api/v1/analytics/daily?from=2026-01-01&to=2026-01-31", "/api/v1/groups", "/api/v1/auth/sessions")


class Member:
    """A socket in the room of a group, and the events that it has received."""

    @classmethod
    async def join(cls, port, group, token, resume=None):
        """`resume`: the position of a lost socket, from which on this one must receive everything."""
        member = cls()
        member.socket = await Socket.open(port, f"/api/v1/groups/{group}/live", token)
        member.socket.send({"type": "hello"} | ({"resume": resume} if resume else {}))
        welcome = await asyncio.wait_for(member.socket.next(), PATIENCE)
        assert welcome["type"] == "welcome" and welcome["resumed"] == bool(resume), welcome
        member.position = resume or {"epoch": welcome["epoch"], "seq": welcome["seq"]}
        return member

    async def receive(self, kind):
        """The next event of that kind. None may be missing before it."""
        while True:
            message = await asyncio.wait_for(self.socket.next(), PATIENCE)
            if "seq" in message:
                expected = {"epoch": self.position["epoch"], "seq": self.position["seq"] + 1}
                self.position = {"epoch": message["epoch"], "seq": message["seq"]}
                assert self.position == expected, (self.position, expected)
            if message["type"] == kind:
                return message


class Upgrade(unittest.TestCase):
    def test_both_versions_serve_on_the_new_schema(self):
        deployment = make_deployment(self, lambda name: PREVIOUS if name.endswith(OLD) else PROGRAM)
        deployment.site.attempts = 1
        self.deployment = deployment
        self.gateways = [Site(f"http://127.0.0.1:{port}", deployment.logs, attempts=1)
                         for role, port, _ in deployment.nodes.values() if role == "gateway"]
        eventually(self.all_have_served, "requests to every node")
        for group in range(2):
            asyncio.run(self.meet_in_a_group(host=group))
        self.count_on_each_version()

    def all_have_served(self):
        self.use_everything()
        return all(self.deployment.metric(node, 'mindspace_http_requests_total{.*route="/api/') for node in self.deployment.nodes)

    def register(self):
        account = {"email": f"{time.time_ns()}@example.org", "password": "seven quiet mornings", "displayName": "Ada"}
        return self.deployment.site.expect(201, "/api/v1/auth/register", account)

    def use_everything(self):
        """The main job, and what reads it, with tokens that either version may have signed and rotated."""
        site = self.deployment.site
        site.do_main_job()
        tokens = self.register()["tokens"]
        for _ in range(REFRESHES):
            tokens = site.expect(200, "/api/v1/auth/refresh", {"refreshToken": tokens["refreshToken"]})["tokens"]
            for gateway in self.gateways:
                for page in PAGES:
                    gateway.expect(200, page, None, tokens["accessToken"])

    async def meet_in_a_group(self, host):
        """Sockets through both gateways, until there are some on each meditation node; `host`: whose socket begins."""
        people = [self.register() for _ in range(PEOPLE)]
        tokens = [person["tokens"]["accessToken"] for person in people]
        ports = [self.deployment.nodes[f"gateway-{version}"][1] for version in (NEW, OLD)]
        group = self.deployment.site.expect(
            201, "/api/v1/groups", {"title": "Morning", "kind": "mindfulness", "plannedSeconds": 3600}, tokens[0])["id"]
        members = []
        for token in tokens:  # the host first
            members.append(await Member.join(ports[(host + len(members)) % 2], group, token))
        for token in tokens[1:] * 4:
            if all(self.deployment.metric(f"meditation-{version}", "mindspace_room_connections_joined ")
                   for version in (NEW, OLD)):
                break
            members.append(await Member.join(ports[len(members) % 2], group, token))
        else:
            self.fail("all sockets are on one node")
        members[0].socket.send({"type": "start"})
        for member in members:
            await member.receive("start")
        for i, sender in enumerate(members[:PEOPLE]):
            for j in range(REACTIONS):
                sender.socket.send({"type": "reaction", "kind": "bow", "ref": f"{i}-{j}"})
                for member in members:
                    self.assertEqual((await member.receive("reaction"))["ref"], f"{i}-{j}")
        for i, member in enumerate(members[:PEOPLE]):  # a lost connection; another node may serve the next
            member.socket.close()
            members[i] = await Member.join(ports[(host + i + 1) % 2], group, tokens[i], member.position)
        self.deployment.let_an_hour_pass(group)
        self.deployment.expect_group_sessions(group, PEOPLE)
        for token in tokens:
            self.deployment.site.wait_for_statistics(token, 1)
        for member in members:
            member.socket.close()

    def count_on_each_version(self):
        """Each version's analytics alone counts what both versions' meditation nodes have stored."""
        for stopped, program in ((NEW, PROGRAM), (OLD, PREVIOUS)):
            node = f"analytics-{stopped}"
            stop_node(self.deployment.folder, node)
            for _ in range(4):
                self.deployment.site.do_main_job()
            start_node(self.deployment.folder, node, program)
            self.deployment.wait_for(node)
            self.deployment.site.wait()


if __name__ == "__main__":
    if not os.access(PREVIOUS, os.X_OK):
        print("SKIPPED: there is no program of the previous release; this clone's history does not have it (./dev)")
        sys.exit(0)
    unittest.main(verbosity=2, warnings="ignore")

"""What the parts of the measurement of growth share."""

import dataclasses
import pathlib
from collections.abc import Callable

from bench.drive import Generator
from bench.measure import Measurement
from bench.program import Program
from bench.run import CHEAP
from bench.servers import Servers
from bench.tools import Tools


@dataclasses.dataclass
class Lab:
    """`most`: users or sockets of the largest size; `settings`: of the program."""

    tools: Tools
    servers: Servers
    settings: list[str]
    most: int
    say: Callable[[str], None]

    def __post_init__(self) -> None:
        self.generator = self.generator_in(self.servers.directory)
        self.measurement = Measurement(self.servers, self.generator, seconds=3, turns=1, say=self.say, opens=False)

    @property
    def directory(self) -> pathlib.Path:
        return self.servers.directory

    def generator_in(self, directory: pathlib.Path) -> Generator:
        """One for each of those that run at the same time."""
        return Generator(self.tools.pace, directory)

    def start(self, name: str = "program", *settings: str) -> Program:
        return Program(self.tools.program, self.servers, [*CHEAP, *self.settings, *settings], name=name)

    def start_nodes(self, count: int) -> list[Program]:
        return [self.start(f"node{number}", "database.connections_per_core=2") for number in range(count)]

    def up_to(self, sizes: list[int]) -> list[int]:
        """Those that are not above `most`, one at least."""
        return [size for size in sizes if size <= self.most] or sizes[:1]

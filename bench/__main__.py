"""python3 -m bench: see ./dev help, and docs/performance.md for what the report has."""

import argparse
import os
import pathlib
import resource
import shutil
import tempfile
import time

from bench import report, scale, tools
from bench.run import FULL, PARTS, QUICK, SMALLEST, Run
from bench.scale.lab import Lab
from bench.servers import Servers
from bench.studies import analytics, events, traces

ROOT = pathlib.Path(__file__).resolve().parent.parent
STUDIES = {"events": events, "traces": traces, "analytics": analytics}


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description="Measures the program beside a peer and the machine's limits.")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--quick", action="store_const", const=QUICK, dest="size", help="the most frequent calls, in 3 minutes")
    what.add_argument("--smallest", action="store_const", const=SMALLEST, dest="size", help="every row, to test the runner")
    for name, study in STUDIES.items():
        first = (study.__doc__ or "").partition("\n")[0]
        what.add_argument(f"--{name}", action="store_const", const=study, dest="study", help=first)
    what.add_argument("--scale", nargs="*", choices=list(scale.PARTS), metavar="PART", help=f"growth: {', '.join(scale.PARTS)}, or all")
    what.add_argument("--micro", nargs=argparse.REMAINDER, help="the hot paths one by one, without servers (options of Google Benchmark)")
    parser.add_argument("--only", nargs="+", default=[], choices=PARTS, metavar="ROW", help=f"of the report: {', '.join(PARTS)}")
    parser.add_argument("--most", type=int, default=1_000_000, help="of --scale: users or sockets of the largest size")
    parser.add_argument("--set", action="append", default=[], dest="settings", metavar="KEY=VALUE", help="of the program")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release", help="the release build")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/bench", help="where the report is written")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    built = tools.find(arguments.build)
    if arguments.micro is not None:
        os.execv(built.micro, [built.micro, *arguments.micro])
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:4.0f} s] {text}", flush=True)

    directory = pathlib.Path(tempfile.mkdtemp(prefix="mindspace-bench-", dir="/tmp"))
    directory.chmod(0o755)
    try:
        servers = Servers(directory)
        try:
            if arguments.study:
                print(arguments.study.measure(built, servers, arguments.settings, say))
                return
            if arguments.scale is not None:
                name = "growth"
                found = scale.measure(Lab(built, servers, arguments.settings, arguments.most, say), arguments.scale)
                found.seconds = time.monotonic() - began
            else:
                name = "report"
                found = Run(built, servers, arguments.size or FULL, arguments.settings, arguments.only, say).perform()
        finally:
            servers.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    report.write(found, arguments.out, name)
    print(report.markdown(found))
    if any(row.failed for row in found.rows):
        say("some requests failed: such rows compare nothing")
    say(f"the report is {arguments.out}/{name}.html, .md and .json")


if __name__ == "__main__":
    main()

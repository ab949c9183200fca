#!/usr/bin/env python3
"""Compares the instructions of the hot paths with those of the last known state.

    bench/micro/instructions.py MICRO            fails if a case executes 10 % more than in instructions.json
    bench/micro/instructions.py MICRO --update   writes instructions.json

MICRO is mindspace_micro of the release build. Callgrind counts, so that other load does not matter, and every library uses
its code for the oldest processors of the architecture, so that the processor does not either. The compiler does: after a
change of it, or when a case does more for a reason, update the file and give the reason in the commit.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

BASELINE = pathlib.Path(__file__).with_name("instructions.json")
MOST = 1.10
# What glibc and OpenSSL choose by the processor. Valgrind hides some of its features, but not the same ones everywhere.
FEATURES = ("AVX_Fast_Unaligned_Load,AVX,AVX2,AVX512F,AVX512VL,AVX512BW,BMI1,BMI2,ERMS,FSRM,LZCNT,MOVBE,POPCNT,RTM,SSE4_2,"
            "SSE4_1,SSSE3")
ENVIRONMENT = {
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=" + ",".join("-" + feature for feature in FEATURES.split(",")),
    "OPENSSL_ia32cap": "~0xFFFFFFFFFFFFFFFF:~0xFFFFFFFFFFFFFFFF",
}


def count(program):
    """The compiler of the program, and for each case the instructions of one run."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--tool=callgrind", "--quiet", f"--callgrind-out-file={folder}/%p", program]
        run = subprocess.run(command, env=os.environ | ENVIRONMENT, stdout=subprocess.PIPE, text=True, check=True)
        facts = dict(line.split(" ", 1) for line in run.stdout.splitlines())
        counts = {}
        for file in pathlib.Path(folder).iterdir():
            text = file.read_text(encoding="utf-8")
            name = re.search(r"^desc: Trigger: Client Request: (.+)$", text, re.MULTILINE)
            total = re.search(r"^(?:totals|summary): (\d+)", text, re.MULTILINE)
            if name and total:
                counts[name[1]] = round(int(total[1]) / int(facts["runs"]))
    return facts["compiler"], dict(sorted(counts.items()))


def compare(expected, found):
    """One line for each case, and whether all of them are good."""
    lines, is_good = [], True
    for name in sorted(expected.keys() | found.keys()):
        before, now = expected.get(name), found.get(name)
        if before is None or now is None:
            lines.append(f"{name:32}{'no longer measured' if now is None else 'not in the file'}")
            is_good = False
            continue
        change = now / before - 1
        verdict = "" if now <= before * MOST else "  more than 10 % more"
        lines.append(f"{name:32}{before:>10,}{now:>10,}{change:>+9.1%}{verdict}")
        is_good = is_good and not verdict
    return lines, is_good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("micro")
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    compiler, found = count(arguments.micro)
    if arguments.update:
        BASELINE.write_text(json.dumps({"compiler": compiler, "instructions": found}, indent=4) + "\n", encoding="utf-8")
        return
    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))
    lines, is_good = compare(baseline["instructions"], found)
    print(f"{'instructions of one run':32}{'before':>10}{'now':>10}{'change':>9}", *lines, sep="\n")
    if compiler != baseline["compiler"]:
        print(f"\nThe file was written with clang {baseline['compiler']}; this is {compiler}.")
    if not is_good:
        sys.exit("\nIf that is intended: bench/micro/instructions.py build/release/bench/mindspace_micro --update, and give "
                 "the reason in the commit.")


if __name__ == "__main__":
    main()

"""``make bench``: how fast the checks are, as ratios within one run on one machine.

Each number is the best of several runs, the parties in turn, so that a busy moment of the machine hits all of them. The table goes to
docs/benchmark.md with ``--write``.
"""

from __future__ import annotations

import compileall
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from constructs_lib.copies import cores
from tools.sample_templates import template

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
BIN = Path(PYTHON).parent
BARE = "import json,sys; json.load(open(sys.argv[1]))"
# The stages of one check, timed within its own process; interpreter start-up is what is left of the whole.
STAGES = """
import sys, time
t0 = time.perf_counter()
from constructs_lib.__main__ import main
from constructs_lib.assembly import load
from constructs_lib.check import check
from constructs_lib.network import network_of
from constructs_lib.rules import all_rules
rules = all_rules()
t1 = time.perf_counter()
given = load([sys.argv[1]])
t2 = time.perf_counter()
for group in given.groups: network_of(group)
t3 = time.perf_counter()
check(given)
t4 = time.perf_counter()
print(t1 - t0, t2 - t1, t3 - t2, t4 - t3)
"""
MANY = 1000
LINT_SAMPLE = 20
SIZES = (100, 1000, 10_000)


def _seconds(command: Sequence[str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    # cfn-lint's status is a bit set of what it found (2, 4, 8); the checks' is 0 or 1.
    if done.returncode < 0 or (done.returncode == 2 and not command[0].endswith("cfn-lint")):
        raise RuntimeError(f"{' '.join(command[:6])}: {done.stderr.decode()[-400:]}")
    return time.perf_counter() - start


def best(times: int, *commands: Sequence[str]) -> list[float]:
    """Return the best of several runs of each command, run in turn."""
    rounds = [[_seconds(command) for command in commands] for _ in range(times)]
    return [min(column) for column in zip(*rounds, strict=True)]


def _check(*paths: str) -> list[str]:
    return [str(BIN / "sagemaker-network"), "check", *paths, "--format", "json", "--fail-on", "never"]


def _lint(*paths: str) -> list[str]:
    return [str(BIN / "cfn-lint"), "--", *paths]


def one_template(folder: Path) -> list[tuple[str, str]]:
    """One template of 490 resources, whole processes."""
    path = _write(folder / "one.template.json", 490)
    ours, bare = best(15, _check(path), [PYTHON, "-c", BARE, path])
    (lint,) = best(2, _lint(path))
    rounds = [
        subprocess.run([PYTHON, "-c", STAGES, path], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for _ in range(7)
    ]
    imports, reading, model, rules = (
        min(column) for column in zip(*([float(x) for x in line.split()] for line in rounds), strict=True)
    )
    return [
        ("one template of 490 resources, whole process", f"{ours * 1000:.0f} ms"),
        ("bare Python that loads the same JSON", f"{bare * 1000:.0f} ms: ours takes {ours / bare:.1f} times as long"),
        ("cfn-lint on the same file", f"{lint:.1f} s: ours is {lint / ours:.0f} times faster"),
        ("of ours: start-up of Python", f"{max(0.0, ours - imports - reading - model - rules) * 1000:.0f} ms"),
        ("of ours: imports", f"{imports * 1000:.0f} ms"),
        ("of ours: reading", f"{reading * 1000:.0f} ms"),
        ("of ours: model", f"{model * 1000:.0f} ms"),
        ("of ours: rules, with the facts that they ask for", f"{rules * 1000:.0f} ms"),
    ]


def many_templates(folder: Path) -> list[tuple[str, str]]:
    """1,000 templates in one call; cfn-lint on a sample of them, scaled."""
    paths = [_write(folder / f"many-{number}.template.json", 49, seed=number) for number in range(MANY)]
    (ours,) = best(3, _check(*paths))
    (sample, one) = best(1, _lint(*paths[:LINT_SAMPLE]), _lint(paths[0]))
    # What a further file costs cfn-lint, beside its start-up.
    lint = one + (sample - one) / (LINT_SAMPLE - 1) * (MANY - 1)
    return [
        (f"{MANY} templates of 49 resources in one call", f"{ours:.1f} s"),
        (
            f"cfn-lint on them (measured on {LINT_SAMPLE}, scaled)",
            f"{lint:.0f} s: ours is {lint / ours:.0f} times faster",
        ),
    ]


def growth(folder: Path) -> list[tuple[str, str]]:
    """Time against size."""
    paths = [_write(folder / f"size-{size}.template.json", size) for size in SIZES]
    (empty,) = best(5, _check(_write(folder / "small.template.json", 1)))
    times = [best(3, _check(path))[0] for path in paths]
    per = [(seconds - empty) / size * 1e6 for size, seconds in zip(SIZES, times, strict=True)]
    return [
        (f"{size:,} resources", f"{seconds:.2f} s, {micro:.0f} µs a resource beyond the smallest run")
        for size, seconds, micro in zip(SIZES, times, per, strict=True)
    ]


PLUGIN = """
import sys, time
sys.argv = ["app.py"]
import constructs_lib.report.cdk as plugin
spent = 0.0
judge = plugin.NetworkChecks.validate
def timed(self, context):
    global spent
    start = time.perf_counter()
    try: return judge(self, context)
    finally: spent += time.perf_counter() - start
plugin.NetworkChecks.validate = timed
import aws_cdk
synth = aws_cdk.App.synth
def whole(self, *a, **k):
    start = time.perf_counter()
    try: return synth(self, *a, **k)
    finally: print(spent, time.perf_counter() - start, file=sys.stderr)
aws_cdk.App.synth = whole
import runpy; runpy.run_path("app.py", run_name="__main__")
"""


def plugin(folder: Path) -> list[tuple[str, str]]:
    """What the checks add to the synthesis of the reference app."""
    shares = []
    for number in range(5):
        environment = {
            **os.environ,
            "CDK_OUTDIR": str(folder / f"out{number}"),
            "CDK_CONTEXT_JSON": json.dumps(json.loads((ROOT / "cdk.json").read_text())["context"]),
        }
        done = subprocess.run(
            [PYTHON, "-c", PLUGIN], cwd=ROOT, capture_output=True, text=True, check=True, env=environment
        )
        spent, whole = (float(x) for x in done.stderr.strip().splitlines()[-1].split())
        shares.append((spent / (whole - spent), spent, whole))
    share, spent, whole = min(shares)
    return [
        (
            "the plugin in app.synth() of the reference app",
            f"{spent * 1000:.0f} ms of {whole:.2f} s: adds {share * 100:.1f} %",
        )
    ]


def explaining(folder: Path) -> list[tuple[str, str]]:
    """Explaining the reference app against checking it, whole processes."""
    assembly = str(folder / "out0")
    check, explain = best(
        7, _check(assembly), [str(BIN / "sagemaker-network"), "explain", assembly, "--format", "json"]
    )
    return [
        ("the reference app checked", f"{check * 1000:.0f} ms"),
        ("the reference app explained", f"{explain * 1000:.0f} ms: {explain / check:.1f} times the check"),
    ]


def _write(path: Path, resources: int, *, seed: int = 0) -> str:
    path.write_text(json.dumps(template(resources, seed=seed)))
    return str(path)


def main() -> int:
    """Measure, print the table, and write it into the docs if asked."""
    # As pip does when it installs a package, cfn-lint for one; an editable installation is not compiled.
    compileall.compile_dir(ROOT / "constructs_lib", quiet=2)
    console = Console(highlight=False)
    parts: tuple[Callable[[Path], list[tuple[str, str]]], ...] = (
        one_template,
        many_templates,
        growth,
        plugin,
        explaining,
    )
    table = Table("what", "measured")
    rows: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as name:
        for part in parts:
            console.print(f"[dim]measuring: {(part.__doc__ or '').splitlines()[0]}[/dim]")
            found = part(Path(name))
            rows += found
            for row in found:
                table.add_row(*row)
    console.print(table)
    if "--write" in sys.argv[1:]:
        text = "\n".join(
            [
                "# Benchmark",
                "",
                f"Written by `make bench`: ratios within one run on one machine, here with {cores()} cores. Each number is the best of several runs.",
                "",
                "| what | measured |",
                "|---|---|",
                *(f"| {what} | {value} |" for what, value in rows),
                "",
            ]
        )
        (ROOT / "docs" / "benchmark.md").write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

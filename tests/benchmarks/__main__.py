"""`python -m tests.benchmarks`: Madoguchi beside stock bots of the same shape, in turn."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import uvloop
from rich.console import Console

from tests.benchmarks.measure import Load, Result, measure
from tests.benchmarks.report import medians, tables, write_json
from tests.benchmarks.subjects import SUBJECTS, Subject


def main() -> None:
    """Run the rounds, interleaved, and show the medians."""
    options = _arguments()
    # Wide enough for the tables where the output is a file.
    console = Console(width=None if sys.stdout.isatty() else 120)
    subjects = [each for each in SUBJECTS if not options.subject or each.name in options.subject]
    for subject in subjects:
        if not subject.is_available:
            console.print(f"{subject.name}: left out, it cannot be started or has no script here")
    results: list[Result] = []
    failed = False
    jobs = list(_jobs(options, [each for each in subjects if each.is_available]))
    for number, (subject, load) in enumerate(jobs, 1):
        with console.status(f"{number}/{len(jobs)} {subject.name}, {load.shape}"):
            # Each in a fresh loop: what one run leaves behind must not weigh on the next.
            try:
                results.append(uvloop.run(measure(subject, load)))
            except RuntimeError as error:
                failed = True
                console.print(f"{subject.name}, {load.shape}: {error}", markup=False)
    console.print(*tables(medians(results)))
    if options.json:
        write_json(options.json, results)
    sys.exit(1 if failed else 0)


def _jobs(options: argparse.Namespace, subjects: list[Subject]) -> list[tuple[Subject, Load]]:
    base = Load("questionnaire", chats=options.chats, warm_up=1.0, window=options.seconds)
    loads = [
        replace(
            base,
            shape=shape,
            transport=transport,
            api_delay=delay / 1000,
            pause=delay / 1000 if options.wait_for_answer else 0.0,
        )
        for shape, transport, delay in product(
            options.shape, options.transport, options.api_delay_ms
        )
    ]
    rounds = range(options.rounds)
    return [
        (subject, load)
        for _, load, subject in product(rounds, loads, subjects)
        if load.shape in subject.scripts
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6.0, help="length of a window")
    parser.add_argument("--chats", type=int, default=64, help="chats in flight")
    parser.add_argument("--api-delay-ms", type=float, nargs="+", default=[0.0, 50.0])
    parser.add_argument(
        "--shape",
        nargs="+",
        choices=["questionnaire", "minimal"],
        default=["questionnaire", "minimal"],
    )
    parser.add_argument(
        "--transport", nargs="+", choices=["webhook", "polling"], default=["webhook"]
    )
    parser.add_argument("--subject", nargs="+", choices=[each.name for each in SUBJECTS])
    parser.add_argument(
        "--wait-for-answer",
        action="store_true",
        help="a person goes on when the bot has the API's answer too, not before",
    )
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 1, 1.5
    return options


if __name__ == "__main__":
    main()

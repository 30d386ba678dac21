"""Measures policies a second and peak memory on AWS's managed policies, for us and our peers.

Every tool runs as a process of its own over the same files in one run of this script, since
machines differ and are shared: read the ratios. Peers that PEERS (an interpreter that has
parliament and cloudsplaining installed) cannot run are left out and named.

    python benchmarks/managed_policies.py [--peers PEERS] [--limit N]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

# parliament raises on some of the policies: they count as decided
PARLIAMENT = """
import pathlib, sys
from parliament import analyze_policy_string
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    try:
        analyze_policy_string(path.read_text())
    except Exception as error:
        print(f"{path.name}: {error!r}", file=sys.stderr)
"""

CLOUDSPLAINING = """
import json, pathlib, sys
from cloudsplaining.scan.policy_document import PolicyDocument
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    policy = PolicyDocument(json.loads(path.read_text()))
    policy.allows_privilege_escalation
    policy.permissions_management_without_constraints
    policy.allows_data_exfiltration_actions
    policy.credentials_exposure
    policy.service_wildcard
    policy.infrastructure_modification
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """What one process took: wall-clock seconds and peak resident memory in MiB."""

    seconds: float
    mebibytes: float


def main() -> None:
    """Print one line a tool."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--peers", default=os.environ.get("PEERS", ""))
    arguments.add_argument("--limit", type=int, default=0)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        count = write_policies(Path(folder), given.limit)
        ours = [sys.executable, "-m", "checker", str(ROOT / "rules"), folder, "--no-config"]
        tools = {"policy-check, all shipped rules": ours}
        if given.peers:
            tools["parliament"] = [given.peers, "-c", PARLIAMENT, folder]
            tools["cloudsplaining"] = [given.peers, "-c", CLOUDSPLAINING, folder]
        print(f"{count:,} AWS-managed policies")
        print(f"{'':<34}{'policies/s':>12}{'ratio':>8}{'MiB':>8}")
        first = 0.0
        for name, command in tools.items():
            figure = measure(command)
            if figure is None:
                print(f"{name:<34}could not be run")
                continue
            rate = count / figure.seconds
            first = first or rate
            print(f"{name:<34}{rate:>12,.0f}{rate / first:>8.2f}{figure.mebibytes:>8.0f}")


def write_policies(folder: Path, limit: int) -> int:
    """Write the policies, of POLICY_CHECK_DATA or else of moto, into a folder; return how many."""
    place = os.environ.get("POLICY_CHECK_DATA")
    if place:
        files = sorted(Path(place, "policies", "aws-managed").glob("*.json"))
        texts = {file.name: file.read_text(encoding="utf-8") for file in files}
    else:
        from moto.iam.aws_managed_policies import aws_managed_policies_data  # noqa: PLC0415 - slow

        policies = json.loads(aws_managed_policies_data)
        texts = {
            f"{name}.json": json.dumps(policies[name]["Document"]) for name in sorted(policies)
        }
    chosen = list(texts.items())[: limit or None]
    for name, text in chosen:
        (folder / name).write_text(text, encoding="utf-8")
    return len(chosen)


def measure(command: list[str]) -> Figure | None:
    """Run a command to its end and return its figures; None when it could not be run."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    # a finding is no failure to run: our own codes are 0 to 3, the peers' scripts end with 0
    if process.returncode not in (0, 1, 2) or (command[1] == "-c" and process.returncode):
        return None
    return Figure(seconds, usage.ru_maxrss / 1024)


if __name__ == "__main__":
    main()

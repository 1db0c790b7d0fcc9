"""``make deploy-local``: deploy the reference stacks to an emulated AWS, check what they promise, deploy again, destroy, look for leftovers."""

from __future__ import annotations

import re
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from constructs_lib.report import cost
from local_deployment import jobs, leftovers, promises
from local_deployment.cdk_cli import CdkCli, CommandFailed
from local_deployment.emulator import ACCOUNT, Emulator, unsupported
from local_deployment.stacks import read_assembly

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local_deployment.promises import Check
    from local_deployment.stacks import DeployedStack

ROOT = Path(__file__).resolve().parent.parent


class Row:
    """What the closing table says about one stack."""

    def __init__(self, stack: DeployedStack) -> None:
        # The CDK's own marker makes nothing in a real account either.
        template = {
            key: value for key, value in stack.template["Resources"].items() if value["Type"] != "AWS::CDK::Metadata"
        }
        lacking = set(unsupported(resource["Type"] for resource in template.values()))
        self.name = stack.name
        self.resources = len(template)
        self.made = sum(
            resource["Type"] not in lacking and key in stack.physical_ids for key, resource in template.items()
        )
        self.not_emulated = sorted(lacking)
        self.checks = [*promises.check(stack), *jobs.check(stack)]
        self.monthly = _monthly(stack)

    @property
    def failed(self) -> list[Check]:
        """The promises that what exists does not keep."""
        return [check for check in self.checks if not check.kept]


def _monthly(stack: DeployedStack) -> float:
    zones = sum(
        len(endpoint["Properties"].get("SubnetIds", []))
        for endpoint in stack.resources("AWS::EC2::VPCEndpoint").values()
        if endpoint["Properties"].get("VpcEndpointType") == "Interface"
    )
    return cost.per_month(
        nat_gateways=len(stack.resources("AWS::EC2::NatGateway")),
        endpoint_zones=zones,
        keys=len(stack.resources("AWS::KMS::Key")),
    )


def main() -> int:
    """Run all steps; return 0 only if every one of them held."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    start = time.monotonic()

    def say(text: str) -> None:
        console.print(f"[dim]{time.monotonic() - start:5.0f} s[/dim]  {escape(text)}")

    with Emulator() as emulator, tempfile.TemporaryDirectory(prefix="cdk-local-") as folder:
        say(
            f"AWS is emulated at {emulator.endpoint} (moto), region {emulator.region}, account {ACCOUNT}; nothing leaves this machine"
        )
        try:
            return _deploy(emulator, Path(folder), console, say)
        except CommandFailed as failed:
            console.print(f"[red]{escape(str(failed))}[/red]")
            return 1


def _deploy(emulator: Emulator, folder: Path, console: Console, say: Callable[[str], None]) -> int:
    session = boto3.Session(
        aws_access_key_id="emulated",
        aws_secret_access_key="emulated",
        aws_session_token="emulated",
        region_name=emulator.region,
    )
    clients = promises.EmulatedSession(session, emulator.endpoint)
    cdk = CdkCli(ROOT, emulator, folder / "cdk.out")
    before = leftovers.everything(clients)
    say("cdk synth: the reference app becomes a cloud assembly")
    cdk.synth()
    stacks = read_assembly(cdk.assembly, clients)
    say("cdk bootstrap")
    cdk.bootstrap(ACCOUNT, emulator.region)
    lacking = _not_emulated_in_bootstrap(clients)
    if lacking:
        say(f"not emulated in the bootstrap stack, so neither made nor checked: {', '.join(lacking)}")
    say(f"cdk deploy --all: {', '.join(stack.name for stack in stacks)}")
    cdk.deploy()
    say("asking the emulated APIs what exists, starting a training job and a processing job")
    rows = [Row(stack) for stack in stacks]
    say("cdk deploy --all again: nothing may change")
    again = cdk.deploy()
    unchanged = len(re.findall(r"\(no changes\)", again))
    say("cdk destroy --all")
    cdk.destroy()
    left = leftovers.since(before, clients)
    console.print(_table(rows))
    console.print(
        f"Monthly cost: NAT gateways, endpoint-zones and KMS keys, {cost.REGION} prices of {cost.DATE} in US dollars, without data transfer."
    )
    return _verdict(console, rows, unchanged, left)


def _not_emulated_in_bootstrap(session: promises.EmulatedSession) -> list[str]:
    summary = session.client("cloudformation").get_template_summary(StackName="CDKToolkit")
    return unsupported(summary["ResourceTypes"])


def _verdict(console: Console, rows: Sequence[Row], unchanged: int, left: Sequence[str]) -> int:
    lacking = sorted({name for row in rows for name in row.not_emulated})
    failed = [
        f"{row.name}: {check.text}" + (f": {check.found}" if check.found else "")
        for row in rows
        for check in row.failed
    ]
    if unchanged != len(rows):
        failed.append(f"the second deployment changed {len(rows) - unchanged} of {len(rows)} stacks")
    failed += [f"left behind after destroy: {thing}" for thing in left]
    if lacking:
        console.print(f"Not emulated, so neither made nor checked: {', '.join(lacking)}")
    else:
        console.print("Every resource type of the stacks is emulated.")
    for line in failed:
        console.print(f"[red]failed[/red] {escape(line)}")
    if not failed:
        console.print(f"Second deployment: no changes in {unchanged} stacks. Destroyed: nothing is left.")
    return 1 if failed else 0


def _table(rows: Sequence[Row]) -> Table:
    table = Table()
    table.add_column("Stack")
    for name in ("Resources", "Made by the emulator", "Checks passed", "US$ a month"):
        table.add_column(name, justify="right")
    for row in rows:
        kept = len(row.checks) - len(row.failed)
        table.add_row(
            row.name, str(row.resources), str(row.made), f"{kept} of {len(row.checks)}", f"{row.monthly:,.0f}"
        )
    return table


if __name__ == "__main__":
    sys.exit(main())

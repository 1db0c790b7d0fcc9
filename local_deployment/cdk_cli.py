"""The real CDK CLI, run against the emulator."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local_deployment.emulator import Emulator

TIMEOUT = 480
"""Seconds that one command of the CLI may take; a deployment of all reference stacks takes about a tenth."""


class CommandFailed(Exception):
    """A command of the CLI ended with a status other than 0; the text is what it printed last."""


class CdkCli:
    """Runs ``cdk`` for one app, with its assembly in a folder of ours.

    Args:
        root: the folder of ``cdk.json`` and ``node_modules``.
        emulator: where the deployments go.
        assembly: the folder for the cloud assembly.

    """

    def __init__(self, root: Path, emulator: Emulator, assembly: Path) -> None:
        self.root = root
        self.assembly = assembly
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            **emulator.environment,
            "CI": "true",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            # `python app.py` of cdk.json is the Python that runs this.
            "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")]),
        }

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
        """Run one command and return what it printed.

        Raises:
            CommandFailed: it ended with another status than 0, or not within `TIMEOUT`.

        """
        command = [str(self.root / "node_modules/.bin/cdk"), *arguments, "--no-notices", "--no-color", "--ci"]
        try:
            done = subprocess.run(
                command,
                cwd=self.root,
                env={**self._environment, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise CommandFailed(f"cdk {' '.join(arguments)}: no end after {TIMEOUT} s") from late
        if done.returncode:
            raise CommandFailed(f"cdk {' '.join(arguments)}: status {done.returncode}\n{done.stdout[-6000:]}")
        return done.stdout

    def synth(self) -> str:
        """Synthesize the app into the assembly folder."""
        return self.run("synth", "--quiet", "--output", str(self.assembly))

    def bootstrap(self, account: str, region: str) -> str:
        """Make the roles and the bucket that deployments use."""
        return self.run("bootstrap", f"aws://{account}/{region}")

    def deploy(self) -> str:
        """Deploy every stack of the assembly."""
        return self.run(
            "deploy", "--all", "--app", str(self.assembly), "--require-approval", "never", "--method", "direct"
        )

    def destroy(self) -> str:
        """Destroy every stack of the assembly."""
        return self.run("destroy", "--all", "--app", str(self.assembly), "--force")

"""The independent standards that templates are held against: cdk-nag's packs and cfn-lint."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cdk_nag

CFN_LINT = Path(sys.executable).parent / "cfn-lint"
PACKS = {
    "AwsSolutions": cdk_nag.AwsSolutionsChecks,
    "HIPAA.Security": cdk_nag.HIPAASecurityChecks,
    "NIST.800.53.R5": cdk_nag.NIST80053R5Checks,
    "PCI.DSS.321": cdk_nag.PCIDSS321Checks,
}


def linted(folder, *regions):
    """What cfn-lint says of the templates of an assembly, for these regions, and its exit status."""
    done = subprocess.run(
        [CFN_LINT, "--regions", *regions, "--", *map(str, folder.glob("*.template.json"))],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout, done.returncode

"""Asks `@cloud-copilot/iam-simulate`, which knows nothing of ours, what IAM would answer."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "123456789012"
ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def node():
    """The Node.js of this environment, or the machine's."""
    own = ROOT / ".venv/bin/node"
    return str(own) if own.exists() else "node"


def simulation(
    action,
    context,
    policies,
    *,
    boundaries=(),
    scps=(),
    resource="*",
    resource_policy=None,
    principal=None,
    allow=ALLOW_ALL,
):
    """One request of a role that may do everything, under the given policies."""
    return {
        "request": {
            "action": action,
            "principal": principal or f"arn:aws:iam::{ACCOUNT}:role/scientist",
            "resource": {"resource": resource, "accountId": ACCOUNT},
            "contextVariables": context,
        },
        "identityPolicies": [
            {"name": "allow", "policy": allow},
            *({"name": f"deny{i}", "policy": p} for i, p in enumerate(policies)),
        ],
        "permissionBoundaryPolicies": [{"name": f"boundary{i}", "policy": p} for i, p in enumerate(boundaries)] or None,
        "serviceControlPolicies": [
            {
                "orgIdentifier": "ou-root",
                "policies": [
                    {"name": "all", "policy": ALLOW_ALL},
                    *({"name": f"scp{i}", "policy": p} for i, p in enumerate(scps)),
                ],
            }
        ],
        "resourceControlPolicies": [],
        "resourcePolicy": resource_policy,
    }


def evaluate(simulations):
    """Return "Allowed", "ExplicitlyDenied" or "ImplicitlyDenied" for each simulation."""
    given = [{key: value for key, value in each.items() if value is not None} for each in simulations]
    done = subprocess.run(
        [node(), str(Path(__file__).parent / "iam" / "simulate.mjs")],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=120,
    )
    answers = json.loads(done.stdout)
    assert not [answer for answer in answers if answer.startswith("error")], answers
    return answers

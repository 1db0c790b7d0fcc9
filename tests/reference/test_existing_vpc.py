"""The reference app in a VPC that exists, which the context names: each endpoint once, and no check finds an error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tools.reference import ROOT

ACCOUNT, REGION, VPC = "111122223333", "eu-west-1", "vpc-0123456789abcdef0"
SUBNETS = [
    {
        "subnetId": f"subnet-0123456789abcdef{n}",
        "cidr": f"10.20.{n}.0/24",
        "availabilityZone": f"eu-west-1{zone}",
        "routeTableId": f"rtb-0123456789abcdef{n}",
    }
    for n, zone in enumerate("ab")
]
LOOKED_UP = {
    f"vpc-provider:account={ACCOUNT}:filter.vpc-id={VPC}:region={REGION}:returnAsymmetricSubnets=true": {
        "vpcId": VPC,
        "vpcCidrBlock": "10.20.0.0/16",
        "ownerAccountId": ACCOUNT,
        "availabilityZones": [],
        "subnetGroups": [{"name": "Isolated", "type": "Isolated", "subnets": SUBNETS}],
    }
}
WITH_NAT = {
    key: {**facts, "subnetGroups": [{"name": "Private", "type": "Private", "subnets": SUBNETS}]}
    for key, facts in LOOKED_UP.items()
}


def run(folder: Path, **further: object) -> subprocess.CompletedProcess[str]:
    """Run app.py as the CDK's command line does."""
    fixed = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    context = {**fixed, **LOOKED_UP, "account": ACCOUNT, "region": REGION, "vpc_id": VPC, **further}
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "CDK_OUTDIR": str(folder),
        "CDK_CONTEXT_JSON": json.dumps(context),
    }
    command = [sys.executable, "app.py"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def synthesized(folder: Path, **further: object) -> dict[str, dict]:
    """The templates of app.py by stack."""
    done = run(folder, **further)
    assert done.returncode == 0, done.stderr
    assert "arning" not in done.stderr
    files = folder.glob("*.template.json")
    return {each.name.partition(".")[0]: json.loads(each.read_text(encoding="utf-8")) for each in files}


def endpoints(template):
    """How often each service has an endpoint in the template, by the last part of its name."""
    found = (
        each["Properties"]["ServiceName"]
        for each in template["Resources"].values()
        if each["Type"] == "AWS::EC2::VPCEndpoint"
    )
    names = [name if isinstance(name, str) else name["Fn::Join"][1][-1] for name in found]
    return Counter(name.rpartition(".")[2] for name in names)


def test_each_endpoint_is_made_once_for_all_stacks(tmp_path):
    """In a stack of their own; those that the VPC has already are left out."""
    templates = synthesized(tmp_path, endpoints="s3,sts")
    assert endpoints(templates.pop("ExistingVpc")) == Counter(["api", "runtime", "notebook", "studio", "logs"])
    ours = ("PrivateNotebook", "StudioVpcOnly", "PrivateTrainingJobs")
    assert [endpoints(templates[stack]) for stack in ours] == [Counter()] * 3
    assert all("AWS::EC2::VPC" not in json.dumps(templates[stack]) for stack in ours)


def test_nothing_is_made_that_the_vpc_s_nat_serves(tmp_path):
    """Whether there is a way out, the look-up says: with NAT there are the three endpoints of the private notebook, and no more."""
    templates = synthesized(tmp_path, endpoints="s3", **WITH_NAT)
    assert endpoints(templates["ExistingVpc"]) == Counter(["api", "runtime", "notebook"])
    (facts,) = templates["ExistingVpc"]["Metadata"]["SageMakerNetwork"]["vpcs"].values()
    assert {each["egress"] for each in facts["subnets"].values()} == {"nat"}


def test_an_unknown_service(tmp_path):
    """One line says which name it is, and which are near."""
    done = run(tmp_path, endpoints="s3, sagemaker-api")
    assert (done.returncode, done.stderr) == (
        1,
        "endpoints is 's3, sagemaker-api': no service is named 'sagemaker-api': "
        "did you mean sagemaker.api or sagemaker.api-fips or sagemaker.runtime?\n",
    )

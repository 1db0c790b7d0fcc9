"""Cloud assemblies: stages, environments, nested stacks, acknowledgements and context."""

import json
import subprocess
import sys
import textwrap

import pytest

from constructs_lib.assembly import InputError, load

NOTEBOOK = {"Type": "AWS::SageMaker::NotebookInstance", "Properties": {"InstanceType": "ml.t3.medium"}}


def stack(template, environment="aws://unknown-account/unknown-region", **properties):
    return {
        "type": "aws:cloudformation:stack",
        "environment": environment,
        "properties": {"templateFile": template, **properties},
    }


def write(folder, artifacts, **files):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cdk.out").write_text('{"version":"55.0.0"}')
    (folder / "manifest.json").write_text(json.dumps({"version": "55.0.0", "artifacts": artifacts}))
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content if isinstance(content, str) else json.dumps(content))
    return folder


def template(**resources):
    return {"Resources": resources or {"It": NOTEBOOK}}


def acknowledging(path, rule, reason, logical_id=None):
    entries = [
        {"type": "aws:cdk:acknowledged-rules", "data": {f"SageMakerNetwork::{rule}": reason, "Other::X-1": "no"}}
    ]
    return {path: [*entries, {"type": "aws:cdk:logicalId", "data": logical_id}] if logical_id else entries}


def test_groups_by_stage_and_environment(tmp_path):
    """Stacks belong together within one stage, account and region; those of unknown account or region within their stage."""
    write(
        tmp_path / "out" / "assembly-Prod",
        {
            "D": stack("D.json", "aws://1/eu-west-1", stackName="Prod-D"),
            "E": stack("D.json", "aws://unknown-account/eu-west-1"),
        },
        D__json=template(),
    )
    folder = write(
        tmp_path / "out",
        {
            "A": stack("A.json", "aws://1/eu-west-1"),
            "B": stack("A.json", "aws://1/eu-west-1", stackName="Bee"),
            "C": stack("A.json", "aws://1/us-east-1"),
            "F": stack("A.json"),
            "G": stack("A.json"),
            "assembly-Prod": {
                "type": "cdk:cloud-assembly",
                "properties": {"directoryName": "assembly-Prod", "displayName": "Prod"},
            },
            "Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}},
        },
        A__json=template(),
    )
    given = load([str(folder)])
    assert given.skipped == given.errors == []
    assert [
        (group.name.removeprefix(str(folder)), [found.stack_name for found in group.templates])
        for group in given.groups
    ] == [
        (" 1 eu-west-1", ["A", "Bee"]),
        (" 1 us-east-1", ["C"]),
        ("", ["F", "G"]),
        (" Prod 1 eu-west-1", ["Prod-D"]),
        (" Prod", ["E"]),
    ]
    first = given.groups[0].templates[0]
    assert (first.path, first.account, first.region, first.partition) == (f"{folder}/A.json", "1", "eu-west-1", "aws")
    assert given.groups[4].templates[0].region == "eu-west-1"
    assert load([str(folder)], region="cn-north-1").groups[2].templates[0].region == "cn-north-1"


def test_nested_stack_by_the_hash_in_its_url(tmp_path):
    """The asset hash in TemplateURL leads to the nested template, and so does aws:asset:path."""
    url = {
        "Fn::Join": [
            "",
            ["https://s3.", {"Ref": "AWS::Region"}, "/", {"Fn::Sub": "b-${AWS::AccountId}"}, "/abc123.json"],
        ]
    }
    nest = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url, "Parameters": {"P": "given"}}}
    inner = {
        "Parameters": {"P": {"Type": "String"}},
        "Resources": {"In": {"Type": "X", "Properties": {"P": {"Ref": "P"}}}},
    }
    by_path = {**nest, "Properties": {"TemplateURL": "https://x"}, "Metadata": {"aws:asset:path": "inner.nested.json"}}
    for resource in (nest, by_path):
        folder = write(
            tmp_path / "out",
            {"A": stack("A.json", "aws://1/eu-west-1")},
            A__json=template(Nest=resource),
            inner__nested__json=inner,
            A__assets__json={
                "files": {"fff": {"source": {"path": "x.zip"}}, "abc123": {"source": {"path": "inner.nested.json"}}}
            },
        )
        (group,) = load([str(folder)]).groups
        assert [found.path for found in group.templates] == [f"{folder}/A.json", f"{folder}/inner.nested.json"]
        assert group.templates[1].parent is group.templates[0].resources["Nest"]
        assert group.templates[1].region == "eu-west-1"
    assert group.resources("X")[0].get("P").what.startswith("parameter P") is True


def test_acknowledgements(tmp_path):
    """Acknowledged on the resource, its stack, a construct between or the app, and in the template: the nearest reason counts."""
    metadata = {
        **acknowledging("/A", "SMN-NB-01", "stack"),
        **acknowledging("/A/Team", "SMN-NB-02", "construct"),
        **acknowledging("/A/Team/It", "SMN-NB-03", "resource", "It"),
        "/A/Other": [{"type": "aws:cdk:logicalId", "data": "Other"}],
    }
    metadata["/A/Team/It"][0]["data"]["SageMakerNetwork::SMN-NB-01"] = "nearer"
    suppressed = [
        {"acknowledgedId": "SageMakerNetwork::SMN-NB-04", "reason": "app"},
        {"acknowledgedId": "SageMakerNetwork::SMN-NB-05", "reason": "stage", "acknowledgedAt": "Prod"},
        {"acknowledgedId": "AwsSolutions::SMN-NB-06", "reason": "no"},
    ]
    stated = {**NOTEBOOK, "Metadata": {"SageMakerNetwork": {"acknowledge": {"SMN-NB-03": "in the template"}}}}
    folder = write(
        tmp_path,
        {"A": {**stack("A.json"), "additionalMetadataFile": "A.metadata.json"}},
        A__json=template(It=NOTEBOOK, Other=stated),
        A__metadata__json=metadata,
    )
    (folder / "validation-report.json").write_text(
        json.dumps({"pluginReports": [{"suppressedViolations": suppressed}]})
    )
    found = load([str(folder)]).templates[0].resources
    assert found["It"].construct_path == "A/Team/It"
    assert found["It"].acknowledged == {
        "SMN-NB-01": "nearer",
        "SMN-NB-02": "construct",
        "SMN-NB-03": "resource",
        "SMN-NB-04": "app",
    }
    assert found["Other"].acknowledged == {"SMN-NB-01": "stack", "SMN-NB-03": "in the template", "SMN-NB-04": "app"}


def test_metadata_in_the_manifest(tmp_path):
    """Older assemblies keep a stack's metadata in the manifest."""
    artifact = {**stack("A.json"), "metadata": acknowledging("/A/It", "SMN-NB-01", "old", "It")}
    found = load([str(write(tmp_path, {"A": artifact}, A__json=template()))]).templates[0].resources["It"]
    assert (found.construct_path, found.acknowledged) == ("A/It", {"SMN-NB-01": "old"})


def test_context_of_looked_up_vpcs(tmp_path):
    """VPCs of Vpc.from_lookup are read from the CDK's context beside the assembly, and from what is given besides."""
    facts = {"vpcId": "vpc-1", "vpcCidrBlock": "10.0.0.0/16"}
    folder = write(tmp_path / "cdk.out", {"A": stack("A.json")}, A__json=template())
    (tmp_path / "cdk.context.json").write_text(
        json.dumps({"vpc-provider:account=1:filter.vpc-id=vpc-1": facts, "availability-zones:x": []})
    )
    (tmp_path / "cdk.json").write_text(
        json.dumps({"app": "x", "context": {"vpc-provider:account=1:filter.vpc-id=vpc-2": {"vpcId": "vpc-2"}}})
    )
    (group,) = load([str(folder)], context={"vpc-provider:z": {"vpcId": "vpc-3"}, "other": 1}).groups
    assert group.context_vpcs == {"vpc-1": facts, "vpc-2": {"vpcId": "vpc-2"}, "vpc-3": {"vpcId": "vpc-3"}}


def test_broken_parts_are_left_for_the_end(tmp_path):
    """A stack or stage that cannot be read is an error; the others are read."""
    folder = write(
        tmp_path,
        {
            "A": stack("A.json"),
            "B": stack("B.json"),
            "C": stack("C.json"),
            "S": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "none"}},
        },
        A__json=template(),
        B__json="{",
    )
    given = load([str(folder)])
    assert [found.path for found in given.templates] == [f"{folder}/A.json"]
    assert [str(error) for error in given.errors] == [
        f"{folder}/B.json: line 1: not valid JSON: expecting property name enclosed in double quotes",
        f"{folder}/C.json: cannot be read: no such file or directory",
        f"{folder}/none: is not a cloud assembly, though {folder}/manifest.json names it",
    ]


def test_broken_manifest(tmp_path):
    """An assembly whose manifest cannot be read is refused; another manifest.json is just a file."""
    folder = write(tmp_path / "out", {})
    (folder / "manifest.json").write_text("{")
    with pytest.raises(InputError, match=r"manifest\.json: line 1: not valid JSON"):
        load([str(folder)])
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "manifest.json").write_text('{"name": "app"}')
    assert load([str(tmp_path / "web")], lenient=True).skipped == [f"{tmp_path}/web/manifest.json"]


APP = """
    import aws_cdk as cdk
    from aws_cdk import aws_ec2 as ec2, aws_sagemaker as sagemaker

    app = cdk.App(outdir="out")

    def acknowledge(where, rule, reason):
        cdk.Validations.of(where).acknowledge(cdk.Acknowledgment(id=f"SageMakerNetwork::{rule}", reason=reason))

    class Lab(cdk.Stack):
        def __init__(self, scope, name, **options):
            super().__init__(scope, name, **options)
            self.vpc = ec2.Vpc(self, "Vpc", max_azs=2)
            acknowledge(self, "SMN-NB-01", "stack")
            nest = cdk.NestedStack(self, "Nest")
            notebook = sagemaker.CfnNotebookInstance(
                nest, "Notebook", role_arn="arn:aws:iam::111122223333:role/r", instance_type="ml.t3.medium",
                subnet_id=self.vpc.private_subnets[0].subnet_id)
            acknowledge(notebook, "SMN-NB-02", "resource")

    lab = Lab(app, "Lab")
    other = cdk.Stack(app, "Other")
    ec2.CfnSecurityGroup(other, "Group", group_description="x", vpc_id=lab.vpc.vpc_id)
    Lab(cdk.Stage(app, "Prod", env=cdk.Environment(account="111122223333", region="eu-west-1")), "Lab")
    app.synth()
"""


def test_what_the_cdk_writes(tmp_path):
    """An assembly as the CDK writes it today: stage, nested stack, reference across stacks, acknowledgements on stack and resource."""
    subprocess.run([sys.executable, "-c", textwrap.dedent(APP)], cwd=tmp_path, check=True, capture_output=True)
    given = load([str(tmp_path / "out")])
    assert given.errors == given.skipped == []
    stage, top = sorted(given.groups, key=lambda group: group.name, reverse=True)
    assert stage.name == f"{tmp_path}/out Prod 111122223333 eu-west-1"
    for group, path, subnet in (
        (top, "Lab/Nest/Notebook", "VpcPrivateSubnet1"),
        (stage, "Prod/Lab/Nest/Notebook", "VpcPrivateSubnet1"),
    ):
        (notebook,) = group.resources("AWS::SageMaker::NotebookInstance")
        assert notebook.construct_path == path
        assert notebook.acknowledged == {"SMN-NB-01": "stack", "SMN-NB-02": "resource"}
        assert notebook.get("SubnetId").resource.logical_id.startswith(subnet)
    (vpc,) = top.resources("AWS::EC2::VPC")
    (security_group,) = top.resources("AWS::EC2::SecurityGroup")
    assert security_group.get("VpcId").resource is vpc
    assert [template.stack_name for template in top.templates] == ["Lab", None, "Other"]


def test_paths_of_nested_stacks_that_templates_do_not_have(tmp_path):
    """Without `aws:cdk:path` in the templates, logical ids lead to the paths; the same id in a stack and in those nested in it too."""

    def nest(name):
        properties = {"TemplateURL": f"https://x/{name}"}
        body = {"Type": "AWS::CloudFormation::Stack", "Properties": properties}
        return {**body, "Metadata": {"aws:asset:path": f"{name}.json"}}

    paths = {
        "/Prod/A/It": "It",
        "/Prod/A/In.NestedStack/In.NestedStackResource": "In",
        "/Prod/A/In/It": "It",
        "/Prod/A/In/Deep.NestedStack/Deep.NestedStackResource": "Deep",
        "/Prod/A/In/Deep/Part/It": "It",
    }
    metadata = {path: [{"type": "aws:cdk:logicalId", "data": name}] for path, name in paths.items()}
    metadata |= acknowledging("/Prod/A/In/Deep", "SMN-NB-01", "deep")
    folder = write(
        tmp_path,
        {"A": {**stack("A.json"), "additionalMetadataFile": "A.metadata.json"}},
        A__json=template(It=NOTEBOOK, In=nest("in")),
        in__json=template(It=NOTEBOOK, Deep=nest("deep")),
        deep__json=template(),
        A__metadata__json=metadata,
    )
    (group,) = load([str(folder)]).groups
    assert [(each.construct_path, dict(each.acknowledged)) for each in group.resources(NOTEBOOK["Type"])] == [
        ("Prod/A/It", {}),
        ("Prod/A/In/It", {}),
        ("Prod/A/In/Deep/Part/It", {"SMN-NB-01": "deep"}),
    ]

"""What an upgrade of the library would do to stacks that are deployed: told from two sets of templates."""

from __future__ import annotations

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

STATEFUL = {
    "AWS::EC2::EIP",
    "AWS::EC2::NatGateway",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCEndpoint",
    "AWS::EFS::FileSystem",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::SSM::Parameter",
    "AWS::SageMaker::App",
    "AWS::SageMaker::Domain",
    "AWS::SageMaker::NotebookInstance",
    "AWS::SageMaker::Space",
    "AWS::SageMaker::UserProfile",
    "Custom::StudioCleanup",
}
"""Resources that hold data, or whose identity people and other stacks rely on."""


def breaks(released, current):
    """Why the templates of `current` must not follow those of `released` without a breaking version, one line each.

    Both map a stack's name to its template.
    """
    found = []
    for stack, old in released.items():
        if stack not in current:
            found.append(f"{stack}: the stack is gone")
            continue
        new = current[stack]["Resources"]
        for name, resource in old["Resources"].items():
            found += [f"{stack}/{name}: {reason}" for reason in _reasons(resource, new.get(name))]
        found += [
            f"{stack}/{name}: the output is gone"
            for name in old.get("Outputs", {})
            if name not in current[stack].get("Outputs", {})
        ]
    return found


def _reasons(old, new):
    kind = old["Type"]
    if new is None:
        return [f"the {kind} is gone"] if kind in STATEFUL else []
    if new["Type"] != kind:
        return [f"the {kind} becomes {new['Type']}"]
    return [
        f"{'.'.join(path)} of the {kind} changes, which replaces it"
        for path in _create_only(kind)
        if _value(old, path) != _value(new, path)
    ]


def _create_only(kind):
    """Property paths that CloudFormation cannot change, from the schemas that cfn-lint brings: a second opinion."""
    if kind.startswith("Custom::"):
        return [("ServiceToken",)]
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    return [tuple(path.split("/")[2:]) for path in schema.get("createOnlyProperties", [])]


def _value(resource, path):
    value = resource.get("Properties", {})
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def breaking(old, new):
    """Whether the step between two versions may break: a new major one, before 1.0 a new minor one."""
    before, after = ([int(part) for part in version.split(".")] for version in (old, new))
    return before[0] < after[0] or (before[0] == after[0] == 0 and before[1] < after[1])

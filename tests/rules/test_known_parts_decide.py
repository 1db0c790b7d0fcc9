"""Where only a part of what a rule reads is known, the known part decides if it can; else the verdict is *unverified*."""

from __future__ import annotations

import pytest

NETWORK = """
Parameters: {P: {Type: String}, List: {Type: List<String>}, Mode: {Type: String}}
Conditions: {Is: !Equals [!Ref Mode, x]}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}
  SubnetA: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: !Select [0, !GetAZs ""]}}
  SubnetB: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [1, !GetAZs ""]}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  A: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref SubnetA, RouteTableId: !Ref Table}}
  B: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref SubnetB, RouteTableId: !Ref Table}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: g, VpcId: !Ref Vpc}}
"""
CLOSED = NETWORK.replace(
    "GroupDescription: g,",
    "GroupDescription: g, SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16}],",
)
NOTEBOOK = """
  Notebook: {Type: AWS::SageMaker::NotebookInstance, Properties: {InstanceType: ml.t3.medium, RoleArn: r, DirectInternetAccess: Disabled, SubnetId: !Ref SubnetA, SecurityGroupIds: [!Ref Group]}}
"""
NOVALUE = "!Ref 'AWS::NoValue'"


def rule_of(source, name="EndpointGroup"):
    """A security group with one inbound rule."""
    return f"""
  {name}: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: e, VpcId: !Ref Vpc, SecurityGroupIngress: [{source}]}}}}
"""


HTTPS = rule_of("{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16}")
EVERYTHING_FROM_P = rule_of("{IpProtocol: -1, CidrIp: !Ref P}")


def endpoint(service, more, *, name="Endpoint", kind="Interface", vpc="!Ref Vpc"):
    """An endpoint; `service` is the end of its name, or a YAML function for all of it."""
    full = service if service.startswith("!") else f"!Sub 'com.amazonaws.${{AWS::Region}}.{service}'"
    kinds = f"VpcEndpointType: {kind}, " if kind else ""
    return f"""
  {name}: {{Type: AWS::EC2::VPCEndpoint, Properties: {{{kinds}ServiceName: {full}, VpcId: {vpc}, {more}}}}}
"""


IN_A = "PrivateDnsEnabled: true, SubnetIds: [!Ref SubnetA], SecurityGroupIds: [!Ref EndpointGroup]"
TABLES = "RouteTableIds: [!Ref Table]"
FOR_ALL = "SubnetIds: [!Ref SubnetA], DnsOptions: {PrivateDnsOnlyForInboundResolverEndpoint: AllResolvers}"


def gateway(more=TABLES, **options):
    """A gateway endpoint for Amazon S3."""
    return endpoint("s3", more, kind="Gateway", **options)


def policy(*statements):
    """The tables of a gateway endpoint, and a policy."""
    return f"{TABLES}, PolicyDocument: {{Statement: [{', '.join(statements)}]}}"


def allow(resource, effect="Allow", action="'s3:*'"):
    """A statement about some objects."""
    return f"{{Effect: {effect}, Principal: '*', Action: {action}, Resource: {resource}}}"


OWN = allow("'arn:aws:s3:::mine/*'")
LAYERS = allow("!Sub 'arn:${AWS::Partition}:s3:::prod-${AWS::Region}-starport-layer-bucket/*'")
REGISTRY = endpoint("ecr.dkr", IN_A, name="Registry") + HTTPS


def zone(vpc, records, name="!Sub 'api.sagemaker.${AWS::Region}.amazonaws.com'"):
    """A private hosted zone with records."""
    return f"""
  Zone: {{Type: AWS::Route53::HostedZone, Properties: {{Name: {name}, VPCs: [{{VPCId: {vpc}, VPCRegion: us-east-1}}]}}}}
{records}"""


TO_ENDPOINT = "!Select [1, !Split [':', !Select [0, !GetAtt Endpoint.DnsEntries]]]"
WITHOUT_DNS = endpoint("sagemaker.api", "SubnetIds: [!Ref SubnetA], SecurityGroupIds: [!Ref EndpointGroup]") + HTTPS


def record(target):
    """A record of the SageMaker API in the zone."""
    return f"""
  Record: {{Type: AWS::Route53::RecordSet, Properties: {{HostedZoneId: !Ref Zone, Name: !Sub 'api.sagemaker.${{AWS::Region}}.amazonaws.com', Type: A, AliasTarget: {{DNSName: {target}, HostedZoneId: z}}}}}}
"""


def records(target):
    """The same record in a group of records."""
    return f"""
  Records: {{Type: AWS::Route53::RecordSetGroup, Properties: {{HostedZoneId: !Ref Zone, RecordSets: [{{Name: !Sub 'api.sagemaker.${{AWS::Region}}.amazonaws.com', Type: A, AliasTarget: {{DNSName: {target}, HostedZoneId: z}}}}]}}}}
"""


def job(vpc="{Subnets: [!Ref SubnetA, !Ref SubnetB], SecurityGroupIds: [!Ref Group]}"):
    """A processing job."""
    return f"""
  Job: {{Type: AWS::SageMaker::ProcessingJob, Properties: {{RoleArn: r, AppSpecification: {{ImageUri: i}}, ProcessingResources: {{ClusterConfig: {{InstanceCount: 1, InstanceType: ml.m5.large, VolumeSizeInGB: 1}}}}, NetworkConfig: {{VpcConfig: {vpc}}}}}}}
"""


def serving(variants, model="VpcConfig: {Subnets: [!Ref SubnetA, !Ref SubnetB], SecurityGroupIds: [!Ref Group]}"):
    """A model and the variants of an endpoint configuration."""
    return f"""
  Model: {{Type: AWS::SageMaker::Model, Properties: {{ExecutionRoleArn: r, PrimaryContainer: {{Image: i, ImageConfig: {{RepositoryAccessMode: Vpc}}}}, {model}}}}}
  Config: {{Type: AWS::SageMaker::EndpointConfig, Properties: {{ProductionVariants: [{variants}]}}}}
"""


OURS, THEIRS = "ModelName: !GetAtt Model.ModelName", "ModelName: elsewhere"
SERVERLESS = "ServerlessConfig: {MaxConcurrency: 1, MemorySizeInMB: 1024}"


def cluster(*types, count=2):
    """A HyperPod cluster with an instance group of each type."""
    groups = ", ".join(
        f"{{InstanceGroupName: g{number}, InstanceCount: {count}, InstanceType: {kind}, ExecutionRole: r}}"
        for number, kind in enumerate(types)
    )
    return f"""
  Cluster: {{Type: AWS::SageMaker::Cluster, Properties: {{InstanceGroups: [{groups}], VpcConfig: {{Subnets: [!Ref SubnetA], SecurityGroupIds: [!Ref Group]}}}}}}
"""


ITSELF = """
  In: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !GetAtt Group.GroupId, IpProtocol: '-1', SourceSecurityGroupId: !GetAtt Group.GroupId}}
  Out: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: !GetAtt Group.GroupId, IpProtocol: '-1', DestinationSecurityGroupId: !GetAtt Group.GroupId}}
"""


def workforce(more=""):
    """A workforce with a portal in the VPC."""
    return f"""
  Workforce: {{Type: AWS::SageMaker::Workforce, Properties: {{WorkforceName: w, WorkforceVpcConfig: {{VpcId: !Ref Vpc, Subnets: [!Ref SubnetA], SecurityGroupIds: [!Ref Group]}}{more}}}}}
"""


def training(more=""):
    """A declared training network."""
    return f"""
  Jobs: {{Type: AWS::EC2::SecurityGroup, Metadata: {{SageMakerNetwork: {{trainingNetwork: {{subnets: [!Ref SubnetA]{more}}}}}}}, Properties: {{GroupDescription: j, VpcId: !Ref Vpc}}}}
"""


def efs(system, subnet):
    """An EFS file system with a mount target whose group admits nobody."""
    return f"""
  Files: {{Type: AWS::EFS::FileSystem, Properties: {{}}}}
  Target: {{Type: AWS::EFS::MountTarget, Properties: {{FileSystemId: {system}, SubnetId: {subnet}, SecurityGroups: [!Ref Group]}}}}
"""


#: Rule, what is special, the template, and the verdicts.
CASES = [
    ("EP-01", "a wrong name of any type", endpoint("studio", IN_A, kind="!Ref P") + HTTPS, "violated"),
    ("EP-01", "a right name of any type", endpoint("sagemaker.api", IN_A, kind="!Ref P") + HTTPS, "satisfied"),
    ("EP-02", "no hosted zone", WITHOUT_DNS, "violated"),
    ("EP-02", "a group of records", WITHOUT_DNS + zone("!Ref Vpc", records(TO_ENDPOINT)), "satisfied"),
    ("EP-02", "a record that leads to a parameter", WITHOUT_DNS + zone("!Ref Vpc", record("!Ref P")), "unverified"),
    ("EP-02", "such a record in a group", WITHOUT_DNS + zone("!Ref Vpc", records("!Ref P")), "unverified"),
    ("EP-02", "a zone of a parameter", WITHOUT_DNS + zone("!Ref P", record(TO_ENDPOINT)), "unverified"),
    ("EP-02", "a zone of another VPC", WITHOUT_DNS + zone("vpc-1", record(TO_ENDPOINT)), "violated"),
    ("EP-02", "a zone of another service", WITHOUT_DNS + zone("!Ref Vpc", record("!Ref P"), "sts.amazonaws.com"), "violated"),
    ("EP-02", "a VPC that is made elsewhere", endpoint("sagemaker.api", "SubnetIds: [!Ref P]", vpc="!Ref P"), "unverified"),
    ("EP-02", "DynamoDB has no private DNS", endpoint("dynamodb", "SubnetIds: [!Ref SubnetA]"), ""),
    ("EP-04", "everything from a parameter, nobody dials", endpoint("glue", IN_A) + EVERYTHING_FROM_P, "satisfied"),
    ("EP-04", "everything from a parameter", endpoint("sagemaker.api", IN_A) + EVERYTHING_FROM_P + NOTEBOOK, "unverified"),
    ("EP-04", "one group that is known suffices", endpoint("sagemaker.api", "SecurityGroupIds: [sg-1, !Ref EndpointGroup]") + HTTPS + NOTEBOOK, "satisfied"),
    ("EP-04", "one group that is known does not", endpoint("sagemaker.api", "SecurityGroupIds: [sg-1, !Ref EndpointGroup]") + rule_of("") + NOTEBOOK, "unverified"),
    ("EP-06", "no gateway endpoint has subnets", endpoint("!Ref P", "SubnetIds: [!Ref SubnetA]", kind=None), "violated"),
    ("EP-06", "a gateway endpoint of any service", endpoint("!Ref P", TABLES, kind=None), "unverified"),
    ("EP-09", "a Deny of all but one thing", gateway(policy(allow("'*'", action="'*'"), "{Effect: Deny, Principal: '*', Action: '*', NotResource: 'arn:aws:s3:::mine'}")), "satisfied"),
    ("EP-09", "a Deny of all but one principal", gateway(policy(allow("'*'", action="'*'"), "{Effect: Deny, NotPrincipal: {AWS: a}, Action: '*', Resource: '*'}")), "satisfied"),
    ("EP-11", "no policy, whatever the service", endpoint("!Ref P", IN_A) + HTTPS, ""),
    ("EP-12", "the region written out in one", endpoint("sts", IN_A) + endpoint("!Sub com.amazonaws.us-east-1.sts", IN_A, name="Second") + HTTPS, "violated"),
    ("EP-12", "a service that is a parameter in part", endpoint("sts", IN_A) + endpoint("!Sub 'com.amazonaws.${AWS::Region}.${P}'", IN_A, name="Second") + HTTPS, "unverified"),
    ("EP-13", "an interface endpoint of Amazon S3", endpoint("s3", IN_A) + HTTPS, "violated"),
    ("S3-03", "a gateway endpoint of any service", endpoint("s3", IN_A) + HTTPS + endpoint("!Ref P", TABLES, name="Second", kind=None), "unverified"),
    ("S3-03", "a VPC that is made elsewhere", endpoint("s3", "PrivateDnsEnabled: true", vpc="!Ref P"), "unverified"),
    ("S3-05", "all but one bucket", gateway(policy("{Effect: Allow, Principal: '*', Action: '*', NotResource: 'arn:aws:s3:::mine'}")), "satisfied"),
    ("S3-05", "everything beside a parameter", gateway(policy(allow("!Ref P", action="'*'"), allow("'*'", action="'*'"))), "violated"),
    ("S3-06", "the layers beside a parameter", gateway(policy(allow("!Ref P"), LAYERS)) + REGISTRY, "satisfied"),
    ("S3-06", "the layers in a list with a parameter", gateway(policy(allow("[!Ref P, 'arn:aws:s3:::prod-*']"))) + REGISTRY, "satisfied"),
    ("S3-06", "an effect that is a parameter", gateway(policy(OWN, allow("'*'", "!Ref P"))) + REGISTRY, "unverified"),
    ("S3-06", "a Deny of a parameter", gateway(policy(OWN, LAYERS, allow("!Ref P", "Deny"))) + REGISTRY, "unverified"),
    ("S3-06", "the layers, with or without a registry", endpoint("s3", policy(OWN, LAYERS), kind="Gateway", vpc="!Ref P"), "satisfied"),
    ("S3-06", "a registry that may be made elsewhere", endpoint("s3", policy(OWN), kind="Gateway", vpc="!Ref P"), "unverified"),
    ("S3-09", "tables, whatever the service", endpoint("!Ref P", TABLES, kind=None), "satisfied"),
    ("S3-09", "no tables", gateway("RouteTableIds: []"), "violated"),
    ("JOB-01", "an empty configuration", job("{}"), "violated"),
    ("JOB-01", "no configuration", job(NOVALUE), ""),
    ("JOB-01", "a list that is a parameter beside an empty one", job("{Subnets: !Ref List, SecurityGroupIds: []}"), "violated"),
    ("JOB-01", "a branch that is empty", job(f"!If [Is, {{Subnets: [], SecurityGroupIds: []}}, {NOVALUE}]"), "unverified"),
    ("JOB-03", "an interface endpoint that may serve beside a gateway", job() + endpoint("s3", f"PrivateDnsEnabled: !Ref P, {FOR_ALL}") + gateway(name="Second"), "satisfied"),
    ("JOB-03", "an interface endpoint that may serve", job() + endpoint("s3", f"PrivateDnsEnabled: !Ref P, {FOR_ALL}"), "unverified"),
    ("JOB-05", "one group that is known suffices", training(", efa: true, securityGroups: [sg-1, !Ref Group]") + ITSELF, "satisfied"),
    ("JOB-05", "one group that is known does not", training(", efa: true, securityGroups: [sg-1]"), "unverified"),
    ("JOB-18", "a target of a file system that is a parameter", training() + efs("!Ref P", "!Ref SubnetA"), "violated"),
    ("JOB-18", "a target in a subnet that is a parameter", training() + efs("!Ref Files", "!Ref P"), "unverified"),
    ("JOB-18", "a target without subnet", training() + efs("!Ref Files", NOVALUE), "unverified"),
    ("HOST-03", "a model that is made elsewhere beside ours", serving(f"{{{THEIRS}, {SERVERLESS}}}, {{{OURS}, {SERVERLESS}}}"), "violated"),
    ("HOST-03", "isolation that is a parameter", serving(f"{{{OURS}, {SERVERLESS}}}", "EnableNetworkIsolation: !Ref P"), "violated"),
    ("HOST-09", "a number that is a parameter beside one", serving(f"{{{OURS}, InitialInstanceCount: !Ref P}}, {{{OURS}, InitialInstanceCount: '1'}}"), "violated"),
    ("HOST-09", "a variant that a macro makes", serving("!Transform {Name: Make}"), "unverified"),
    ("HOST-11", "access that is a parameter beside one", serving(f"{{{OURS}, EnableSSMAccess: !Ref P}}, {{{OURS}, EnableSSMAccess: true}}", "EnableNetworkIsolation: true"), "violated"),
    ("HP-02", "a type that is a parameter beside one", cluster("!Ref P", "ml.p5.48xlarge"), "violated"),
    ("HP-02", "any type, with all rules", cluster("!Ref P") + ITSELF, "satisfied"),
    ("HP-02", "an ultra server", cluster("ml.p6e-gb200.36xlarge"), "violated"),
    ("HP-02", "a type without EFA", cluster("ml.c5n.9xlarge"), ""),
    ("HP-04", "a type that is a parameter beside one", cluster("!Ref P", "ml.p5.48xlarge", count=9), "violated"),
    ("HP-04", "a type that is a parameter", cluster("!Ref P", count=9), "unverified"),
    ("HP-04", "enough for any type", cluster("!Ref P", count=1), "satisfied"),
    ("GT-02", "no address at all", workforce(", SourceIpConfig: {Cidrs: []}"), "violated"),
    ("GT-02", "a parameter for the addresses", workforce(", SourceIpConfig: {Cidrs: !Ref List}"), "satisfied"),
    ("GT-03", "a policy of a parameter beside one", workforce() + gateway(policy(allow("!Ref P"))) + gateway(policy(OWN), name="Second"), "violated"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "title", "resources", "verdict"), CASES, ids=[f"{each[0]}: {each[1]}" for each in CASES]
)
def test_the_known_part_decides(rule, title, resources, verdict, judge):
    """One verdict for all resources that the rule is about; none where it does not apply."""
    assert {said[0] for said in judge(f"SMN-{rule}", NETWORK + resources)} == ({verdict} if verdict else set())


@pytest.mark.parametrize(
    ("resources", "verdict"),
    [
        (gateway(), "violated"),
        (gateway("RouteTableIds: [!Ref P]"), "unverified"),
        (gateway() + endpoint("s3", f"PrivateDnsEnabled: true, {FOR_ALL}", name="Second"), "satisfied"),
    ],
    ids=["its table", "a parameter for the table", "an interface endpoint that all names lead to"],
)
def test_groups_are_judged_by_the_way_that_is_taken(resources, verdict, judge):
    """Closed groups matter only on the way through a gateway endpoint of the subnet's table."""
    (said,) = judge("SMN-S3-04", CLOSED + job() + resources)
    assert said[0] == verdict


@pytest.mark.parametrize(
    ("rule", "resources"), [("SMN-EP-03", endpoint("sts", IN_A) + HTTPS), ("SMN-GT-01", workforce())]
)
def test_one_attribute_of_the_vpc_is_enough(rule, resources, judge):
    """DNS support that is a parameter does not hide that host names are off."""
    network = NETWORK.replace("EnableDnsHostnames: true", "EnableDnsSupport: !Ref P, EnableDnsHostnames: 'false'")
    (said,) = judge(rule, network + resources)
    assert said[0] == "violated"


def test_subnets_of_an_instance_group(judge):
    """A finding about subnets of its own points to them."""
    override = "OverrideVpcConfig: {Subnets: [!Ref SubnetB], SecurityGroupIds: [!Ref Group]}"
    text = NETWORK + cluster("ml.p5.48xlarge", count=9).replace("ExecutionRole: r", f"ExecutionRole: r, {override}")
    ((verdict, _, _, at, said),) = judge("SMN-HP-04", text)
    assert (verdict, at) == ("violated", "InstanceGroups.0.OverrideVpcConfig.Subnets")
    assert said == "SubnetB has 251 addresses, and 9 instances ml.p5.48xlarge of g0 need 288"
    ((verdict, _, _, at, _),) = judge("SMN-HP-03", text)
    assert (verdict, at) == ("violated", "InstanceGroups.0.OverrideVpcConfig.Subnets")

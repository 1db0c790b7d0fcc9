"""What deleted Studio domains left, listed and deleted, against an account in memory."""

import io
import os
import subprocess
import sys

import pytest
from studio_world import ACCOUNT, TAG, World, arn_of, clients_of, error, quick_clients_of

from constructs_lib import __main__ as command_line
from constructs_lib import orphans


def account():
    """A domain that lives, and one that was deleted and left what SageMaker leaves."""
    world = World(slow=10)
    world.add_domain("d-lives")
    world.add_domain("d-gone", subnets=("subnet-a", "subnet-b"), users=0)
    del world.domains["d-gone"]
    return world


def run(world, *, delete=False, clients=None):
    out = io.StringIO()
    status = orphans.main(
        "eu-west-1",
        delete,
        out.write,
        clients=clients or quick_clients_of(world),
        sleep=world.sleep,
        now=lambda: world.now,
    )
    return status, out.getvalue()


def only(things, **wanted):
    (found,) = (key for key, value in things.items() if all(value[name] == each for name, each in wanted.items()))
    return found


@pytest.mark.parametrize("make_clients", [clients_of, quick_clients_of])
def test_lists_what_is_left_and_changes_nothing(make_clients):
    """Status 1, a line for each thing, and no call but those that look."""
    world = account()
    file_system = only(world.file_systems, Domain="d-gone")
    inbound = only(world.groups, GroupName="security-group-for-inbound-nfs-d-gone")
    outbound = only(world.groups, GroupName="security-group-for-outbound-nfs-d-gone")
    lines = [f"{arn_of('d-gone')} is gone and left", f"  file system {file_system}: 0.0 GiB, 2 mount targets"]
    for target, value in world.mount_targets.items():
        if value["FileSystemId"] == file_system:
            lines.append(
                f"  network interface {value['Interface']}: in-use, EFS mount target for {file_system} ({target})"
            )
    lines += [
        f"  security group {inbound}: security-group-for-inbound-nfs-d-gone in vpc-1",
        f"  security group {outbound}: security-group-for-outbound-nfs-d-gone in vpc-1",
        "5 things in eu-west-1; with --delete they go, the data in file systems included",
    ]

    status, text = run(world, clients=make_clients(world))

    assert status == 1
    assert text.splitlines() == lines
    assert all(operation.startswith(("Describe", "List")) for operation, _ in world.calls)


def test_nothing_left():
    """Status 0 where every domain lives."""
    world = World()
    world.add_domain("d-lives")
    assert run(world) == (0, "deleted Studio domains left nothing in eu-west-1\n")


def test_deletes_what_is_left_and_nothing_of_a_domain_that_lives():
    """Status 1, as something was found; the next run finds nothing."""
    world = account()
    lives = world.of("d-lives")

    status, text = run(world, delete=True)

    assert status == 1
    assert text.endswith(f"{arn_of('d-gone')}: deleted\n")
    assert (world.of("d-gone"), world.of("d-lives")) == ({}, lives)
    assert run(world)[0] == 0


def test_deletes_through_failures():
    """Throttling and things still in use only take longer."""
    world = account()

    def before(number, operation, parameters):
        if world.random.random() < 0.3 and any(each.startswith("Delete") for each, _ in world.calls):
            raise error("ThrottlingException", "Rate exceeded")

    world.before = before
    assert run(world, delete=True)[0] == 1
    assert world.of("d-gone") == {}


def test_groups_in_two_vpcs():
    """Each VPC is cleaned; a group without a file system is an orphan too."""
    world = account()
    world.add_group("security-group-for-inbound-nfs-d-gone", vpc="vpc-2", tags={TAG: arn_of("d-gone")})
    run(world, delete=True)
    assert world.of("d-gone") == {}


def test_what_is_not_an_orphan():
    """Without SageMaker's tag, with another name, of a domain in another region or account, or under deletion already."""
    world = World()
    elsewhere = arn_of("d-gone").replace("eu-west-1", "us-east-1")
    world.add_group("security-group-for-inbound-nfs-d-gone")
    world.add_group("mine", tags={TAG: arn_of("d-gone")})
    world.add_group("security-group-for-inbound-nfs-d-gone", tags={TAG: elsewhere})
    world.file_systems["fs-1"] = {"LifeCycleState": "available", "Tags": {TAG: elsewhere}}
    world.file_systems["fs-2"] = {"LifeCycleState": "deleting", "Tags": {TAG: arn_of("d-gone")}}
    shared = world.add_group("security-group-for-inbound-nfs-d-gone", tags={TAG: arn_of("d-gone")})
    world.groups[shared]["Owner"] = "999999999999"
    world.file_systems["fs-3"] = {"LifeCycleState": "available", "Tags": {TAG: "arn:aws:sagemaker:eu-west-1:1:space/x"}}
    assert run(world)[0] == 0


def test_a_domain_that_the_list_does_not_show():
    """Asked by its id it answers, so nothing of it is deleted."""
    world = World()
    world.add_domain("d-hidden")
    before = world.of("d-hidden")
    world._do_ListDomains = lambda **_: {"Domains": []}
    with pytest.raises(orphans.OrphansError) as raised:
        run(world, delete=True)
    assert str(raised.value) == f"{arn_of('d-hidden')}: the domain exists: nothing of it is an orphan"
    assert world.of("d-hidden") == before


def test_something_that_does_not_go():
    """It ends in time and says what is left."""
    world = account()
    world.slow = 1_000_000
    with pytest.raises(orphans.OrphansError) as raised:
        run(world, delete=True)
    assert str(raised.value).startswith(
        f"{arn_of('d-gone')}: gave up after 30 minutes, still there: 2 mount targets: fsmt-"
    )


def test_what_one_domain_left_does_not_stop_the_others():
    """The first is hindered by an instance of the account's own; the second goes, and the one line of the error says what stays and why."""
    world = account()
    group = only(world.groups, GroupName="security-group-for-outbound-nfs-d-gone")
    attachment = {"InstanceId": "i-1", "InstanceOwnerId": ACCOUNT}
    interface = world.add_interface([group], "", Attachment=attachment)
    world.add_group("security-group-for-inbound-nfs-d-zone", tags={TAG: arn_of("d-zone")})
    hindered = world.of("d-gone")
    with pytest.raises(orphans.OrphansError) as raised:
        run(world, delete=True)
    assert str(raised.value) == (
        f"{arn_of('d-gone')}: network interface {interface} (of instance i-1) uses a security group that goes with the domain: take the group "
        "off it, then try again"
    )
    assert (world.of("d-gone"), world.of("d-zone")) == (hindered, {})


def test_a_domain_that_is_made_meanwhile():
    """Its file system is seen before the domain is; the domains are listed again."""
    world = account()
    made = iter([lambda: world.add_domain("d-new", users=0)])

    def before(number, operation, parameters):
        if operation == "DescribeFileSystems":
            next(made, lambda: None)()

    world.before = before
    assert "d-new" not in run(world)[1]


def test_a_missing_permission():
    """The call that was refused is named."""
    world = account()
    world.before = lambda *_: (_ for _ in ()).throw(error("AccessDeniedException", "not authorized"))
    with pytest.raises(orphans.OrphansError, match=r"^list_domains: .*not authorized$"):
        run(world)


def test_an_account_that_does_not_answer():
    """Throttled while looking: the reason, and nothing was changed."""
    world = account()
    world.before = lambda *_: (_ for _ in ()).throw(error("ThrottlingException", "Rate exceeded"))
    with pytest.raises(orphans.OrphansError, match=r"^list_domains: .*Rate exceeded$"):
        run(world)


def test_without_boto3():
    """One line names the extra to install, and the status is 2: in a Python that has neither boto3 nor what it is made of."""
    missing = "import sys; sys.modules |= dict.fromkeys(('boto3', 'botocore', 'urllib3')); "
    code = f"{missing}from constructs_lib.__main__ import main; sys.exit(main(['orphans', '--region', 'eu-west-1']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ("sagemaker-network: boto3 is missing: pip install 'sagemaker-network-constructs[orphans]'\n")


def test_without_a_region(monkeypatch, tmp_path):
    """One line that says what to give."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(orphans.OrphansError) as raised:
        orphans.main(None, False, io.StringIO().write)
    assert str(raised.value) == "you must specify a region: give --region, or configure AWS credentials and region"


def test_without_credentials(monkeypatch, tmp_path, capsys):
    """One line and status 2, before anything is asked."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    assert command_line.main(["orphans", "--region", "eu-west-1"]) == 2
    assert capsys.readouterr() == ("", "sagemaker-network: list_domains: Unable to locate credentials\n")
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert command_line.main(["orphans", "--region", "eu-west-1"]) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith("sagemaker-network: the config profile (nobody) could not be found: give --region, ")


def test_what_is_printed_arrives_through_a_pipe():
    """As the program ends: nothing is left in a buffer."""
    code = (
        "import sys; from studio_world import World, quick_clients_of; from constructs_lib import __main__, orphans\n"
        "orphans._clients = lambda region: quick_clients_of(World()); sys.argv = ['sagemaker-network', 'orphans']; __main__.run()"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "deleted Studio domains left nothing in eu-west-1\n", "")


def test_the_command(monkeypatch, capsys):
    """The verb prints the list; what cannot run is one line on standard error and status 2."""
    world = account()
    monkeypatch.setattr(orphans, "_clients", lambda region: quick_clients_of(world))
    assert command_line.main(["orphans", "--region", "eu-west-1"]) == 1
    assert capsys.readouterr().out.startswith(f"{arn_of('d-gone')} is gone and left\n")
    world.before = lambda *_: (_ for _ in ()).throw(error("AccessDeniedException", "not authorized"))
    assert command_line.main(["orphans"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("sagemaker-network: list_domains: ")
    assert shown.err.count("\n") == 1

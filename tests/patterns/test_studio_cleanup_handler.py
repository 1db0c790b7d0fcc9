"""The function that destroys a domain, against an account in memory, with failures at every call."""

import copy
import http.server
import json
import random
import threading
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ReadTimeoutError
from studio_lambda import CONSENT_VALUE, delete_event, run
from studio_world import ACCOUNT, Killed, World, arn_of, clients_of, error, quick_clients_of

from constructs_lib.patterns.handlers.studio_cleanup import index, sweep
from constructs_lib.patterns.handlers.studio_cleanup.outcome import Outcome, outcome

CONSENT = {sweep.CONSENT_TAG: CONSENT_VALUE}
SCHEDULES = 1000


def account(seed=0, **options):
    """Two domains in one VPC, with three users, spaces, apps and mount targets in three subnets each; one may be destroyed."""
    world = World(seed=seed, **options)
    world.add_domain("d-mine", tags={"team": "a", "cost": "b", **CONSENT})
    world.add_domain("d-other", tags=CONSENT)
    return world


def throttled(operation):
    raise error("ThrottlingException", "Rate exceeded")


def not_found(operation):
    raise error("InvalidGroup.NotFound" if "SecurityGroup" in operation else "ResourceNotFound", "does not exist")


def in_use(operation):
    raise error(
        "DependencyViolation" if "Security" in operation or "Interface" in operation else "ResourceInUse",
        "has a dependent object",
    )


def server_error(operation):
    raise error("Whatever", "try again", status=503)


def timed_out(operation):
    raise ReadTimeoutError(endpoint_url="https://api")


def unreachable(operation):
    raise EndpointConnectionError(endpoint_url="https://api")


def killed(operation):
    raise Killed


FAILURES = [throttled, not_found, in_use, server_error, timed_out, unreachable, killed]


def at_call(number, failure):
    def before(each, operation, parameters):
        if each == number:
            failure(operation)

    return before


def calls_without_failure():
    world = account()
    run(world, delete_event("d-mine"))
    return len(world.calls)


@pytest.mark.parametrize("make_clients", [clients_of, quick_clients_of])
def test_deletes_all_of_one_domain_and_nothing_of_another(make_clients):
    """Through botocore (requests valid, short pages followed) and without it, the same: nothing of the domain is left, the other is as it was."""
    world = account()
    other = world.of("d-other")

    answer = run(world, delete_event("d-mine"), clients=make_clients(world))

    assert answer == {
        "Status": "SUCCESS",
        "Reason": "domain d-mine is gone with all that belonged to it",
        "PhysicalResourceId": "d-mine",
        "StackId": "arn:aws:cloudformation:eu-west-1:111122223333:stack/Lab/1",
        "RequestId": "request-1",
        "LogicalResourceId": "LabCleanup",
    }
    assert world.of("d-mine") == {}
    assert world.of("d-other") == other


@pytest.mark.parametrize("failure", FAILURES)
def test_one_failure_at_any_call(failure):
    """A failure at each call in turn, however it looks: in the end nothing is left."""
    for number in range(1, calls_without_failure() + 1):
        world = account()
        other = world.of("d-other")
        world.before = at_call(number, failure)
        answer = run(world, delete_event("d-mine"))
        assert (answer["Status"], world.of("d-mine"), world.of("d-other")) == ("SUCCESS", {}, other), (
            f"call {number}: {world.calls[number - 1]}"
        )


def refused_from(number):
    """The operation of this call is refused then and ever after."""
    refused = set()

    def before(each, operation, parameters):
        if each == number:
            refused.add(operation)
        if operation in refused:
            raise error("AccessDeniedException", "not authorized")

    return before


def test_refusal_at_any_call():
    """Without a permission: the reason names the call; nothing was deleted if looking was refused; with the permission the next try ends it."""
    for number in range(1, calls_without_failure() + 1):
        world = account()
        before, other = world.of("d-mine"), world.of("d-other")
        world.before = refused_from(number)

        answer = run(world, delete_event("d-mine"))

        operation = world.calls[number - 1][0]
        assert answer["Status"] == "FAILED"
        assert answer["Reason"].endswith("not authorized")
        deleted = [name for name, _ in world.calls[: number - 1] if name.startswith(("Delete", "Revoke"))]
        assert (world.of("d-mine") == before) is not bool(deleted), operation
        world.before = lambda *_: None
        assert run(world, delete_event("d-mine"))["Status"] == "SUCCESS"
        assert (world.of("d-mine"), world.of("d-other")) == ({}, other)


def test_a_permission_that_is_new():
    """Where a stack fails as it is created, IAM may not yet have told all services of the function's permissions."""
    world = account()
    began = world.now

    def before(number, operation, parameters):
        if world.now < began + 40 and operation != "ListApps":
            raise error("UnauthorizedOperation", "not authorized")

    world.before = before
    assert run(world, delete_event("d-mine"))["Status"] == "SUCCESS"
    assert world.of("d-mine") == {}


def random_trouble(rng, world):
    """Failures, kills and other people's deletions, at random."""
    likely = rng.choice([0.02, 0.1, 0.3])
    kills = iter(range(2))

    def before(number, operation, parameters):
        if rng.random() < likely:
            failure = rng.choice(FAILURES)
            if failure is killed and next(kills, None) is None:
                return
            failure(operation)
        if rng.random() < 0.02 and (mine := [*world.of("d-mine").get("mount targets", ())]):
            world.end_mount_target(rng.choice(mine))

    return before


def test_a_thousand_random_schedules():
    """Slow and quick services, failures in a row, invocations of any length: nothing of the domain is left, or it says what, and goes on."""
    again = 0
    for seed in range(SCHEDULES):
        rng = random.Random(seed)
        world = account(
            seed,
            slow=rng.choice([1, 20, 200]),
            call_takes=rng.choice([0.01, 0.5]),
            sagemaker_cleans_up=rng.random() < 0.5,
            lists_of_gone_domains_fail=rng.random() < 0.5,
        )
        other = world.of("d-other")
        world.before = random_trouble(rng, world)

        answer = run(world, delete_event("d-mine"), seconds=lambda rng=rng: rng.choice([70, 120, 900]))

        if answer["Status"] != "SUCCESS":
            again += 1
            world.before = lambda *_: None
            assert run(world, delete_event("d-mine"))["Status"] == "SUCCESS", seed
        assert (world.of("d-mine"), world.of("d-other")) == ({}, other), seed
    assert again < SCHEDULES / 20


def test_goes_on_in_the_next_invocation_wherever_one_ends():
    """However short the invocations are, the same end: what the first one looked at is not looked at again."""
    for seconds in (62, 63, 66, 75, 100):
        world = account()
        answer = run(world, delete_event("d-mine"), seconds=lambda seconds=seconds: seconds)
        assert (answer["Status"], world.of("d-mine")) == ("SUCCESS", {})


def test_gives_up_in_time_and_says_what_is_left():
    """An app that does not end: the reason arrives before CloudFormation stops waiting, and deleting the stack again goes on."""
    world = account()
    world.add_app("d-mine", "Canvas", "default", profile="user-1", status="Pending")

    answer = run(world, delete_event("d-mine"))

    assert answer["Status"] == "FAILED"
    assert (
        answer["Reason"]
        == "gave up after 56 minutes, still there: 1 app: Canvas default (Pending); delete the stack again to go on"
    )
    assert world.now - 1_000_000 < 3600
    world.apps["d-mine", None, "user-1", "Canvas", "default"]["Status"] = "InService"
    assert run(world, delete_event("d-mine"))["Status"] == "SUCCESS"
    assert world.of("d-mine") == {}


@pytest.mark.parametrize("tags", [{}, {"team": "a"}, {sweep.CONSENT_TAG: "destroy/another/resource"}])
def test_keeps_a_domain_without_consent(tags):
    """The tag is gone, or names another, where the custom resource alone leaves the template: nothing is touched."""
    world = World()
    world.add_domain("d-mine", tags=tags)
    before = world.of("d-mine")

    answer = run(world, delete_event("d-mine"))

    assert answer["Status"] == "SUCCESS"
    assert answer["Reason"] == "domain d-mine is kept: its tags do not allow this resource to destroy it"
    assert world.of("d-mine") == before
    assert {operation for operation, _ in world.calls} == {"DescribeDomain", "ListTags"}


def test_takes_what_an_earlier_deletion_of_the_domain_left():
    """A domain deleted by hand leaves its file system, interfaces and groups, which hold the VPC."""
    world = World()
    world.add_domain("d-mine", users=0)
    del world.domains["d-mine"]
    assert set(world.of("d-mine")) == {"file systems", "mount targets", "groups", "interfaces"}
    assert run(world, delete_event("d-mine"))["Status"] == "SUCCESS"
    assert world.of("d-mine") == {}


def test_a_domain_without_file_system():
    """With home_efs_file_system=False there is nothing to delete but the domain and its groups."""
    world = World()
    world.add_domain("d-mine", tags=CONSENT, home=False)
    assert run(world, delete_event("d-mine"))["Status"] == "SUCCESS"
    assert world.of("d-mine") == {}


def test_rstudio_ends_after_the_sessions_of_users():
    """The domain-level RStudio app serves all sessions, so it is deleted when no other app is left."""
    world = account()
    world.add_app("d-mine", "RStudioServerPro", "default", profile="domain-shared")
    world.add_app("d-mine", "RSessionGateway", "default", profile="user-1")
    run(world, delete_event("d-mine"))
    deleted = [parameters["AppType"] for operation, parameters in world.calls if operation == "DeleteApp"]
    assert deleted[-1] == "RStudioServerPro"
    assert deleted.count("RStudioServerPro") == 1


@pytest.mark.parametrize("way", ["In", "Out"])
def test_refuses_before_anything_is_deleted_when_a_group_of_others_names_one_of_the_domain(way):
    """The group could not be deleted at the end, so the reason comes at the beginning, and everything is left."""
    world = account()
    inbound = next(
        key for key, value in world.groups.items() if value["GroupName"] == "security-group-for-inbound-nfs-d-mine"
    )
    theirs = world.add_group("custom-file-system")
    world.groups[theirs][way].append(world.rule(2049, 2049, inbound))
    before = world.of("d-mine")

    answer = run(world, delete_event("d-mine"))

    outbound = next(
        key for key, value in world.groups.items() if value["GroupName"] == "security-group-for-outbound-nfs-d-mine"
    )
    assert answer["Status"] == "FAILED"
    assert answer["Reason"] == (
        f"security group {theirs} (custom-file-system) has a rule that names {' or '.join(sorted([inbound, outbound]))}, "
        "which goes with the domain: remove that rule, then try again"
    )
    assert world.of("d-mine") == before


def test_refuses_before_anything_is_deleted_when_a_mount_target_of_others_has_one_of_the_groups():
    """A custom file system for Studio may carry the domain's NFS group; its mount target is not ours to change."""
    world = account()
    inbound = next(
        key for key, value in world.groups.items() if value["GroupName"] == "security-group-for-inbound-nfs-d-mine"
    )
    interface = world.add_interface([inbound], "EFS mount target for fs-theirs (fsmt-theirs)")
    before = world.of("d-mine")

    answer = run(world, delete_event("d-mine"))

    assert answer["Reason"] == (
        f"network interface {interface} (EFS mount target for fs-theirs (fsmt-theirs)) uses a security group that goes with the domain: "
        "take the group off it, then try again"
    )
    assert world.of("d-mine") == before


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"Attachment": {"InstanceId": "i-1", "InstanceOwnerId": ACCOUNT}}, "of instance i-1"),
        ({"InterfaceType": "lambda"}, "of a Lambda function"),
    ],
)
def test_refuses_before_anything_is_deleted_when_something_of_others_has_one_of_the_groups(more, said):
    """An instance or a function that mounts the home directories would hold the group to the end."""
    world = account()
    outbound = next(
        key for key, value in world.groups.items() if value["GroupName"] == "security-group-for-outbound-nfs-d-mine"
    )
    interface = world.add_interface([outbound], "", **more)
    before = world.of("d-mine")

    answer = run(world, delete_event("d-mine"))

    assert answer["Reason"] == (
        f"network interface {interface} ({said}) uses a security group that goes with the domain: take the group off it, then try again"
    )
    assert world.of("d-mine") == before


def test_an_app_on_an_instance_of_aws_is_no_stranger():
    """SageMaker's own machines are in an account of AWS: their interfaces go with the apps."""
    world = account()
    for interface in world.interfaces.values():
        interface["More"] = {"Attachment": {"InstanceId": "i-1", "InstanceOwnerId": "999999999999"}}
    assert run(world, delete_event("d-mine"))["Status"] == "SUCCESS"
    assert world.of("d-mine") == {}


def test_touches_only_what_carries_id_and_tag():
    """Groups and file systems with the name but not the tag, with the tag of another domain, or in another VPC, stay."""
    world = account()
    name = "security-group-for-inbound-nfs-d-mine"
    strangers = [
        world.add_group(name),
        world.add_group(name, tags={"ManagedByAmazonSageMakerResource": arn_of("d-other")}),
        world.add_group("my-own-group", tags={"ManagedByAmazonSageMakerResource": arn_of("d-mine")}),
        world.add_group(name, vpc="vpc-2", tags={"ManagedByAmazonSageMakerResource": arn_of("d-mine")}),
    ]
    world.file_systems["fs-untagged"] = {"LifeCycleState": "available", "Tags": {}}
    assert run(world, delete_event("d-mine"))["Status"] == "SUCCESS"
    assert set(strangers) <= set(world.groups)
    assert "fs-untagged" in world.file_systems


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_creation_and_update_only_take_note(request_type):
    """The physical id is the domain's, so that CloudFormation deletes what belongs to a domain that it replaces."""
    world = account()
    answer = run(world, delete_event("d-mine", request=request_type, physical_id="d-before"))
    assert (answer["Status"], answer["PhysicalResourceId"], world.calls) == ("SUCCESS", "d-mine", [])
    assert answer["Reason"] == "domain d-mine will be deleted with this resource"


def test_deletion_of_what_was_never_created():
    """A resource whose creation failed has a physical id of CloudFormation's own."""
    world = account()
    answer = run(world, delete_event("d-mine", physical_id="Lab-LabCleanup-1ABC"))
    assert (answer["Status"], answer["Reason"], world.calls) == (
        "SUCCESS",
        "nothing was created, nothing to delete",
        [],
    )


def test_refuses_an_arn_of_another_domain():
    """Id and ARN come from the same domain, or something is very wrong."""
    world = account()
    event = delete_event("d-mine")
    event["ResourceProperties"]["DomainArn"] = arn_of("d-other")
    answer = run(world, event)
    assert (answer["Status"], world.calls) == ("FAILED", [])
    assert answer["Reason"] == f"DomainArn {arn_of('d-other')} is not that of domain d-mine"


def test_a_mistake_in_the_function_is_answered_too():
    """CloudFormation is told at once instead of after an hour, and the trace is in the log."""
    world = account()
    world.before = lambda *_: {}["no such key"]
    answers = []
    runtime = index.Runtime(
        clients=quick_clients_of(world), invoke=None, answer=lambda _, each: answers.append(each), now=lambda: world.now
    )
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 900_000, invoked_function_arn="arn:function")
    with pytest.raises(KeyError):
        index.respond(delete_event("d-mine"), context, runtime)
    assert (answers[0]["Status"], answers[0]["Reason"]) == ("FAILED", "KeyError: 'no such key'")


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (error("ResourceNotFound"), Outcome.GONE),
        (error("InvalidGroup.NotFound"), Outcome.GONE),
        (error("ResourceInUse"), Outcome.IN_USE),
        (error("InvalidParameterValue", "Network interface 'eni-1' is currently in use."), Outcome.IN_USE),
        (error("InvalidParameterValue", "no such thing"), Outcome.REFUSED),
        (error("ThrottlingException"), Outcome.BUSY),
        (error("RequestLimitExceeded"), Outcome.BUSY),
        (error("Anything", status=500), Outcome.BUSY),
        (error("Anything", status=429), Outcome.BUSY),
        (error("ValidationException"), Outcome.REFUSED),
        (error("ValidationException", "Could not find domain 'd-1'."), Outcome.GONE),
        (error("AccessDeniedException"), Outcome.REFUSED),
        (ClientError({}, "Operation"), Outcome.REFUSED),
        (ReadTimeoutError(endpoint_url="https://api"), Outcome.BUSY),
        (EndpointConnectionError(endpoint_url="https://api"), Outcome.BUSY),
        (NoCredentialsError(), Outcome.REFUSED),
    ],
)
def test_what_an_error_means(failure, expected):
    """Gone, in use, busy, or refused."""
    assert outcome(failure) is expected


class Answers(http.server.BaseHTTPRequestHandler):
    """CloudFormation's end of the presigned URL, which fails the first time."""

    received: list

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append((self.headers["Content-Type"], json.loads(body)))
        self.send_response(500 if len(self.received) == 1 else 200)
        self.end_headers()

    def log_message(self, *_):
        """Be quiet."""


@pytest.fixture
def answers_url():
    Answers.received = []
    server = http.server.ThreadingHTTPServer(("localhost", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/answer"
    server.shutdown()
    server.server_close()


def test_answers_until_it_is_delivered(answers_url):
    """PUT with an empty content type, as the URL's signature wants it, and again after a failure."""
    pauses = []
    index.put_answer(answers_url, {"Status": "SUCCESS"}, sleep=pauses.append)
    assert Answers.received == [("", {"Status": "SUCCESS"})] * 2
    assert pauses == [2]


def test_an_answer_that_cannot_be_delivered_fails_the_invocation():
    """So that Lambda tries the invocation again."""
    with pytest.raises(OSError, match="refused"):
        index.put_answer("http://localhost:1/answer", {}, sleep=lambda _: None)


def test_the_entry_point_uses_the_clients_of_its_region(answers_url, monkeypatch):
    """The function as Lambda calls it: real clients, and itself again by its own ARN when the time is over."""
    world = account()
    invoked = []
    real = vars(clients_of(world)) | {"lambda": SimpleNamespace(invoke=lambda **parameters: invoked.append(parameters))}
    monkeypatch.setattr(index.boto3, "client", lambda name, config: real[name])
    monkeypatch.setattr(index.time, "sleep", lambda _: None)
    event = delete_event("d-mine") | {"ResponseURL": answers_url}
    index.handler(
        copy.deepcopy(event),
        SimpleNamespace(get_remaining_time_in_millis=lambda: 0, invoked_function_arn="arn:function"),
    )
    (again,) = invoked
    assert (again["FunctionName"], again["InvocationType"]) == ("arn:function", "Event")
    payload = json.loads(again["Payload"])
    assert {key: payload[key] for key in event} == event
    assert set(payload["StudioCleanup"]) == {"deadline"}

"""Lifecycle scripts: joined in order, within the API's limit, run within SageMaker's five minutes."""

from __future__ import annotations

import ast
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_s3 as s3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from constructs_lib.patterns.lifecycle import (
    MAX_BYTES,
    MAX_CHARACTERS,
    LifecycleScript,
    Part,
    joined,
    longest_bytes,
    packaged,
    user_parts,
)

SCRIPTS = files("constructs_lib.patterns").joinpath("scripts")


@pytest.fixture(scope="module")
def stack() -> cdk.Stack:
    return cdk.Stack(cdk.App(), "Stack")


def run(script: str, root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = root / "script.sh"
    path.write_text(script)
    variables = {**os.environ, "SAGEMAKER_NETWORK_ROOT": str(root), **environment}
    return subprocess.run(["bash", str(path)], capture_output=True, text=True, env=variables, timeout=60, check=False)


def parts(*texts: str) -> list[Part]:
    return user_parts(texts, "on_start_scripts")


class TestLimit:
    """16,384 characters after Base64."""

    def test_the_limit_is_what_the_api_takes(self) -> None:
        """As many bytes as Base64 turns into the API's number of characters."""
        import base64

        assert len(base64.b64encode(b"x" * MAX_BYTES)) == MAX_CHARACTERS == 16_384
        assert MAX_BYTES == 12_288

    def test_exactly_the_limit_is_joined_and_one_more_raises(self, stack: cdk.Stack) -> None:
        """The message has both numbers, and which parts are how long."""
        overhead = len(joined(stack, "OnStart", parts("#!/bin/sh")).encode()) - len("#!/bin/sh")
        fits = "#!/bin/sh\n" + "x" * (MAX_BYTES - overhead - 10)
        assert len(joined(stack, "OnStart", parts(fits)).encode()) == MAX_BYTES
        with pytest.raises(ValueError) as raised:
            joined(stack, "OnStart", parts(fits + "x"))
        assert str(raised.value) == (
            "the OnStart script of Stack has 12289 bytes, values known only at deployment counted at their longest; "
            f"the API takes 16384 characters after Base64, so 12288 bytes (parts: on_start_scripts-1 {len(fits) + 1}): "
            "keep long scripts in S3 or on the volume and call them from a short one"
        )

    def test_bytes_count_not_characters(self, stack: cdk.Stack) -> None:
        """UTF-8: an umlaut has two bytes."""
        assert longest_bytes(stack, "ü€", {}) == 5

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (lambda s: s.region, 14),
            (lambda s: s.account, 12),
            (lambda s: s.partition, 10),
            (lambda s: s.url_suffix, 16),
            (lambda s: s3.Bucket(s, "Bucket").bucket_name, 63),
            (lambda s: s3.Bucket(s, "Other").bucket_arn, 2048),
            (lambda s: cdk.CfnParameter(s, "Short", max_length=10).value_as_string, 40),
            (lambda s: cdk.CfnParameter(s, "One", allowed_values=["dev", "production"]).value_as_string, 10),
            (lambda s: cdk.CfnParameter(s, "Any").value_as_string, 4096),
            (lambda s: ec2.CfnVPC(s, "Vpc", cidr_block="10.0.0.0/16").attr_cidr_block, 18),
            (lambda s: ec2.CfnVPC(s, "Vpc2", cidr_block="10.0.0.0/16").ref, 21),
            (lambda s: efs.CfnFileSystem(s, "Files").ref, 20),
            (lambda s: f"a{s.region}b{s.region}", 30),
            (lambda s: cdk.Fn.condition_if("Condition", "abc", "ab").to_string(), 3),
            (lambda s: cdk.Fn.select(0, cdk.Fn.split(",", cdk.Fn.import_value("x"))), 2048),
        ],
    )
    def test_values_known_at_deployment_count_at_their_longest(self, stack: cdk.Stack, value, expected: int) -> None:
        """Ids have a fixed form, parameters their limits; anything else counts as the longest ARN."""
        assert longest_bytes(stack, value(stack), {}) == expected

    def test_the_user_can_say_how_long_a_value_gets(self, stack: cdk.Stack) -> None:
        """What only the user knows is declared beside the script."""
        arn = s3.Bucket(stack, "Named").bucket_arn
        short = LifecycleScript(f"#!/bin/sh\necho {arn}", longest={arn: 80})
        assert longest_bytes(stack, short.text, short.longest) == len("#!/bin/sh\necho ") + 80

    def test_all_scripts_of_the_package_fit_together(self, stack: cdk.Stack) -> None:
        """Routes, mount, proxy and idle shutdown leave a quarter of the room to the user."""
        own = [
            Part("proxy", packaged("proxy", PROXY="http://proxy.example.com:3128", NO_PROXY_HOSTS="localhost")),
            Part("routes", packaged("routes", ATTACHED="10.1.2.0/24", RANGES="10.0.0.0/8")),
            Part("mount-1", packaged("mount", FILE_SYSTEM="fs-1", HOST="fs-1.efs", MOUNT_POINT="/mnt", ACCESS="rw")),
            Part("idle_shutdown", packaged("idle_shutdown", IDLE_SECONDS="3600", REGION=stack.region)),
        ]
        assert len(joined(stack, "OnStart", own)) < MAX_BYTES * 3 / 4

    def test_an_empty_script_raises(self) -> None:
        """It would do nothing, without a word."""
        with pytest.raises(ValueError, match=r"^on_start_scripts\[1\] is empty: give a script, or leave it out$"):
            user_parts(["echo", "  \n"], "on_start_scripts")


class TestFrame:
    """The joined script, run by a real bash."""

    def test_parts_run_in_order_each_with_its_own_interpreter(self, stack: cdk.Stack, tmp_path: Path) -> None:
        """Text is kept to the letter: nothing is expanded on the way, and a part may be Python."""
        python = "#!/usr/bin/env python3\nprint('second $HOME `id` \\\\ \"quoted\"')"
        done = run(joined(stack, "OnStart", parts("echo first", python, "echo third")), tmp_path)
        assert done.stdout == 'first\nsecond $HOME `id` \\ "quoted"\nthird\n'
        assert done.returncode == 0

    def test_a_part_that_fails_fails_the_start(self, stack: cdk.Stack, tmp_path: Path) -> None:
        """As it would alone; what comes after does not run."""
        done = run(joined(stack, "OnStart", parts("echo first", "exit 3", "echo never")), tmp_path)
        assert done.stdout == "first\nsagemaker-network OnStart: 02-on_start_scripts-2 failed with status 3\n"
        assert done.returncode == 3

    def test_exit_in_one_part_does_not_end_the_others(self, stack: cdk.Stack, tmp_path: Path) -> None:
        """Each is a process of its own."""
        assert run(joined(stack, "OnStart", parts("exit 0", "echo second")), tmp_path).stdout == "second\n"

    def test_what_takes_too_long_goes_on_in_the_background(self, stack: cdk.Stack, tmp_path: Path) -> None:
        """The start succeeds after the limit; parts go on in order and write to the log."""
        done = run(joined(stack, "OnStart", parts("echo begun; sleep 5; echo done", "echo next")), tmp_path, LIMIT="2")
        log = tmp_path / "var/log/sagemaker-network-OnStart.log"
        said = f"sagemaker-network OnStart: not done after 2 seconds: goes on in the background, its log is {log}"
        assert done.stdout == f"begun\n{said}\n"
        assert done.returncode == 0
        deadline = time.monotonic() + 20
        while "next" not in log.read_text() and time.monotonic() < deadline:
            time.sleep(0.2)
        assert log.read_text() == "begun\ndone\nnext\n"

    def test_background_scripts_are_not_waited_for(self, stack: cdk.Stack, tmp_path: Path) -> None:
        """They start in their turn, with a log of their own."""
        background = user_parts(
            ["echo quiet; sleep 30 & echo $! > $SAGEMAKER_NETWORK_ROOT/pid; wait"],
            "background_scripts",
            background=True,
        )
        begun = time.monotonic()
        done = run(joined(stack, "OnStart", [*parts("echo first"), *background]), tmp_path)
        assert time.monotonic() - begun < 15
        log = f"{tmp_path}/var/log/sagemaker-network-OnStart.log.02-background_scripts-1.background"
        said = f"02-background_scripts-1.background starts in the background, its log is {log}"
        assert done.stdout == f"first\nsagemaker-network OnStart: {said}\n"
        deadline = time.monotonic() + 20
        while not (tmp_path / "pid").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert Path(log).read_text() == "quiet\n"
        os.kill(int((tmp_path / "pid").read_text()), 15)

    def test_marks_follow_the_first_line(self, stack: cdk.Stack) -> None:
        """So that whoever judges the template knows what the script does to the network."""
        lines = joined(stack, "OnStart", parts("echo"), marks={"routes": "10.0.0.0/16 192.168.0.0/16"}).splitlines()
        assert lines[:2] == ["#!/bin/bash", "# sagemaker-network: routes 10.0.0.0/16 192.168.0.0/16"]

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1, max_size=200))
    def test_any_text_arrives_unchanged(self, stack: cdk.Stack, tmp_path: Path, text: str) -> None:
        """Whatever a script holds, the end mark included, its file is the script."""
        script = f"#!/bin/true\n{text}\nEND_OF_PART\nEND_OF_PART_"
        done = run(joined(stack, "OnStart", parts(script)), tmp_path)
        assert done.returncode == 0, done.stderr
        assert (
            tmp_path / "var/lib/sagemaker-network/OnStart/01-on_start_scripts-1"
        ).read_bytes().decode() == script + "\n"


class Jupyter(http.server.BaseHTTPRequestHandler):
    """A Jupyter server that answers what the test sets."""

    answers: ClassVar[dict[str, object]] = {}

    def do_GET(self) -> None:
        if self.answers[self.path] is None:
            self.send_error(404)
            return
        body = json.dumps(self.answers[self.path]).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Silent."""


class TestIdleShutdown:
    """The program that the timer runs on the notebook, against a Jupyter and an AWS CLI that the test plays."""

    @pytest.fixture
    def check(self, tmp_path: Path):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Jupyter)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (tmp_path / "metadata.json").write_text('{"ResourceName": "my-notebook"}')
        aws = tmp_path / "aws"
        aws.write_text('#!/bin/sh\necho "aws $*"\n')
        aws.chmod(0o755)

        def run_check(kernels: list[object], terminals: list[object] | None, uptime: float) -> str:
            Jupyter.answers = {"/api/kernels": kernels, "/api/terminals": terminals}
            (tmp_path / "uptime").write_text(f"{uptime} 0.0\n")
            environment = {
                "JUPYTER": f"http://127.0.0.1:{server.server_address[1]}",
                "METADATA": str(tmp_path / "metadata.json"),
                "UPTIME": str(tmp_path / "uptime"),
                "PATH": f"{tmp_path}:/usr/bin:/bin",
            }
            program = [sys.executable, str(SCRIPTS.joinpath("idle_shutdown.py")), "3600", "eu-west-1"]
            done = subprocess.run(program, capture_output=True, text=True, env=environment, timeout=30, check=False)
            assert done.returncode == 0, done.stderr
            return re.sub(r"for \d+ ", "for N ", done.stdout)

        yield run_check
        server.shutdown()
        server.server_close()

    OLD = "2020-01-01T00:00:00.123456Z"
    STOPS = (
        "idle for N seconds: stopping my-notebook\n"
        "aws sagemaker stop-notebook-instance --notebook-instance-name my-notebook --region eu-west-1\n"
    )
    STAYS = "idle for N of 3600 seconds\n"

    def now(self) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime())

    def test_stops_after_the_time(self, check) -> None:
        """Kernel and terminal were last used long ago, and the notebook runs for longer than the time."""
        kernel = {"execution_state": "idle", "last_activity": self.OLD}
        assert sorted(check([kernel], [{"last_activity": self.OLD}], 10_000).splitlines()) == sorted(
            self.STOPS.splitlines()
        )

    def test_a_busy_kernel_is_work(self, check) -> None:
        """However long ago it answered last."""
        assert check([{"execution_state": "busy", "last_activity": self.OLD}], [], 10_000) == self.STAYS

    def test_recent_activity_is_work(self, check) -> None:
        """Of a kernel or of a terminal."""
        assert check([{"execution_state": "idle", "last_activity": self.now()}], [], 10_000) == self.STAYS
        assert check([], [{"last_activity": self.now()}], 10_000) == self.STAYS

    def test_a_notebook_that_just_started_stays(self, check) -> None:
        """Old activity of kernels does not count against a fresh start."""
        assert check([], [], 60) == self.STAYS
        assert check([], [], 10_000) == self.STOPS

    def test_a_jupyter_without_terminals(self, check) -> None:
        """They can be switched off, and Jupyter then has no such page."""
        assert check([], None, 10_000) == self.STOPS
        assert check([{"execution_state": "busy"}], None, 10_000) == self.STAYS

    def test_the_python_of_amazon_linux_2_reads_it(self) -> None:
        """Version 3.7; 3.9 on Amazon Linux 2023."""
        ast.parse(SCRIPTS.joinpath("idle_shutdown.py").read_text(encoding="utf-8"), feature_version=(3, 7))

    def test_the_timer_is_set_up_with_the_program(self, tmp_path: Path) -> None:
        """The part writes the program and starts a timer with the time and the region."""
        (tmp_path / "bin").mkdir()
        for name in ("systemctl", "systemd-run"):
            fake = tmp_path / "bin" / name
            fake.write_text(f'#!/bin/sh\necho "{name} $*"\n')
            fake.chmod(0o755)
        script = packaged("idle_shutdown", IDLE_SECONDS="3600", REGION="eu-west-1").text
        done = run(script, tmp_path, PATH=f"{tmp_path}/bin:{os.environ['PATH']}")
        program = tmp_path / "opt/sagemaker-network/idle_shutdown.py"
        compile(program.read_text(), "idle_shutdown.py", "exec")
        unit = "--unit=sagemaker-network-idle-shutdown --on-active=300 --on-unit-active=300"
        assert re.search(rf"^systemd-run {unit} \S+ {program} 3600 eu-west-1$", done.stdout, re.MULTILINE)
        assert done.stdout.endswith("idle shutdown: the notebook stops after 3600 seconds without work\n")


class TestProxy:
    """The part that sends HTTP through a proxy."""

    def test_shells_jupyter_docker_and_packages_know_the_proxy(self, tmp_path: Path) -> None:
        """Run twice, the files are the same."""
        (tmp_path / "bin").mkdir()
        fake = tmp_path / "bin/systemctl"
        fake.write_text("#!/bin/sh\n")
        fake.chmod(0o755)
        (tmp_path / "etc/dnf").mkdir(parents=True)
        (tmp_path / "etc/dnf/dnf.conf").write_text("[main]\n")
        script = packaged("proxy", PROXY="http://proxy.example.com:3128", NO_PROXY_HOSTS="localhost,10.0.0.0/16").text
        for _ in range(2):
            assert run(script, tmp_path, PATH=f"{tmp_path}/bin:{os.environ['PATH']}").returncode == 0
        assert (tmp_path / "etc/dnf/dnf.conf").read_text() == "[main]\nproxy=http://proxy.example.com:3128\n"
        profile = (tmp_path / "etc/profile.d/sagemaker-network-proxy.sh").read_text()
        assert 'export https_proxy="http://proxy.example.com:3128"\n' in profile
        assert 'export NO_PROXY="localhost,10.0.0.0/16"\n' in profile
        unit = (tmp_path / "etc/systemd/system/jupyter-server.service.d/sagemaker-network-proxy.conf").read_text()
        assert unit.startswith("[Service]\nEnvironment=http_proxy=http://proxy.example.com:3128\n")


class TestMount:
    """The part that mounts a file system, with a mount command that the test plays."""

    @pytest.fixture
    def mount(self, tmp_path: Path):
        (tmp_path / "bin").mkdir()

        def run_mount(mount_script: str, *, helper: bool = False, access: str = "rw") -> str:
            names = {
                "mount": mount_script,
                "chown": 'echo "chown $*"',
                "stat": "echo 0",
                **({"mount.efs": ""} if helper else {}),
            }
            for name, text in names.items():
                fake = tmp_path / "bin" / name
                fake.write_text(f"#!/bin/sh\n{text}\n")
                fake.chmod(0o755)
            variables = {
                "FILE_SYSTEM": "fs-1",
                "HOST": "fs-1.efs.eu-west-1.amazonaws.com",
                "MOUNT_POINT": f"{tmp_path}/mnt",
                "ACCESS": access,
            }
            done = run(packaged("mount", **variables).text, tmp_path, PATH=f"{tmp_path}/bin:{os.environ['PATH']}")
            assert done.returncode == 0
            return done.stdout.replace(str(tmp_path), "")

        return run_mount

    def test_plain_nfs_with_the_options_that_efs_recommends(self, mount, tmp_path: Path) -> None:
        """And the root directory of a new file system is given to the user."""
        assert mount(f'echo "$*" >{tmp_path}/arguments') == (
            "sagemaker-network mount: fs-1 is mounted at /mnt (rw, nfs4)\n"
            "chown ec2-user /mnt\n"
            "sagemaker-network mount: /mnt now belongs to ec2-user\n"
        )
        options = "nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2,noresvport,rw"
        expected = f"-t nfs4 -o {options} fs-1.efs.eu-west-1.amazonaws.com:/ {tmp_path}/mnt\n"
        assert (tmp_path / "arguments").read_text() == expected

    def test_encrypted_in_transit_where_the_helper_is(self, mount, tmp_path: Path) -> None:
        """The EFS mount helper brings TLS; what is mounted for reading alone keeps its owner."""
        assert mount(f'echo "$*" >{tmp_path}/arguments', helper=True, access="ro") == (
            "sagemaker-network mount: fs-1 is mounted at /mnt (ro, efs)\n"
        )
        assert (tmp_path / "arguments").read_text() == f"-t efs -o tls,ro fs-1:/ {tmp_path}/mnt\n"

    def test_a_file_system_that_does_not_answer_leaves_the_notebook_starting(self, mount) -> None:
        """The mount's own words stand in the log."""
        assert mount("echo Connection timed out >&2; exit 32") == (
            "sagemaker-network mount: fs-1 is not mounted at /mnt: Connection timed out\n"
        )


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_the_scripts_of_the_package_pass_shellcheck() -> None:
    """Without a single remark."""
    paths = sorted(str(each) for each in SCRIPTS.iterdir() if each.name.endswith(".sh"))
    assert len(paths) == 5
    done = subprocess.run(["shellcheck", *paths], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")

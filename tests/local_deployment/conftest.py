"""The emulator in a process of its own: it changes moto for the whole process that it runs in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import boto3
import pytest

ROOT = Path(__file__).resolve().parents[2]
REGION = "us-east-1"
_SERVER = """
import sys
from local_deployment.emulator import Emulator
with Emulator() as emulator:
    print(emulator.endpoint, flush=True)
    sys.stdin.read()
print("stopped", flush=True)
"""


class Running:
    """A running emulator, and clients for it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.endpoint = self._process.stdout.readline().strip()
        self._session = boto3.Session(
            aws_access_key_id="emulated", aws_secret_access_key="emulated", region_name=REGION
        )
        self._clients = {}

    def client(self, service):
        """A client of the service, made once."""
        if service not in self._clients:
            self._clients[service] = self._session.client(service, endpoint_url=self.endpoint)
        return self._clients[service]

    def stop(self) -> str:
        """Let the `with` block end, and return what is printed after it."""
        said, _ = self._process.communicate(timeout=30)
        return said.strip()

    def make(self, name, template, **options):
        """Create a stack."""
        self.client("cloudformation").create_stack(StackName=name, TemplateBody=template, **options)

    def resources(self, name):
        """Logical id to physical id."""
        listed = self.client("cloudformation").describe_stack_resources(StackName=name)["StackResources"]
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in listed}


@pytest.fixture(scope="module")
def emulator():
    """The emulator of this module's tests."""
    running = Running()
    yield running
    running.stop()


@pytest.fixture
def start():
    """Start an emulator of one's own."""
    return Running

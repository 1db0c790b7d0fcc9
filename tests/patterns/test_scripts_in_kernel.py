"""The start script of VpcNotebookDirectInternet, run for real in a Linux network namespace that looks like a notebook.

The notebook's namespace has a managed and a customer interface. Behind each stands a router that answers on the same
on-premises address and says its name, so a TCP connection tells which way the traffic left.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Template
from namespaces import needs_namespaces

from constructs_lib import VpcNotebookDirectInternet

ON_PREMISES = "10.0.5.5"
RANGE = "10.0.0.0/16"
PORT = "8080"
SERVER = """
import socket, sys
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
print("ready", flush=True)
while True:
    connection, _ = server.accept()
    connection.sendall(sys.argv[3].encode())
    connection.close()
"""
CLIENT = """
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5) as connection:
    print(connection.recv(100).decode())
"""


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, env={**os.environ, **environment}, check=False
    )


pytestmark = needs_namespaces("ip")


class Notebook:
    """Three namespaces: the notebook, SageMaker's router and the VPC's router."""

    def __init__(self, root: Path, managed: str, customer: str) -> None:
        self.root, self.managed, self.customer = root, managed, customer
        self.spaces = {name: f"{name}{os.getpid()}" for name in ("nb", "mgd", "vpc")}
        self.servers: list[subprocess.Popen[str]] = []

    def ip(self, space: str, command: str) -> None:
        done = run("ip", "-n", self.spaces[space], *command.split())
        assert done.returncode == 0, f"ip {command}: {done.stderr}"

    def build(self, *, managed_address: str, customer_address: str, router: str | None) -> None:
        for space in self.spaces.values():
            assert run("ip", "netns", "add", space).returncode == 0
        for side, name in (("mgd", self.managed), ("vpc", self.customer)):
            self.ip("nb", f"link add {name} type veth peer name up0 netns {self.spaces[side]}")
            self.ip("nb", f"link set {name} up")
            self.ip(side, "link set up0 up")
            self.ip(side, "link set lo up")
            self.ip(side, f"address add {ON_PREMISES}/32 dev lo")
        self.ip("nb", "link set lo up")
        self.ip("mgd", "address add 172.16.0.1/20 dev up0")
        self.ip("nb", f"address add {managed_address} dev {self.managed}")
        self.ip("nb", f"route add 172.16.0.1/32 dev {self.managed}")
        self.ip("nb", f"route add default via 172.16.0.1 dev {self.managed}")
        self.ip("mgd", f"route replace {managed_address.split('/', maxsplit=1)[0]}/32 dev up0")
        self.ip("nb", f"address add {customer_address} dev {self.customer}")
        if router is not None:
            self.ip("vpc", f"address add {router} dev up0")
        for side, says in (("mgd", "managed"), ("vpc", "customer")):
            self.serve(side, says)

    def serve(self, side: str, says: str) -> None:
        command = ["ip", "netns", "exec", self.spaces[side], sys.executable, "-c", SERVER, ON_PREMISES, PORT, says]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.servers.append(server)
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"

    def within(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return run("ip", "netns", "exec", self.spaces["nb"], *command, **environment)

    def start(self, script: Path) -> str:
        """Run the script as SageMaker does; return what goes to the log. The notebook starts in every case."""
        done = self.within("bash", str(script), SAGEMAKER_NETWORK_ROOT=str(self.root), PATIENCE="1")
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def leaves_by(self) -> str:
        return self.within(sys.executable, "-c", CLIENT, ON_PREMISES, PORT).stdout.strip()

    def routes(self) -> str:
        return self.within("ip", "-4", "route", "show").stdout

    def close(self) -> None:
        for server in self.servers:
            server.terminate()
            server.communicate(timeout=10)
        for space in self.spaces.values():
            run("ip", "netns", "del", space)


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The start script that the construct puts into the template, for a notebook in 10.1.2.0/24."""
    stack = cdk.Stack(cdk.App(), "Stack")
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-1",
        vpc_cidr_block="10.1.0.0/16",
        availability_zones=["zone"],
        private_subnet_ids=["subnet-1"],
        private_subnet_ipv4_cidr_blocks=["10.1.2.0/24"],
    )
    VpcNotebookDirectInternet(stack, "Notebook", vpc=vpc, on_premises_cidrs=[RANGE, "192.168.0.0/16"])
    configs = Template.from_stack(stack).find_resources("AWS::SageMaker::NotebookInstanceLifecycleConfig")
    (config,) = configs.values()
    path = tmp_path_factory.mktemp("script") / "on-start.sh"
    path.write_text(config["Properties"]["OnStart"][0]["Content"]["Fn::Base64"])
    return path


@pytest.fixture
def notebook(request: pytest.FixtureRequest, tmp_path: Path):
    made = Notebook(tmp_path, *getattr(request, "param", ("eth0", "eth2")))
    yield made
    made.close()


@pytest.mark.parametrize(
    "notebook", [("eth0", "eth2"), ("ens5", "ens6")], indirect=True, ids=["amazon-linux-2", "amazon-linux-2023"]
)
def test_on_premises_traffic_moves_to_the_customer_interface(notebook: Notebook, script: Path) -> None:
    """Before, 10.0.0.0/16 leaves by the managed interface; after, by the customer one, whatever the interfaces are
    called.
    """
    notebook.build(managed_address="172.16.5.10/20", customer_address="10.1.2.37/24", router="10.1.2.1/24")
    assert notebook.leaves_by() == "managed"
    log = notebook.start(script)
    assert notebook.leaves_by() == "customer"
    for cidr in (RANGE, "192.168.0.0/16"):
        line = f"sagemaker-network routes: {cidr} leaves by {notebook.customer} (10.1.2.37) via 10.1.2.1"
        assert line in log.splitlines()


def test_run_twice_it_is_the_same(notebook: Notebook, script: Path) -> None:
    """A restart of the script changes nothing, and says so."""
    notebook.build(managed_address="172.16.5.10/20", customer_address="10.1.2.37/24", router="10.1.2.1/24")
    notebook.start(script)
    routes = notebook.routes()
    log = notebook.start(script)
    assert notebook.routes() == routes
    assert f"sagemaker-network routes: {RANGE} leaves by eth2 (10.1.2.37) via 10.1.2.1 already" in log.splitlines()
    assert notebook.leaves_by() == "customer"


def test_a_gateway_that_does_not_answer_leaves_the_notebook_starting(notebook: Notebook, script: Path) -> None:
    """The start goes on, and the log names the gateway and what will not arrive."""
    notebook.build(managed_address="172.16.5.10/20", customer_address="10.1.2.37/24", router=None)
    expected = f"gateway 10.1.2.1 does not answer on eth2: traffic to {RANGE} 192.168.0.0/16 will not arrive"
    assert f"sagemaker-network routes: {expected}" in notebook.start(script).splitlines()


def test_a_route_that_the_kernel_refuses_leaves_the_notebook_starting(notebook: Notebook, script: Path) -> None:
    """An interface with a host address has no way to the router: the kernel's own words stand in the log, traffic stays
    where it was.
    """
    notebook.build(managed_address="172.16.5.10/20", customer_address="10.1.2.37/32", router="10.1.2.1/24")
    notebook.ip("nb", "route add blackhole 10.1.2.0/24")
    log = notebook.start(script)
    assert f"sagemaker-network routes: {RANGE} is not routed by eth2 via 10.1.2.1: " in log
    assert notebook.leaves_by() == "managed"


def test_without_a_customer_interface_nothing_is_changed(notebook: Notebook, script: Path) -> None:
    """An interface that never comes is waited for, then named by the range in which it was looked for."""
    notebook.build(managed_address="172.16.5.10/20", customer_address="10.9.9.9/24", router=None)
    routes = notebook.routes()
    log = notebook.start(script)
    assert (
        f"sagemaker-network routes: no interface has an address in 10.1.2.0/24, nothing routed: {RANGE} 192.168.0.0/16 "
        "leave by the managed interface"
    ) in log.splitlines()
    assert notebook.routes() == routes


def test_a_managed_address_within_the_same_range_is_not_mistaken(notebook: Notebook, script: Path) -> None:
    """SageMaker's range can overlap with the VPC's: the interface with the default route is never the customer's."""
    notebook.build(managed_address="10.1.2.200/32", customer_address="10.1.2.37/24", router="10.1.2.1/24")
    log = notebook.start(script)
    assert f"{RANGE} leaves by eth2 (10.1.2.37) via 10.1.2.1" in log
    assert notebook.leaves_by() == "customer"


def test_a_router_is_found_in_subnets_that_do_not_end_at_an_octet(
    notebook: Notebook, script: Path, tmp_path: Path
) -> None:
    """The router is the first address of the interface's own subnet, here a /26 in the middle of an octet."""
    notebook.build(managed_address="172.16.5.10/20", customer_address="10.1.2.77/26", router="10.1.2.65/26")
    assert f"{RANGE} leaves by eth2 (10.1.2.77) via 10.1.2.65" in notebook.start(script)
    assert notebook.leaves_by() == "customer"

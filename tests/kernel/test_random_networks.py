"""`explain` against a real kernel: random networks, each as a template and as network namespaces in which TCP connections are tried.

KERNEL_NETWORKS says how many (default 25, `make test-kernel` 500); KERNEL_SEED from which seed on (default 0). The same seeds make the same
networks. A difference is shrunk to a small network that shows it.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from namespaces import needs_namespaces
from netlab.compare import Comparison
from netlab.strategies import FURTHER, networks

NETWORKS = int(os.environ.get("KERNEL_NETWORKS", "25"))
FIRST = int(os.environ.get("KERNEL_SEED", "0"))
#: Few for each seed: the networks of one seed resemble each other.
EACH = 5

pytestmark = [needs_namespaces("ip", "nft"), pytest.mark.timeout(3600)]


@pytest.mark.parametrize("number", range(FIRST, FIRST + -(-NETWORKS // EACH)))
def test_explain_agrees_with_a_kernel(number, script, compared):
    """What is said to be reachable is reached, by the way that is said, and what is said to be blocked is not."""

    @seed(number)
    @settings(
        max_examples=min(EACH, NETWORKS),
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(networks())
    def agree(net):
        outcome = Comparison(net, script, FURTHER).run()
        compared(outcome)
        assert outcome.problems == []

    agree()

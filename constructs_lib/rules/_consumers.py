"""Which way workloads take, as far as rules about S3 ask: through their VPC, or past it."""

from __future__ import annotations

from constructs_lib.network.vantage import ATTACHED, BOTH, FILES_ONLY, MANAGED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from constructs_lib.network import Vantage

_PAST_THE_VPC = frozenset({MANAGED, BOTH, FILES_ONLY})


def vantages_in_vpc(workload: Any) -> tuple[Vantage, ...]:
    """The places from which a workload sends all of its traffic through a VPC; none where SageMaker's own interface takes it."""
    return tuple(vantage for vantage in workload.vantages if vantage.mode == ATTACHED and vantage.subnets)


def past_the_vpc(workload: Any) -> bool:
    """Whether a workload's requests to Amazon S3 leave by SageMaker's own interface, and so past every endpoint."""
    return any(vantage.mode in _PAST_THE_VPC for vantage in workload.vantages)

"""Which way workloads take to Amazon S3: through their VPC, or past it."""

from __future__ import annotations

from constructs_lib.network import Domain, EndpointConfig, MonitoringSchedule
from constructs_lib.network.vantage import ATTACHED, BOTH, FILES_ONLY, MANAGED
from constructs_lib.rules._studio import apps_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from constructs_lib.network import Vantage

_PAST_THE_VPC = frozenset({MANAGED, BOTH, FILES_ONLY})


def vantages_in_vpc(workload: Any) -> list[Vantage]:
    """The places from which a workload sends all of its traffic through a VPC; none where SageMaker's own interface takes it."""
    return [vantage for vantage in _own_vantages(workload) if vantage.mode == ATTACHED and vantage.subnets]


def past_the_vpc(workload: Any) -> bool:
    """Whether a workload's requests to Amazon S3 leave by SageMaker's own interface, and so past every endpoint."""
    return any(vantage.mode in _PAST_THE_VPC for vantage in _own_vantages(workload))


def _own_vantages(workload: Any) -> Sequence[Vantage]:
    """Where a workload stands; what stands where its model or its job definition does is judged there."""
    if isinstance(workload, Domain):
        return apps_of(workload)
    if isinstance(workload, EndpointConfig) and not workload.vpc_config_given:
        return ()
    if isinstance(workload, MonitoringSchedule) and not workload.inline:
        return ()
    vantages: Sequence[Vantage] = workload.vantages
    return vantages

"""Roughly what a network costs a month for being there, while nothing runs in it: what AWS bills by the hour.

Prices of us-east-1 in US dollars, without data transfer, as published on `DATE`; other regions differ, most by less than a third:
https://aws.amazon.com/vpc/pricing/, https://aws.amazon.com/privatelink/pricing/ and https://aws.amazon.com/kms/pricing/
"""

from __future__ import annotations

REGION = "us-east-1"
DATE = "2026-11-01"
HOURS_PER_MONTH = 730
NAT_GATEWAY_HOUR = 0.045
ENDPOINT_ZONE_HOUR = 0.01
KMS_KEY_MONTH = 1.0


def per_month(*, nat_gateways: int, endpoint_zones: int, keys: int = 0) -> float:
    """Return US dollars a month.

    Args:
        nat_gateways: zonal NAT gateways; a regional one counts once for each zone that it serves.
        endpoint_zones: interface endpoints, each counted once per zone (subnet) that it has an interface in.
        keys: customer-managed KMS keys.

    """
    return (
        HOURS_PER_MONTH * (nat_gateways * NAT_GATEWAY_HOUR + endpoint_zones * ENDPOINT_ZONE_HOUR) + keys * KMS_KEY_MONTH
    )

"""Events about SageMaker, as AWS documents them.

State changes: https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html; calls:
https://docs.aws.amazon.com/sagemaker/latest/dg/logging-using-cloudtrail.html.
"""

from __future__ import annotations

REGION = "eu-west-1"
ACCOUNT = "123456789012"


def state_change(what, detail, *, account=ACCOUNT, region=REGION):
    """An event of SageMaker's own."""
    return {
        "version": "0",
        "id": "844e2571-85d4-695f-b930-0153b71dcb42",
        "detail-type": f"SageMaker {what} State Change",
        "source": "aws.sagemaker",
        "account": account,
        "time": "2026-10-06T12:26:13Z",
        "region": region,
        "resources": [],
        "detail": detail,
    }


def call(name, parameters, **more):
    """An API call that CloudTrail logged."""
    return {
        **state_change("", {}),
        "detail-type": "AWS API Call via CloudTrail",
        "detail": {
            "eventVersion": "1.08",
            "eventSource": "sagemaker.amazonaws.com",
            "eventName": name,
            "requestParameters": parameters,
            **more,
        },
    }

"""A property that holds none of AWS's words means neither of them: what follows from it is not known, and the message says what to write."""

from __future__ import annotations

import pytest

REFUSED = "{} is {}, which AWS refuses: write {}"


@pytest.mark.parametrize(
    ("rule_id", "path", "value", "at", "message"),
    [
        (
            "SMN-NB-07",
            "Notebook.DirectInternetAccess",
            "disabled",
            "DirectInternetAccess",
            REFUSED.format("Notebook.DirectInternetAccess", "disabled", "Enabled or Disabled"),
        ),
        (
            "SMN-NB-07",
            "Notebook.DirectInternetAccess",
            False,
            "DirectInternetAccess",
            REFUSED.format("Notebook.DirectInternetAccess", "false", "Enabled or Disabled"),
        ),
        (
            "SMN-NB-12",
            "Notebook.RootAccess",
            "Off",
            "RootAccess",
            REFUSED.format("Notebook.RootAccess", "Off", "Enabled or Disabled"),
        ),
        (
            "SMN-DOM-14",
            "Domain.AppNetworkAccessType",
            "VPCOnly",
            "AppNetworkAccessType",
            REFUSED.format("Domain.AppNetworkAccessType", "VPCOnly", "PublicInternetOnly or VpcOnly"),
        ),
        (
            "SMN-DOM-19",
            "Domain.AppSecurityGroupManagement",
            "SERVICE",
            "AppSecurityGroupManagement",
            REFUSED.format("Domain.AppSecurityGroupManagement", "SERVICE", "Customer or Service"),
        ),
        (
            "SMN-DOM-13",
            "Vpc.InstanceTenancy",
            "shared",
            "VpcId",
            REFUSED.format("Vpc.InstanceTenancy", "shared", "default, dedicated or host"),
        ),
    ],
)
def test_a_word_that_aws_refuses_is_no_setting(rule_id, path, value, at, message, changed, judge):
    """Neither the default nor the opposite is read into it."""
    said = judge(rule_id, changed(rule_id, "keeps", {path: value}))
    assert [(one[0], one[3], one[4]) for one in said] == [("unverified", at, message)]


def test_an_empty_word_is_the_default(changed, judge):
    """As absent, so empty."""
    said = judge("SMN-NB-07", changed("SMN-NB-07", "keeps", {"Notebook.DirectInternetAccess": ""}))
    assert [(one[0], one[4]) for one in said] == [("violated", "DirectInternetAccess is not set, and so Enabled")]

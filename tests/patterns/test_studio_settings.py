"""The options of a Studio domain as values: what they render, and what they refuse with which words."""

import re

import aws_cdk as cdk
import pytest

from constructs_lib.patterns.studio_settings import AppSettings, CustomImage, DockerAccess, IdleShutdown, RStudio


def image(name="forecast", **options):
    return CustomImage(image_name=name, app_image_config_name="forecast-config", **options)


def minutes(number):
    return cdk.Duration.minutes(number)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: DockerAccess(trusted_accounts=[f"{number:012}" for number in range(21)]),
            "trusted_accounts has 21 accounts: at most 20 are allowed (SMN-DOM-22)",
        ),
        (
            lambda: DockerAccess(trusted_accounts=["12345"]),
            "trusted_accounts has '12345': an AWS account id is a string of 12 digits (SMN-DOM-22)",
        ),
        (
            lambda: DockerAccess(trusted_accounts=[11122223333]),
            "trusted_accounts has 11122223333: an AWS account id is a string of 12 digits (SMN-DOM-22)",
        ),
        (
            lambda: DockerAccess(trusted_accounts=["111122223333", "111122223333"]),
            "trusted_accounts has '111122223333' twice: name each account once (SMN-DOM-22)",
        ),
        (
            lambda: image("-forecast"),
            "image_name is '-forecast': use 1 to 63 letters, digits, hyphens and dots, starting and ending with a letter or digit",
        ),
        (
            lambda: CustomImage(image_name="forecast", app_image_config_name="a.b"),
            "app_image_config_name is 'a.b': use 1 to 63 letters, digits and hyphens, starting and ending with a letter or digit",
        ),
        (lambda: image(version=-1), "version is -1: version numbers of images start at 0"),
        (
            lambda: AppSettings(custom_images=[image(), image()], idle_shutdown=None),
            "custom_images has 'forecast' twice: name each image once",
        ),
        (
            lambda: AppSettings(custom_images=[image(f"image-{number}") for number in range(201)], idle_shutdown=None),
            "custom_images has 201 images: at most 200 are allowed",
        ),
        (
            lambda: IdleShutdown(after=minutes(59)),
            "after is 59 minutes: use whole minutes, from 60 to 525,600 (365 days)",
        ),
        (
            lambda: IdleShutdown(after=cdk.Duration.days(366)),
            "after is 366 days: use whole minutes, from 60 to 525,600 (365 days)",
        ),
        (
            lambda: IdleShutdown(after=cdk.Duration.seconds(3601)),
            "after is 1 hour 1 second: use whole minutes, from 60 to 525,600 (365 days)",
        ),
        (
            lambda: IdleShutdown(shortest=minutes(60)),
            "shortest is given without longest: give both, so that people may choose a time between them, or neither",
        ),
        (
            lambda: IdleShutdown(longest=minutes(600)),
            "longest is given without shortest: give both, so that people may choose a time between them, or neither",
        ),
        (
            lambda: IdleShutdown(after=minutes(60), shortest=minutes(90), longest=minutes(600)),
            "after is 60 minutes, shortest 90 and longest 600: it must be shortest <= after <= longest",
        ),
        (
            lambda: RStudio(connect_url="rstudio.example"),
            "connect_url is 'rstudio.example': a URL begins with https:, http: or www. and has no spaces",
        ),
        (
            lambda: RStudio(package_manager_url="https://a b"),
            "package_manager_url is 'https://a b': a URL begins with https:, http: or www. and has no spaces",
        ),
    ],
)
def test_refuses_with_these_words(make, message):
    """Argument, value, what is allowed, and the rule where one stands behind it."""
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make()


def test_idle_shutdown():
    """Two hours, unless something else is asked for; people may choose within limits."""
    stack = cdk.Stack(cdk.App(), "Stack")
    assert stack.resolve(IdleShutdown().render()) == {
        "idleSettings": {"lifecycleManagement": "ENABLED", "idleTimeoutInMinutes": 120}
    }
    chosen = IdleShutdown(after=minutes(90), shortest=minutes(60), longest=cdk.Duration.days(1))
    assert stack.resolve(chosen.render())["idleSettings"] == {
        "lifecycleManagement": "ENABLED",
        "idleTimeoutInMinutes": 90,
        "minIdleTimeoutInMinutes": 60,
        "maxIdleTimeoutInMinutes": 1440,
    }


def test_values_known_only_at_deployment_pass():
    """A token is not judged as text."""
    token = cdk.Fn.import_value("Account")
    assert DockerAccess(trusted_accounts=[token]).trusted_accounts == [token]
    assert image(token).image_name == token
    assert RStudio(connect_url=token).connect_url == token


def test_nothing_set_renders_nothing():
    """Without images and idle shutdown the template has no app settings."""
    settings = AppSettings(custom_images=[], idle_shutdown=None)
    assert settings.jupyter_lab() is None
    assert settings.code_editor() is None

"""What an error of an AWS API means for the deletion: already gone, not yet, or never."""

from __future__ import annotations

from enum import Enum

from botocore.exceptions import ClientError, HTTPClientError  # type: ignore[import-untyped]
from botocore.exceptions import ConnectionError as NoConnection

_GONE = frozenset(
    {
        "FileSystemNotFound",
        "InvalidGroup.NotFound",
        "InvalidNetworkInterfaceID.NotFound",
        "InvalidPermission.NotFound",
        "MountTargetNotFound",
        "ResourceNotFound",
        "ResourceNotFoundException",
    }
)
_IN_USE = frozenset(
    {
        "ConflictException",
        "DependencyViolation",
        "FileSystemInUse",
        "IncorrectFileSystemLifeCycleState",
        "IncorrectMountTargetState",
        "InvalidGroup.InUse",
        "InvalidNetworkInterface.InUse",
        "ResourceInUse",
        "ResourceInUseException",
    }
)
_BUSY = frozenset(
    {
        "DependencyTimeout",
        "EC2ThrottledException",
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SlowDown",
        "TooManyRequestsException",
        "Unavailable",
    }
)


_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})


class Outcome(Enum):
    """What to do after a failed call."""

    GONE = "gone"
    """What was asked for does not exist: as good as deleted."""
    IN_USE = "in use"
    """Something else must go first: try this one again later, go on with the others."""
    BUSY = "busy"
    """The service is throttling or failing: leave it alone for a moment."""
    REFUSED = "refused"
    """It will be the same next time: permissions, an invalid request."""


def outcome(error: BaseException) -> Outcome:
    """Classify an error; what is not known to pass by itself is refused."""
    if isinstance(error, ClientError):
        return _of_response(error)
    if isinstance(error, (NoConnection, HTTPClientError)):
        return Outcome.BUSY
    return Outcome.REFUSED


def is_denied(error: BaseException) -> bool:
    """Whether a permission is missing, or is so new that IAM has not yet told the service."""
    return isinstance(error, ClientError) and error.response.get("Error", {}).get("Code") in _DENIED


def _of_response(error: ClientError) -> Outcome:
    code = error.response.get("Error", {}).get("Code", "")
    message = error.response.get("Error", {}).get("Message", "").lower()
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    # Some operations of SageMaker say in words alone that a thing is missing, and EC2 that it is in use.
    if code in _GONE or (code == "ValidationException" and "could not find" in message):
        return Outcome.GONE
    if code in _IN_USE or (code == "InvalidParameterValue" and "in use" in message):
        return Outcome.IN_USE
    if code in _BUSY or "Throttl" in code or status == 429 or status >= 500:
        return Outcome.BUSY
    return Outcome.REFUSED

"""Stop this notebook instance if nothing happened in its Jupyter for a while. A timer runs it on the notebook.

What counts as work: a kernel that is busy, and the last activity of kernels and terminals. With none of them, the time
since the notebook started counts. The notebook's role needs sagemaker:StopNotebookInstance on the notebook.
"""

import json
import os
import ssl
import subprocess
import sys
import time
from datetime import datetime
from urllib.error import HTTPError
from urllib.request import urlopen

JUPYTER = os.environ.get("JUPYTER", "https://localhost:8443")
METADATA = os.environ.get("METADATA", "/opt/ml/metadata/resource-metadata.json")
UPTIME = os.environ.get("UPTIME", "/proc/uptime")
PATH = "/usr/local/bin:/usr/bin:/bin:/home/ec2-user/anaconda3/bin"


def asked(path: str) -> list:  # type: ignore[type-arg]
    """What Jupyter answers. It shows a certificate of its own making; the connection never leaves this machine."""
    with urlopen(JUPYTER + path, context=ssl._create_unverified_context(), timeout=20) as answer:
        return list(json.load(answer))


def terminals() -> list:  # type: ignore[type-arg]
    """The terminals; none where people have switched them off, for which Jupyter then has no page."""
    try:
        return asked("/api/terminals")
    except HTTPError as error:
        if error.code != 404:
            raise
        return []


def seconds_since(moment: str) -> float:
    """From a time as Jupyter writes it."""
    then = datetime.strptime(moment[:19] + "+0000", "%Y-%m-%dT%H:%M:%S%z")
    return time.time() - then.timestamp()


def idle_seconds() -> float:
    """How long nothing has happened."""
    kernels = asked("/api/kernels")
    if any(kernel.get("execution_state") == "busy" for kernel in kernels):
        return 0.0
    moments = [thing["last_activity"] for thing in kernels + terminals() if thing.get("last_activity")]
    with open(UPTIME) as file:
        running = float(file.read().split()[0])
    return min([running, *(seconds_since(moment) for moment in moments)])


def main(limit: float, region: str) -> int:
    """Stop the notebook if it is time."""
    idle = idle_seconds()
    if idle < limit:
        print(f"idle for {idle:.0f} of {limit:.0f} seconds", flush=True)
        return 0
    with open(METADATA) as file:
        name = json.load(file)["ResourceName"]
    print(f"idle for {idle:.0f} seconds: stopping {name}", flush=True)
    command = ["aws", "sagemaker", "stop-notebook-instance", "--notebook-instance-name", name, "--region", region]
    return subprocess.call(command, env={**os.environ, "PATH": f"{os.environ.get('PATH', '')}:{PATH}"})


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2]))

"""Stop this notebook instance if nothing happened in its Jupyter for a while. Runs on the notebook, by a timer, with
Python alone.

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
from urllib.request import urlopen

JUPYTER = os.environ.get("JUPYTER", "https://localhost:8443")
METADATA = os.environ.get("METADATA", "/opt/ml/metadata/resource-metadata.json")
UPTIME = os.environ.get("UPTIME", "/proc/uptime")


def asked(path):
    # Jupyter shows a certificate of its own making; the connection never leaves this machine.
    with urlopen(JUPYTER + path, context=ssl._create_unverified_context(), timeout=20) as answer:
        return json.load(answer)


def seconds_since(moment):
    then = datetime.strptime(moment[:19] + "+0000", "%Y-%m-%dT%H:%M:%S%z")
    return time.time() - then.timestamp()


def idle_seconds():
    kernels = asked("/api/kernels")
    if any(kernel.get("execution_state") == "busy" for kernel in kernels):
        return 0.0
    moments = [thing["last_activity"] for thing in kernels + asked("/api/terminals") if thing.get("last_activity")]
    with open(UPTIME) as file:
        running = float(file.read().split()[0])
    return min([running] + [seconds_since(moment) for moment in moments])


def main(limit, region):
    idle = idle_seconds()
    if idle < limit:
        print("idle for %d of %d seconds" % (idle, limit))
        return 0
    with open(METADATA) as file:
        name = json.load(file)["ResourceName"]
    print("idle for %d seconds: stopping %s" % (idle, name))
    path = os.environ.get("PATH", "") + ":/usr/local/bin:/usr/bin:/home/ec2-user/anaconda3/bin"
    command = ["aws", "sagemaker", "stop-notebook-instance", "--notebook-instance-name", name, "--region", region]
    return subprocess.call(command, env=dict(os.environ, PATH=path))


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2]))

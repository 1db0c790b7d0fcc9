"""A notebook, Studio and jobs that share one network without the internet, so each endpoint is paid for once."""

import aws_cdk as cdk

from constructs_lib import PrivateNetwork, PrivateNotebook, PrivateTrainingJobNetwork, StudioDomain, VpcOnly
from constructs_lib.services import LOGS, STS

app = cdk.App()
stack = cdk.Stack(app, "IsolatedResearch")
network = PrivateNetwork(stack, "Network")
# The SageMaker Python SDK in the notebook asks for its identity and follows the logs of its jobs.
PrivateNotebook(stack, "Notebook", network=network, services=[STS, LOGS], idle_shutdown=cdk.Duration.hours(2))
StudioDomain(stack, "Studio", domain_name="research", access=VpcOnly(network), user_profiles=["ana", "ben"])
PrivateTrainingJobNetwork(stack, "Jobs", network=network, max_instances=8, inter_container_encryption=True)
app.synth()

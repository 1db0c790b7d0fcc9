"""Reports SageMaker jobs and notebooks that run outside the given networks, and stops them if told to."""

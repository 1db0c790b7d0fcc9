"""Deploy every reference stack to an emulated AWS with the real CDK CLI, look at what exists, and destroy it again.

Run by ``make deploy-local``. The steps are in `local_deployment.__main__`, the emulator in `local_deployment.emulator`, what each stack
promises in `local_deployment.promises`.
"""

"""Deletes a Studio domain with everything that people and SageMaker made in it and beside it."""

"""Code that runs in AWS Lambda. Each folder is packaged by itself, so it imports nothing but boto3 and the standard library."""

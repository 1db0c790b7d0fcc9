"""How findings and paths are shown: text, JSON, SARIF, JUnit, GitHub annotations, pictures and the CDK's own report."""

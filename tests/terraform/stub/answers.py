"""What data sources answer. Read by the tests too, so it imports nothing of the tools."""

PROJECT_NUMBER = "123456789012"
DATA = {"google_project": {"number": PROJECT_NUMBER}}
"""What is not named here is empty."""

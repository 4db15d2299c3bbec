"""Terraform, run for real and offline, and compared with the code that it deploys."""

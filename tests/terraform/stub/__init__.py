"""A provider `google` that knows every argument and reaches nothing. Run by the Python of `.venv-tools`."""

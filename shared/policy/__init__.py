"""The gate between the model and the customer: one small pure function a rule."""

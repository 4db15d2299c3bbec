"""One folder a Cloud Function: verify, translate, call one service, answer."""

# Cloud Run logs the whole address of every request beside our own line about it. Two kinds of address carry a secret:
# those of the marketplaces' webhooks (in the path), and the one that Google's consent page leads back to (a code).
# Nothing else is excluded: at a few kilobytes a message the free 50 GiB a month last for millions of messages.

resource "google_logging_project_exclusion" "addresses_with_secrets" {
  project     = var.project
  name        = "parley-addresses-with-secrets"
  description = "Request logs whose address carries a secret; the line `handled` says the rest."
  filter = join(" AND ", [
    "logName=\"projects/${var.project}/logs/run.googleapis.com%2Frequests\"",
    "(resource.labels.service_name=\"channel-webhook\" OR httpRequest.requestUrl=~\"/hooks/[^/]+/[^/]+/.|[?&](code|state|token)=\")",
  ])
}

# Every service runs as an account of its own, and everyone who calls a service inside has one too. An account's id has
# six characters at least, hence the prefix.

locals {
  callers = { pubsub = "pubsub-push", tasks = "tasks-push", scheduler = "scheduler" }

  # Written out instead of read back: they are known while planning, so that a plan shows who gets what.
  emails        = { for name, account in google_service_account.service : name => "${account.account_id}@${var.project}.iam.gserviceaccount.com" }
  caller_emails = { for kind, account in google_service_account.caller : kind => "${account.account_id}@${var.project}.iam.gserviceaccount.com" }
}

resource "google_service_account" "service" {
  for_each     = local.services
  project      = var.project
  account_id   = "parley-${each.key}"
  display_name = "Parley: ${each.key}"
  depends_on   = [google_project_service.api]
}

resource "google_service_account" "caller" {
  for_each     = local.callers
  project      = var.project
  account_id   = "parley-${each.value}"
  display_name = "Parley: calls of ${each.key}"
  depends_on   = [google_project_service.api]
}

# Spans can be sent to a project only as a whole; reading them takes another role.
resource "google_project_iam_member" "traces" {
  for_each = var.trace_ratio > 0 ? local.emails : {}
  project  = var.project
  role     = "roles/telemetry.tracesWriter"
  member   = "serviceAccount:${each.value}"
}

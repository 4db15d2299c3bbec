# Cloud Scheduler calls functions by the clock. It may call twice or late: the functions do not mind.

resource "google_cloud_scheduler_job" "job" {
  for_each         = var.schedules
  project          = var.project
  region           = var.region
  name             = each.key
  description      = "Calls a function of Parley."
  schedule         = each.value.cron
  time_zone        = "Etc/UTC"                     # no hour is missing or doubled in spring and autumn
  attempt_deadline = "${each.value.timeout + 10}s" # the function gives up first, and says why

  retry_config {
    retry_count          = each.value.retries
    min_backoff_duration = "5s"
    max_backoff_duration = "300s"
    max_doublings        = 5
  }

  http_target {
    http_method = "POST"
    uri         = each.value.url
    oidc_token {
      service_account_email = var.account
      audience              = each.value.url
    }
  }
}

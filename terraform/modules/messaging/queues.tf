# Delayed work. A queue a kind of channel: a vendor that is slow, or comes back after an outage, holds up nobody else.

resource "google_cloud_tasks_queue" "queue" {
  for_each = var.queues
  project  = var.project
  location = var.region
  name     = each.key

  rate_limits {
    max_dispatches_per_second = each.value.per_second
    max_concurrent_dispatches = each.value.at_once
  }

  # A task is given up when both are reached, a day after its first try: every ten minutes costs next to nothing.
  retry_config {
    max_attempts       = 12
    max_retry_duration = "86400s"
    min_backoff        = "1s"
    max_backoff        = "600s"
    max_doublings      = 10
  }
}

locals {
  enqueuing = merge([
    for service, queues in var.enqueuers : {
      for queue in queues : "${queue}/${service}" => { service = service, queue = queue }
    }
  ]...)
  enqueuing_services = toset([for service, queues in var.enqueuers : service if length(queues) > 0])
}

resource "google_cloud_tasks_queue_iam_member" "enqueuer" {
  for_each = local.enqueuing
  project  = var.project
  location = var.region
  name     = google_cloud_tasks_queue.queue[each.value.queue].name
  role     = "roles/cloudtasks.enqueuer"
  member   = "serviceAccount:${var.accounts[each.value.service]}"
}

# A task says as whom Cloud Tasks is to call: only who may act as that account may say so.
resource "google_service_account_iam_member" "acting" {
  for_each           = local.enqueuing_services
  service_account_id = "projects/${var.project}/serviceAccounts/${var.push_accounts.tasks}"
  role               = "roles/iam.serviceAccountUser"
  member             = "serviceAccount:${var.accounts[each.key]}"
}

# Delayed work and the clock.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  project     = "my-shop-desk"
  alert_email = "owner@example.com"
  image       = "europe-west1-docker.pkg.dev/my-shop-desk/parley/parley@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
}

run "queues" {
  command = plan

  assert {
    condition = alltrue([
      for queue in values(module.messaging.queues) :
      try(queue.rate_limits[0].max_dispatches_per_second > 0 && queue.rate_limits[0].max_concurrent_dispatches > 0, false)
    ])
    error_message = "A queue has no pace of its own."
  }
  assert {
    condition = alltrue([
      for queue in values(module.messaging.queues) :
      try(queue.retry_config[0].max_attempts >= 5 && queue.retry_config[0].max_retry_duration == "86400s", false)
    ])
    error_message = "A queue gives a task up before a day is over."
  }
}

run "schedules" {
  command = plan

  assert {
    condition     = toset(keys(module.scheduling.jobs)) == toset(["compare-inboxes", "gmail-watch", "schedule-pulls", "sweep"])
    error_message = "Four functions are called by the clock."
  }
  assert {
    condition = alltrue([
      for job in values(module.scheduling.jobs) :
      try(job.http_target[0].oidc_token[0].service_account_email, "") == "parley-scheduler@my-shop-desk.iam.gserviceaccount.com" && try(job.http_target[0].oidc_token[0].audience, "none") == job.http_target[0].uri
    ])
    error_message = "A job shows no token of parley-scheduler for the address that it calls."
  }
  assert {
    condition = alltrue([
      for job in values(module.scheduling.jobs) : tonumber(trimsuffix(job.attempt_deadline, "s")) > tonumber(trimsuffix(
        one([
          for service in values(module.functions.services) : service.template[0].timeout
          if startswith(job.http_target[0].uri, "https://${service.name}-123456789012.")
        ]), "s"
      ))
    ])
    error_message = "Cloud Scheduler gives up before the function does."
  }
  assert {
    condition     = alltrue([for job in values(module.scheduling.jobs) : job.time_zone == "Etc/UTC" && try(job.retry_config[0].retry_count > 0, false)])
    error_message = "A job runs by a clock that is put forward and back, or is not tried again."
  }
}

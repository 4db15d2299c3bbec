# What the alerts promise, with made-up names: no project is touched.

mock_provider "google" {}

variables {
  project                   = "desk-1"
  project_number            = "123456789012"
  region                    = "europe-west1"
  dead_letter_subscriptions = ["gmail-dead", "message-queued-dead", "unreadable-dead"]
  push_subscriptions        = ["gmail-gmail-push", "message-queued-deliver"]
  queues                    = ["tasks", "tasks-avito"]
  services = {
    api            = { url = "https://api.example", timeout = 900, max_instances = 10 }
    deliver        = { url = "https://deliver.example", timeout = 60, max_instances = 20 }
    llm-reply      = { url = "https://llm-reply.example", timeout = 120, max_instances = 20 }
    schedule-pulls = { url = "https://schedule-pulls.example", timeout = 60, max_instances = 1 }
  }
}

run "each_dead_letter_subscription_has_an_alert_of_its_own" {
  assert {
    condition     = toset(keys(output.dead_letter_alerts)) == toset(var.dead_letter_subscriptions)
    error_message = "A dead-letter subscription has no alert, or an alert no subscription."
  }
  assert {
    condition = alltrue([
      for subscription, policy in google_monitoring_alert_policy.dead_letters :
      strcontains(policy.conditions[0].condition_threshold[0].filter, "resource.labels.subscription_id=\"${subscription}\"") &&
      strcontains(policy.conditions[0].condition_threshold[0].filter, "num_undelivered_messages") &&
      policy.conditions[0].condition_threshold[0].threshold_value == 0
    ])
    error_message = "The alert of a dead-letter subscription looks at something else, or not for the first letter."
  }
}

run "every_alert_says_what_it_means_and_where_to_read_on" {
  assert {
    condition = alltrue([
      for policy in local.policies :
      can(regex("docs/operations.md#(${join("|", keys(local.pages))})\n", policy.documentation[0].content)) &&
      length(regexall("\n[123]\\. ", policy.documentation[0].content)) == 3
    ])
    error_message = "An alert has no documentation, no link to its page, or not three things to look at."
  }
  assert {
    condition     = toset([for policy in local.policies : regex("#([a-z-]+)\n", policy.documentation[0].content)[0]]) == toset(keys(local.pages))
    error_message = "A page of pages.yaml belongs to no alert."
  }
  assert {
    condition     = alltrue([for policy in local.policies : contains(["CRITICAL", "ERROR", "WARNING"], policy.severity)])
    error_message = "An alert has no severity."
  }
  assert {
    condition     = alltrue([for policy in local.policies : policy.alert_strategy[0].auto_close != null])
    error_message = "An alert's incidents stay open for good when its data stops."
  }
  assert {
    condition     = length(distinct(local.policies[*].display_name)) == length(local.policies)
    error_message = "Two alerts have one name."
  }
}

run "late_events_are_those_of_all_push_subscriptions" {
  assert {
    condition = alltrue([
      for subscription in var.push_subscriptions :
      strcontains(google_monitoring_alert_policy.late_events[0].conditions[0].condition_threshold[0].filter, "\"${subscription}\"")
    ])
    error_message = "A push subscription is not watched."
  }
  assert {
    condition = alltrue([
      for queue in var.queues :
      strcontains(google_monitoring_alert_policy.late_tasks[0].conditions[0].condition_threshold[0].filter, "\"${queue}\"")
    ])
    error_message = "A queue is not watched."
  }
}

run "each_service_is_held_against_its_own_limit" {
  assert {
    condition = alltrue([
      strcontains(local.queries["no-instances-left"].query, "service_name=~\"api\"}) >= 10"),
      strcontains(local.queries["no-instances-left"].query, "service_name=~\"deliver|llm-reply\"}) >= 20"),
      !strcontains(local.queries["no-instances-left"].query, "schedule-pulls"),
    ])
    error_message = "A service is held against another one's limit, or one with a single instance is held against it."
  }
}

run "a_typing_error_of_who_connects_an_inbox_wakes_nobody" {
  assert {
    condition     = length(regexall("operation!~\"connect\\|test\",error=\"CredentialsRejected\"", local.queries["channel-auth"].query)) == 2
    error_message = "The alert asks for other errors than refused credentials, or for those of a form that somebody fills in."
  }
}

run "metrics_of_our_own_are_asked_for_under_the_names_they_have" {
  assert {
    condition     = local.promql.vendor_calls == "logging_googleapis_com:user_parley_vendor_calls"
    error_message = "PromQL does not know this name."
  }
  assert {
    condition     = length(jsondecode(google_monitoring_dashboard.desk.dashboard_json).mosaicLayout.tiles) > 10
    error_message = "The dashboard is empty."
  }
}

run "nobody_is_told_without_an_address" {
  assert {
    condition     = length(google_monitoring_notification_channel.email) == 0 && alltrue([for policy in local.policies : length(policy.notification_channels) == 0])
    error_message = "A channel without an address."
  }
  assert {
    condition     = length(google_billing_budget.monthly) == 0
    error_message = "A budget that nobody asked for."
  }
}

run "with_an_address_everything_tells_it" {
  variables {
    alert_email = "ops@example.com"
    budget      = { billing_account = "012345-6789AB-CDEF01", monthly_amount = 20, currency = "EUR" }
  }
  assert {
    condition     = alltrue([for policy in local.policies : length(policy.notification_channels) == 1])
    error_message = "An alert tells nobody."
  }
  assert {
    condition     = toset(google_billing_budget.monthly[0].threshold_rules[*].threshold_percent) == toset([0.5, 0.9, 1])
    error_message = "The budget warns at 50, 90 and 100 %."
  }
  assert {
    condition     = google_billing_budget.monthly[0].budget_filter[0].projects == toset(["projects/123456789012"]) && google_billing_budget.monthly[0].amount[0].specified_amount[0].units == "20"
    error_message = "The budget counts something else than this project, or to another amount."
  }
}

run "before_the_first_image_there_is_nothing_to_watch_but_the_rest_stands" {
  variables {
    services           = {}
    push_subscriptions = []
    queues             = []
  }
  assert {
    condition     = !contains(keys(google_monitoring_alert_policy.query), "no-instances-left") && length(google_monitoring_alert_policy.late_events) == 0
    error_message = "An alert without anything to look at: Google Cloud refuses it."
  }
}

run "a_project_id_is_no_number" {
  command = plan
  variables {
    project_number = "desk-1"
  }
  expect_failures = [var.project_number]
}

run "half_a_euro_is_no_budget" {
  command = plan
  variables {
    budget = { billing_account = "012345-6789AB-CDEF01", monthly_amount = 0.5, currency = "EUR" }
  }
  expect_failures = [var.budget]
}

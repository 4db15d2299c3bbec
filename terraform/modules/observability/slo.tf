# What is promised over 28 days, and alerts when the room for errors goes too fast.

locals {
  objectives = {
    ingest = {
      promise  = "Vendors' calls are taken"
      services = ["telegram-webhook", "channel-webhook"]
      goal     = 0.999
    }
    api = {
      promise  = "The API answers"
      services = ["api"]
      goal     = 0.995
    }
  }
  requests = {
    for name, objective in local.objectives : name => join(" AND ", [
      "metric.type=\"run.googleapis.com/request_count\"",
      "resource.type=\"cloud_run_revision\"",
      "resource.labels.location=\"${var.region}\"",
      "resource.labels.service_name=one_of(${join(",", formatlist("\"%s\"", objective.services))})",
    ])
  }
  bad_requests = {
    for name, filter in local.requests : name => "${filter} AND metric.labels.response_code_class=\"5xx\""
  }
  # 14 times too fast for an hour is 2 % of the room, 3 times for a day 11 %.
  speeds = {
    fast = { window = "3600s", times = 14 }
    slow = { window = "86400s", times = 3 }
  }
  burns = {
    for pair in setproduct(keys(local.objectives), keys(local.speeds)) :
    "${pair[0]}-${pair[1]}" => { objective = pair[0], page = "slo-burn-${pair[1]}", speed = local.speeds[pair[1]] }
  }
}

resource "google_monitoring_custom_service" "desk" {
  project      = var.project
  service_id   = "parley"
  display_name = "Parley"
}

resource "google_monitoring_slo" "availability" {
  for_each = local.objectives

  project             = var.project
  service             = google_monitoring_custom_service.desk.service_id
  slo_id              = "${each.key}-availability"
  display_name        = "${each.value.promise}: ${each.value.goal * 100} % over 28 days"
  goal                = each.value.goal
  rolling_period_days = 28

  request_based_sli {
    good_total_ratio {
      bad_service_filter   = local.bad_requests[each.key]
      total_service_filter = local.requests[each.key]
    }
  }
}

resource "google_monitoring_alert_policy" "burn" {
  for_each = local.burns

  project               = var.project
  display_name          = "Parley: ${local.pages[each.value.page].title} (${each.value.objective})"
  severity              = local.pages[each.value.page].severity
  combiner              = "AND"
  notification_channels = local.channels

  conditions {
    display_name = "Errors come ${each.value.speed.times} times too fast"
    condition_threshold {
      filter          = "select_slo_burn_rate(\"${google_monitoring_slo.availability[each.value.objective].name}\", \"${each.value.speed.window}\")"
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.speed.times
      duration        = "0s"
    }
  }
  # On a quiet day one failed request is a large part of all.
  conditions {
    display_name = "At least five requests failed"
    condition_threshold {
      filter          = local.bad_requests[each.value.objective]
      comparison      = "COMPARISON_GT"
      threshold_value = 4
      duration        = "0s"
      aggregations {
        alignment_period     = each.value.speed.window
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    content   = local.documentation[each.value.page]
    mime_type = "text/markdown"
  }
  alert_strategy {
    auto_close = local.auto_close
  }
}

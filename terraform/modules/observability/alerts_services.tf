# Cloud Run, vendors, the model and the schedules. What is a ratio, or is made of our own log lines, is asked in
# PromQL: it can demand a least number beside the ratio, and takes a metric that has no data yet.

locals {
  minutely = ["schedule-pulls", "sweep"]
  daily    = ["gmail-watch", "compare-inboxes"]

  # The inbox waits for its owner, whatever the vendor's word for it is. Whoever connects or tests one sees it at once.
  refused = "operation!~\"connect|test\",error=\"CredentialsRejected\""

  run = "monitored_resource=\"cloud_run_revision\",location=\"${var.region}\""
  # The worker pool logs the same lines under a resource of its own.
  ours   = [for resource in ["cloud_run_revision", "cloud_run_worker_pool"] : "monitored_resource=\"${resource}\""]
  errors = "sum by (service_name) (increase(run_googleapis_com:request_count{${local.run},response_code_class=\"5xx\"}[10m]))"
  broken = "sum(increase(${local.promql.model_calls}{${local.ours[0]},outcome!=\"ok\"}[10m]))"

  # With one instance, as the schedules have it, being busy says nothing.
  limits = distinct([for service in var.services : service.max_instances if service.max_instances > 1])
  at_max = [
    for limit in local.limits : format(
      "sum by (service_name) (run_googleapis_com:container_instance_count{%s,state=\"active\",service_name=~\"%s\"}) >= %d",
      local.run, join("|", sort([for name, service in var.services : name if service.max_instances == limit])), limit
    )
  ]

  queries = {
    function-errors = {
      holds = "0s"
      query = "(${local.errors} / sum by (service_name) (increase(run_googleapis_com:request_count{${local.run}}[10m])) > 0.02) and (${local.errors} >= 5)"
    }
    bugs = {
      holds = "0s"
      query = join(" or ", [for our in local.ours : "sum by (function) (increase(${local.promql.failed}{${our}}[1h])) > 0"])
    }
    channel-auth = {
      holds = "0s"
      query = join(" or ", [
        for our in local.ours :
        "sum by (channel) (increase(${local.promql.vendor_calls}{${our},${local.refused}}[1h])) > 0"
      ])
    }
    model-errors = {
      holds = "0s"
      query = "(${local.broken} / sum(increase(${local.promql.model_calls}{${local.ours[0]}}[10m])) > 0.1) and (${local.broken} >= 5)"
    }
    no-instances-left = {
      holds = "600s"
      query = join(" or ", local.at_max)
    }
    schedule-failed = { # Cloud Scheduler tries a daily job six times: one failure may have been made good
      holds = "0s"
      query = "sum by (job_id) (increase(${local.promql.schedule_errors}{monitored_resource=\"cloud_scheduler_job\",job_id=~\"${join("|", local.daily)}\"}[1h])) >= 3"
    }
  }
}

resource "google_monitoring_alert_policy" "query" {
  for_each = { for anchor, alert in local.queries : anchor => alert if alert.query != "" }

  project               = var.project
  display_name          = "Parley: ${local.pages[each.key].title}"
  severity              = local.pages[each.key].severity
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = local.pages[each.key].title
    condition_prometheus_query_language {
      query               = each.value.query
      duration            = each.value.holds
      evaluation_interval = "60s"
      # Google Cloud knows a metric of ours some minutes after it was made.
      disable_metric_validation = true
    }
  }

  documentation {
    content   = local.documentation[each.key]
    mime_type = "text/markdown"
  }
  alert_strategy {
    auto_close = local.auto_close
  }
}

# A day is longer than an absence can be (23.5 hours at most), so the daily jobs have `schedule-failed` instead.
resource "google_monitoring_alert_policy" "schedule_silent" {
  project               = var.project
  display_name          = "Parley: ${local.pages["schedule-silent"].title}"
  severity              = local.pages["schedule-silent"].severity
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = "No request for 600 s"
    condition_absent {
      filter = join(" AND ", [
        "metric.type=\"run.googleapis.com/request_count\"",
        "resource.type=\"cloud_run_revision\"",
        "resource.labels.location=\"${var.region}\"",
        "resource.labels.service_name=one_of(${join(",", formatlist("\"%s\"", local.minutely))})",
      ])
      duration = "600s"
      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
        group_by_fields      = ["resource.labels.service_name"]
      }
    }
  }

  documentation {
    content   = local.documentation["schedule-silent"]
    mime_type = "text/markdown"
  }
  alert_strategy {
    auto_close = local.auto_close
  }
}

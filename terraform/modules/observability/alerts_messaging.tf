# Pub/Sub and Cloud Tasks: what failed for good, and what waits.

resource "google_monitoring_alert_policy" "dead_letters" {
  for_each = toset(var.dead_letter_subscriptions)

  project               = var.project
  display_name          = "Parley: ${local.pages["dead-letters"].title} (${each.key})"
  severity              = local.pages["dead-letters"].severity
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = "${each.key} holds dead letters"
    condition_threshold {
      filter = join(" AND ", [
        "metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\"",
        "resource.type=\"pubsub_subscription\"",
        "resource.labels.subscription_id=\"${each.key}\"",
      ])
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "60s"
      aggregations {
        alignment_period   = "60s"
        per_series_aligner = "ALIGN_MAX"
      }
    }
  }

  documentation {
    content   = local.documentation["dead-letters"]
    mime_type = "text/markdown"
  }
  alert_strategy {
    auto_close = local.auto_close
  }
}

resource "google_monitoring_alert_policy" "late_events" {
  count = length(var.push_subscriptions) == 0 ? 0 : 1

  project               = var.project
  display_name          = "Parley: ${local.pages["late-events"].title}"
  severity              = local.pages["late-events"].severity
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = "The oldest event has waited for 300 s"
    condition_threshold {
      filter = join(" AND ", [
        "metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\"",
        "resource.type=\"pubsub_subscription\"",
        "resource.labels.subscription_id=one_of(${join(",", formatlist("\"%s\"", var.push_subscriptions))})",
      ])
      comparison      = "COMPARISON_GT"
      threshold_value = 300
      duration        = "120s"
      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_MAX"
        cross_series_reducer = "REDUCE_MAX"
        group_by_fields      = ["resource.labels.subscription_id"]
      }
    }
  }

  documentation {
    content   = local.documentation["late-events"]
    mime_type = "text/markdown"
  }
  alert_strategy {
    auto_close = local.auto_close
  }
}

# Not the queue's depth: tasks of hours ahead wait in it by design.
resource "google_monitoring_alert_policy" "late_tasks" {
  count = length(var.queues) == 0 ? 0 : 1

  project               = var.project
  display_name          = "Parley: ${local.pages["late-tasks"].title}"
  severity              = local.pages["late-tasks"].severity
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = "One task in twenty starts 120 s late"
    condition_threshold {
      filter = join(" AND ", [
        "metric.type=\"cloudtasks.googleapis.com/queue/task_attempt_delays\"",
        "resource.type=\"cloud_tasks_queue\"",
        "resource.labels.queue_id=one_of(${join(",", formatlist("\"%s\"", var.queues))})",
      ])
      comparison      = "COMPARISON_GT"
      threshold_value = 120000 # milliseconds
      duration        = "600s"
      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_PERCENTILE_95"
        cross_series_reducer = "REDUCE_MAX"
        group_by_fields      = ["resource.labels.queue_id"]
      }
    }
  }

  documentation {
    content   = local.documentation["late-tasks"]
    mime_type = "text/markdown"
  }
  alert_strategy {
    auto_close = local.auto_close
  }
}

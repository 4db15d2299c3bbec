# Counters over the lines of infra/log_events.py. They count entries that an exclusion drops, too.

locals {
  from_us = "resource.type=(\"cloud_run_revision\" OR \"cloud_run_worker_pool\")"
  counters = {
    vendor_calls = {
      description = "Calls of vendors"
      message     = "vendor called"
      labels      = ["channel", "operation", "outcome", "error"]
    }
    model_calls = {
      description = "Calls of language models"
      message     = "model called"
      labels      = ["model", "outcome"]
    }
    refused = {
      description = "Calls that were turned away"
      message     = "refused"
      labels      = ["function", "code"]
    }
    failed = {
      description = "Bugs"
      message     = "failed"
      labels      = ["function", "error"]
    }
  }
}

resource "google_logging_metric" "counter" {
  for_each = local.counters

  project     = var.project
  name        = "parley/${each.key}"
  description = each.value.description
  filter      = "${local.from_us} AND jsonPayload.message=\"${each.value.message}\""

  label_extractors = { for label in each.value.labels : label => "EXTRACT(jsonPayload.${label})" }

  metric_descriptor {
    metric_kind  = "DELTA"
    value_type   = "INT64"
    unit         = "1"
    display_name = each.value.description

    dynamic "labels" {
      for_each = each.value.labels
      content {
        key        = labels.value
        value_type = "STRING"
      }
    }
  }
}

resource "google_logging_metric" "tokens" {
  for_each = toset(["tokens_in", "tokens_out"])

  project         = var.project
  name            = "parley/${each.key}"
  description     = "Tokens of calls of language models, by model"
  filter          = "${local.from_us} AND jsonPayload.message=\"model called\""
  value_extractor = "EXTRACT(jsonPayload.${each.key})"

  label_extractors = { model = "EXTRACT(jsonPayload.model)" }

  metric_descriptor {
    metric_kind  = "DELTA"
    value_type   = "DISTRIBUTION"
    unit         = "1"
    display_name = "Model ${replace(each.key, "_", " ")}"

    labels {
      key        = "model"
      value_type = "STRING"
    }
  }

  bucket_options {
    exponential_buckets {
      num_finite_buckets = 20
      growth_factor      = 2
      scale              = 1
    }
  }
}

resource "google_logging_metric" "schedule_errors" {
  project     = var.project
  name        = "parley/schedule_errors"
  description = "Calls of Cloud Scheduler that were not answered well; the resource's label job_id says which"
  filter      = "resource.type=\"cloud_scheduler_job\" AND resource.labels.location=\"${var.region}\" AND severity>=ERROR"

  metric_descriptor {
    metric_kind  = "DELTA"
    value_type   = "INT64"
    unit         = "1"
    display_name = "Failed calls of Cloud Scheduler"
  }
}

locals {
  # As PromQL spells a log-based metric: the first slash of its type becomes a colon, every other odd character `_`.
  promql = {
    for metric in concat(
      values(google_logging_metric.counter), values(google_logging_metric.tokens), [google_logging_metric.schedule_errors]
    ) :
    trimprefix(metric.name, "parley/") => "logging_googleapis_com:user_${replace(metric.name, "/", "_")}"
  }
}

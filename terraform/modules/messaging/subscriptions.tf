# Pub/Sub calls the functions. What fails is tried again, ever more rarely, and after half an hour becomes a dead letter.

resource "google_pubsub_subscription" "push" {
  for_each = var.subscriptions
  project  = var.project
  name     = each.key
  topic    = google_pubsub_topic.topic[each.value.topic].name

  # Pub/Sub waits this long for an answer. Were it shorter than the function takes, the work would be done twice at once.
  ack_deadline_seconds = each.value.timeout + 10

  push_config {
    push_endpoint = each.value.url
    oidc_token {
      service_account_email = var.push_accounts.pubsub
      audience              = each.value.url
    }
  }

  retry_policy {
    minimum_backoff = "1s"
    maximum_backoff = "600s"
  }

  dead_letter_policy {
    dead_letter_topic     = "projects/${var.project}/topics/${google_pubsub_topic.dead[each.value.topic].name}"
    max_delivery_attempts = 12
  }

  expiration_policy {
    ttl = "" # never: a desk may be quiet for longer than the month after which Google would remove it
  }
}

# Pub/Sub itself moves messages to the dead letters, as an account of Google's that exists once a topic does.
resource "google_pubsub_subscription_iam_member" "mover" {
  for_each     = google_pubsub_subscription.push
  project      = var.project
  subscription = each.value.name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}

# Events between the functions. They are pointers to what is stored, so a topic keeps nothing of its own.

resource "google_pubsub_topic" "topic" {
  #checkov:skip=CKV_GCP_83:Google's own keys encrypt it; events are ids without text, and a key of ours would cost money every month
  for_each = toset(var.topics)
  project  = var.project
  name     = each.key

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }
}

locals {
  # "service publishes to topic", dead-letter topics included.
  publishing = merge([
    for service, topics in var.publishers : {
      for topic in topics : "${topic}/${service}" => { service = service, topic = topic }
    }
  ]...)
  topic_names = merge(
    { for topic in values(google_pubsub_topic.topic) : topic.name => topic.name },
    { for topic in values(google_pubsub_topic.dead) : topic.name => topic.name },
  )
}

resource "google_pubsub_topic_iam_member" "publisher" {
  for_each = local.publishing
  project  = var.project
  topic    = local.topic_names[each.value.topic]
  role     = "roles/pubsub.publisher"
  member   = "serviceAccount:${var.accounts[each.value.service]}"
}

# Gmail tells of changed mailboxes here, as this account of Google's.
resource "google_pubsub_topic_iam_member" "gmail" {
  project = var.project
  topic   = google_pubsub_topic.topic["gmail"].name
  role    = "roles/pubsub.publisher"
  member  = "serviceAccount:gmail-api-push@system.gserviceaccount.com"
}

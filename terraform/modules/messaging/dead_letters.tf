# What failed for good waits here until somebody has looked at it: a topic and the pull subscription on it, of one name.

locals {
  pubsub_agent = "serviceAccount:service-${var.project_number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

resource "google_pubsub_topic" "dead" {
  #checkov:skip=CKV_GCP_83:Google's own keys encrypt it; what a vendor showed to be trusted is sealed by the code, and a key of ours would cost money every month
  for_each = toset(var.dead_letters)
  project  = var.project
  name     = "${each.key}-dead"

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }
}

resource "google_pubsub_subscription" "dead" {
  for_each                   = google_pubsub_topic.dead
  project                    = var.project
  name                       = each.value.name
  topic                      = each.value.name
  ack_deadline_seconds       = 60         # how long one is out of sight while somebody works on it
  message_retention_duration = "1209600s" # 14 days

  expiration_policy {
    ttl = "" # never
  }
}

resource "google_pubsub_topic_iam_member" "mover" {
  for_each = toset(var.topics)
  project  = var.project
  topic    = google_pubsub_topic.dead[each.key].name
  role     = "roles/pubsub.publisher"
  member   = local.pubsub_agent
}

# Dead letters are listed and replayed from the dashboard: pulling them takes the one role, finding the subscription the other.
resource "google_pubsub_subscription_iam_member" "replayer" {
  for_each     = google_pubsub_subscription.dead
  project      = var.project
  subscription = each.value.name
  role         = "roles/pubsub.subscriber"
  member       = "serviceAccount:${var.accounts[var.replayer]}"
}

resource "google_pubsub_subscription_iam_member" "viewer" {
  for_each     = google_pubsub_subscription.dead
  project      = var.project
  subscription = each.value.name
  role         = "roles/pubsub.viewer"
  member       = "serviceAccount:${var.accounts[var.replayer]}"
}

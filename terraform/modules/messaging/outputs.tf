output "push_subscriptions" {
  description = "The push subscriptions as they were made."
  value       = google_pubsub_subscription.push
}

output "topics" {
  description = "The topics of events."
  value       = google_pubsub_topic.topic
}

output "dead_topics" {
  description = "The dead-letter topics, by the topic that they belong to."
  value       = google_pubsub_topic.dead
}

output "dead_subscriptions" {
  description = "The pull subscriptions on them."
  value       = google_pubsub_subscription.dead
}

output "dead_letter_names" {
  description = "Names of those subscriptions."
  value       = [for subscription in values(google_pubsub_subscription.dead) : subscription.name]
}

output "queues" {
  description = "The queues of Cloud Tasks."
  value       = google_cloud_tasks_queue.queue
}

output "grants" {
  description = "Who may publish, enqueue, act as Cloud Tasks, pull dead letters, and what Pub/Sub itself may."
  value = {
    publishers    = google_pubsub_topic_iam_member.publisher
    gmail         = google_pubsub_topic_iam_member.gmail
    enqueuers     = google_cloud_tasks_queue_iam_member.enqueuer
    acting        = google_service_account_iam_member.acting
    replayers     = google_pubsub_subscription_iam_member.replayer
    topic_movers  = google_pubsub_topic_iam_member.mover
    source_movers = google_pubsub_subscription_iam_member.mover
  }
}

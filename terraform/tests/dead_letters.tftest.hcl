# Nothing that failed is lost, and somebody is told.

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

run "dead_letters" {
  command = plan

  assert {
    condition     = setunion(keys(module.messaging.topics), ["unreadable"]) == toset(keys(module.messaging.dead_topics))
    error_message = "Every topic has a dead-letter topic, and so has what could not be read."
  }
  assert {
    condition = alltrue([
      for topic in values(module.messaging.dead_topics) :
      contains([for subscription in values(module.messaging.dead_subscriptions) : subscription.topic], topic.name)
    ])
    error_message = "A dead-letter topic has no subscription: what is published there is lost."
  }
  assert {
    condition = alltrue([
      for subscription in values(module.messaging.dead_subscriptions) :
      subscription.name == subscription.topic && try(subscription.expiration_policy[0].ttl, "gone") == ""
    ])
    error_message = "Dead letters are kept by a subscription of the topic's name that never expires."
  }
  assert {
    condition     = alltrue([for subscription in values(module.messaging.dead_subscriptions) : length(subscription.push_config) == 0])
    error_message = "Dead letters wait to be pulled by a person."
  }
  assert {
    condition = alltrue([
      for subscription in values(module.messaging.dead_subscriptions) :
      subscription.ack_deadline_seconds == 60 && subscription.message_retention_duration == "1209600s"
    ])
    error_message = "A dead letter is out of sight for a minute while somebody works on it, and kept for 14 days."
  }
  assert {
    condition = toset(keys(output.dead_letter_alerts)) == toset([
      for subscription in values(module.messaging.dead_subscriptions) : subscription.name
    ])
    error_message = "Every dead-letter subscription has an alert."
  }
}

run "pub_sub_may_move_them" {
  command = plan

  assert {
    condition = alltrue([
      for topic in values(module.messaging.topics) : contains([
        for grant in values(module.messaging.grants.topic_movers) : grant.topic
        if grant.role == "roles/pubsub.publisher" && grant.member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
      ], "${topic.name}-dead")
    ])
    error_message = "Pub/Sub's own account may not publish to a dead-letter topic: its messages would be tried for ever."
  }
  assert {
    condition = alltrue([
      for subscription in values(module.messaging.push_subscriptions) : contains([
        for grant in values(module.messaging.grants.source_movers) : grant.subscription
        if grant.role == "roles/pubsub.subscriber" && grant.member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
      ], subscription.name)
    ])
    error_message = "Pub/Sub's own account may not take messages off a subscription: they would never become dead letters."
  }
}

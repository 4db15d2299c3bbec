# Pub/Sub calls the functions: with a token, patiently, and for ever.

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

run "push_subscriptions" {
  command = plan

  assert {
    condition     = length(module.messaging.push_subscriptions) == 5
    error_message = "Every topic of events has one push subscription."
  }
  assert {
    condition = alltrue([
      for name, subscription in module.messaging.push_subscriptions :
      try(subscription.push_config[0].oidc_token[0].service_account_email, "") == "parley-pubsub-push@my-shop-desk.iam.gserviceaccount.com"
    ])
    error_message = "A push subscription shows no token of parley-pubsub-push: its function would let nobody in."
  }
  assert {
    condition = alltrue([
      for name, subscription in module.messaging.push_subscriptions :
      try(subscription.push_config[0].oidc_token[0].audience, "none") == subscription.push_config[0].push_endpoint
    ])
    error_message = "A push subscription's token is made for another address than it is sent to."
  }
  assert {
    condition = alltrue([
      for name, subscription in module.messaging.push_subscriptions : contains([
        for service in values(module.functions.services) : "https://${service.name}-123456789012.europe-west1.run.app"
      ], subscription.push_config[0].push_endpoint)
    ])
    error_message = "A push subscription calls an address that no function has."
  }
  assert {
    condition = alltrue([
      for name, subscription in module.messaging.push_subscriptions :
      try(subscription.expiration_policy[0].ttl, "gone") == ""
    ])
    error_message = "A push subscription would be removed after a quiet month."
  }
  assert {
    condition = alltrue([
      for name, subscription in module.messaging.push_subscriptions :
      try(subscription.retry_policy[0].minimum_backoff, "") != "" && try(subscription.retry_policy[0].maximum_backoff, "") != ""
    ])
    error_message = "A push subscription tries again at once and without end: it has no retry policy."
  }
  assert {
    condition = alltrue([
      for name, subscription in module.messaging.push_subscriptions :
      try(subscription.dead_letter_policy[0].dead_letter_topic, "") == "projects/my-shop-desk/topics/${subscription.topic}-dead"
    ])
    error_message = "A push subscription has no dead letters, or those of another topic."
  }
  assert {
    condition = alltrue([
      for name, subscription in module.messaging.push_subscriptions :
      try(subscription.dead_letter_policy[0].max_delivery_attempts >= 5 && subscription.dead_letter_policy[0].max_delivery_attempts <= 100, false)
    ])
    error_message = "Pub/Sub takes 5 to 100 delivery attempts."
  }
  assert {
    condition = alltrue([
      for name, subscription in module.messaging.push_subscriptions :
      subscription.enable_message_ordering != true && subscription.enable_exactly_once_delivery != true
    ])
    error_message = "A push subscription is ordered or exactly-once: one poison message would block those behind it, and pushes cannot be exactly-once."
  }
}

run "acknowledgement_deadlines" {
  command = plan

  assert {
    condition = alltrue([
      for name, subscription in module.messaging.push_subscriptions : subscription.ack_deadline_seconds > tonumber(trimsuffix(
        one([
          for service in values(module.functions.services) : service.template[0].timeout
          if startswith(subscription.push_config[0].push_endpoint, "https://${service.name}-123456789012.")
        ]), "s"
      ))
    ])
    error_message = "Pub/Sub gives up before the function does: its work would be done twice at once."
  }
  assert {
    condition     = alltrue([for subscription in values(module.messaging.push_subscriptions) : subscription.ack_deadline_seconds <= 600])
    error_message = "Pub/Sub waits 600 seconds at most."
  }
}

# The first apply makes what services need, the second the services.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  project     = "my-shop-desk"
  alert_email = "owner@example.com"
  image       = "none"
}

run "without_an_image" {
  command = plan

  assert {
    condition     = length(module.functions.services) == 0 && length(module.api) == 0 && length(module.functions.worker_pools) == 0
    error_message = "Without an image there is no service."
  }
  assert {
    condition     = length(module.messaging.push_subscriptions) == 0 && length(module.scheduling.jobs) == 0
    error_message = "Without an image nobody calls a service."
  }
  assert {
    condition     = length(module.messaging.topics) == 5 && length(module.messaging.queues) == 12 && length(google_service_account.service) == 13
    error_message = "Topics, queues and accounts do not wait for an image."
  }
  assert {
    condition     = contains(keys(module.secrets.names), "encryption-keys") && contains(keys(module.secrets.names), "jwt-secret")
    error_message = "Secrets do not wait for an image: they are filled before there is one."
  }
  assert {
    condition     = strcontains(output.next_steps, "make-secrets") && strcontains(output.next_steps, "gcloud builds submit")
    error_message = "After the first apply one fills the secrets and builds the image."
  }
}

run "with_an_image" {
  command = plan

  variables {
    image = "europe-west1-docker.pkg.dev/my-shop-desk/parley/parley@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }

  assert {
    condition     = output.url == "https://api-123456789012.europe-west1.run.app" && strcontains(output.next_steps, output.url)
    error_message = "After the second apply one signs in."
  }
}

run "optional_secrets" {
  command = plan

  variables {
    llm               = { base_url = "https://llm.example.com/v1", model = "some-model" }
    google_client_id  = "1-a.apps.googleusercontent.com"
    telegram_accounts = { enabled = true, api_id = 123456 }
  }

  assert {
    condition     = toset(output.secrets) == toset(["encryption-keys", "google-client-secret", "jwt-secret", "llm-api-key", "telegram-api-hash"])
    error_message = "A secret is made with the feature that needs it."
  }
  assert {
    condition     = strcontains(output.next_steps, "set-secret telegram-api-hash")
    error_message = "One is told which secrets to give."
  }
}

# What variables refuse, in words that help.

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

run "image_by_tag" {
  command = plan
  variables {
    image = "europe-west1-docker.pkg.dev/my-shop-desk/parley/parley:latest"
  }
  expect_failures = [var.image]
}

run "project_by_number" {
  command = plan
  variables {
    project = "123456789012"
  }
  expect_failures = [var.project]
}

run "zone_for_a_region" {
  command = plan
  variables {
    region = "europe-west1-b"
  }
  expect_failures = [var.region]
}

run "domain_with_scheme" {
  command = plan
  variables {
    domain = "https://desk.example.com"
  }
  expect_failures = [var.domain]
}

run "model_without_tls" {
  command = plan
  variables {
    llm = { base_url = "http://llm.example.com/v1", model = "some-model" }
  }
  expect_failures = [var.llm]
}

run "worker_without_application" {
  command = plan
  variables {
    telegram_accounts = { enabled = true }
  }
  expect_failures = [var.telegram_accounts]
}

run "too_many_warm_instances" {
  command = plan
  variables {
    min_instances = { api = 50 }
  }
  expect_failures = [var.min_instances]
}

run "percentage_for_a_ratio" {
  command = plan
  variables {
    trace_ratio = 5
  }
  expect_failures = [var.trace_ratio]
}

run "settings_of_a_laptop" {
  command = plan
  variables {
    settings = { PARLEY_DEMO_PASSWORD = "secret" }
  }
  expect_failures = [var.settings]
}

run "settings_that_are_decided_here" {
  command = plan
  variables {
    settings = { PARLEY_STACK = "embedded" }
  }
  expect_failures = [var.settings]
}

run "backups_for_a_year" {
  command = plan
  variables {
    backup_weeks = 52
  }
  expect_failures = [var.backup_weeks]
}

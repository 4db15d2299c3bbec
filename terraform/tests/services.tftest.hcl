# Services that cost nothing while nobody writes, and cannot run away when everybody does.

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

run "services" {
  command = plan

  assert {
    condition     = length(module.functions.services) == 12 && length(module.api) == 1
    error_message = "Twelve functions and the API."
  }
  assert {
    condition = alltrue([
      for service in concat(values(module.functions.services), module.api[*].service) :
      try(service.template[0].scaling[0].max_instance_count > 0, false)
    ])
    error_message = "A service has no limit of instances: an attack would be paid for without end."
  }
  assert {
    condition = alltrue([
      for service in concat(values(module.functions.services), module.api[*].service) :
      try(service.template[0].containers[0].resources[0].cpu_idle, false)
    ])
    error_message = "A service is paid for between requests: cpu_idle must be true wherever resources are named."
  }
  assert {
    condition = alltrue([
      for service in concat(values(module.functions.services), module.api[*].service) :
      try(service.template[0].containers[0].resources[0].startup_cpu_boost, false) && try(service.template[0].containers[0].startup_probe[0].http_get[0].path, "") == "/healthz"
    ])
    error_message = "A service starts with more CPU, and takes requests once /healthz answers."
  }
  assert {
    condition = alltrue([
      for service in concat(values(module.functions.services), module.api[*].service) :
      can(regex("@sha256:[0-9a-f]{64}$", service.template[0].containers[0].image))
    ])
    error_message = "A service runs an image that is not named by its digest."
  }
  assert {
    condition = alltrue([
      for name, service in module.functions.services : {
        for variable in service.template[0].containers[0].env : variable.name => variable.value
      }["FUNCTION_TARGET"] == replace(name, "-", "_")
    ])
    error_message = "A service runs another function than its name says."
  }
}

run "nothing_always_on" {
  command = plan

  assert {
    condition = alltrue([
      for service in concat(values(module.functions.services), module.api[*].service) :
      service.template[0].scaling[0].min_instance_count == 0
    ])
    error_message = "By default nothing stays warm."
  }
  assert {
    condition     = length(module.functions.worker_pools) == 0
    error_message = "By default no worker runs."
  }
}

run "warm_where_asked" {
  command = plan

  variables {
    min_instances     = { api = 1, webhooks = 2 }
    telegram_accounts = { enabled = true, api_id = 123456 }
  }

  assert {
    condition = {
      for name, service in merge(module.functions.services, { api = module.api[0].service }) :
      name => service.template[0].scaling[0].min_instance_count if service.template[0].scaling[0].min_instance_count > 0
    } == { api = 1, channel-webhook = 2, telegram-webhook = 2 }
    error_message = "min_instances warms the API and the webhooks, and nothing else."
  }
  assert {
    condition     = one(module.functions.worker_pools).scaling[0].manual_instance_count == 1
    error_message = "One worker holds the personal accounts: two would take them from each other."
  }
}

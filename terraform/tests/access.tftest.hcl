# Who may do what.

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

run "callers" {
  command = plan

  assert {
    condition = toset([
      for name, members in merge(module.functions.invokers, { api = module.api[0].invokers }) : name if contains(members, "allUsers")
    ]) == toset(["api", "channel-webhook", "telegram-webhook"])
    error_message = "Only the API and the vendors' webhooks are open to everybody."
  }
  assert {
    condition     = toset(keys(module.functions.invokers)) == toset(keys(module.functions.services))
    error_message = "Somebody may call every function."
  }
  assert {
    condition = alltrue([
      for name, members in module.functions.invokers :
      contains(members, "allUsers") == (module.functions.services[name].ingress == "INGRESS_TRAFFIC_ALL")
    ])
    error_message = "A function that not everybody may call is not reached from outside."
  }
  assert {
    condition = alltrue([
      for name, service in module.functions.services : toset(flatten([
        for variable in service.template[0].containers[0].env : [
          for account in jsondecode(variable.value) : "serviceAccount:${account}"
        ] if variable.name == "PARLEY_PUSH_ACCOUNTS"
      ])) == toset(module.functions.invokers[name]) if !contains(module.functions.invokers[name], "allUsers")
    ])
    error_message = "A function lets in the tokens of exactly the accounts that may call it."
  }
  assert {
    condition = alltrue([
      for name, service in module.functions.services : contains([
        for variable in service.template[0].containers[0].env : variable.value if variable.name == "PARLEY_PUSH_AUDIENCE"
      ], "https://${name}-123456789012.europe-west1.run.app") if !contains(module.functions.invokers[name], "allUsers")
    ])
    error_message = "A function checks tokens for another address than its own."
  }
}

run "accounts" {
  command = plan

  variables {
    telegram_accounts = { enabled = true, api_id = 123456 }
  }

  assert {
    condition = alltrue([
      for name, service in merge(module.functions.services, { api = module.api[0].service }, { for pool in module.functions.worker_pools : pool.name => pool }) :
      service.template[0].service_account == "parley-${name}@my-shop-desk.iam.gserviceaccount.com"
    ])
    error_message = "Every service runs as an account of its own."
  }
  assert {
    condition     = length(distinct(values(output.service_accounts))) == length(output.service_accounts)
    error_message = "Two share an account."
  }
  assert {
    condition = alltrue([
      for account in values(google_service_account.service) : can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", account.account_id))
    ])
    error_message = "Google takes account ids of 6 to 30 characters."
  }
}

run "roles" {
  command = plan

  variables {
    github = { owner = "my-shop", repository = "parley", state_bucket = "my-shop-desk-terraform" }
    llm    = { base_url = "https://llm.example.com/v1", model = "some-model" }
  }

  assert {
    condition = length(setsubtract(
      concat(
        [for grant in values(module.data.grants.database) : grant.role],
        [for grant in values(google_project_iam_member.traces) : grant.role],
        [for grant in module.build.project_roles : grant.role],
      ),
      ["roles/datastore.user", "roles/telemetry.tracesWriter", "roles/logging.logWriter", "roles/run.viewer"],
    )) == 0
    error_message = "Only what Google cannot give for a single resource is given for the whole project."
  }
  assert {
    condition = toset([
      for grant in values(module.secrets.grants) : grant.member if grant.secret_id == "encryption-keys"
      ]) == toset([
      for service in ["api", "channel-pull", "channel-webhook", "deliver", "gmail-push", "gmail-watch", "mirror", "run-task", "telegram-webhook"] :
      "serviceAccount:parley-${service}@my-shop-desk.iam.gserviceaccount.com"
    ])
    error_message = "Whoever opens no inbox reads no keys: least of all llm-reply, which reads what strangers write."
  }
  assert {
    condition = toset([for grant in values(module.secrets.grants) : grant.member if grant.secret_id == "llm-api-key"]) == toset([
      "serviceAccount:parley-llm-reply@my-shop-desk.iam.gserviceaccount.com"
    ])
    error_message = "Only llm-reply asks the model."
  }
  assert {
    condition     = toset([for grant in values(module.secrets.grants) : grant.member if grant.secret_id == "jwt-secret"]) == toset(["serviceAccount:parley-api@my-shop-desk.iam.gserviceaccount.com"])
    error_message = "Only the API signs access tokens."
  }
  assert {
    condition = toset([
      for grant in values(module.messaging.grants.publishers) : grant.member if grant.topic == "unreadable-dead"
      ]) == toset([
      for service in ["channel-webhook", "run-task", "telegram-webhook"] : "serviceAccount:parley-${service}@my-shop-desk.iam.gserviceaccount.com"
    ])
    error_message = "Only who takes vendors' calls keeps those that cannot be read."
  }
  assert {
    condition     = module.messaging.grants.gmail.topic == "gmail" && module.messaging.grants.gmail.member == "serviceAccount:gmail-api-push@system.gserviceaccount.com"
    error_message = "Gmail may publish to its topic, or its watch is refused."
  }
  assert {
    condition = toset([for grant in values(module.messaging.grants.enqueuers) : grant.member]) == toset([
      for grant in values(module.messaging.grants.acting) : grant.member
    ])
    error_message = "Who adds tasks may act as Cloud Tasks' account, and nobody else may."
  }
  assert {
    condition     = alltrue([for grant in values(module.messaging.grants.acting) : endswith(grant.service_account_id, "/parley-tasks-push@my-shop-desk.iam.gserviceaccount.com")])
    error_message = "Who adds tasks may act as Cloud Tasks' account only."
  }
}

# The two that are no functions, and what can be said of all services together. Columns as in functions.tf.

locals {
  api = {
    callers   = ["vendor"]
    limits    = { timeout = 900, concurrency = 200, memory = "1Gi", instances = 10 }
    publishes = keys(local.subscriptions) # an admin may replay any dead letter
    enqueues  = setsubtract(local.vendor_queues, ["tasks-web-chat"])
    files     = "write"
    secrets   = ["encryption-keys", "jwt-secret", "google-client-secret"]
  }

  telegram_accounts = {
    callers   = []
    limits    = { timeout = 0, concurrency = 1, memory = "512Mi", instances = 1 }
    publishes = ["message-received", "conversation-changed"]
    enqueues  = []
    files     = "write"
    secrets   = ["encryption-keys", "telegram-api-hash"]
  }

  services = merge(
    local.functions,
    { api = local.api },
    var.telegram_accounts.enabled ? { telegram-accounts = local.telegram_accounts } : {},
  )

  # Secret to the environment variable that carries it; null: the code reads the secret itself.
  secrets = merge(
    { encryption-keys = null, jwt-secret = "PARLEY_JWT_SECRET" },
    var.llm == null ? {} : { llm-api-key = "LLM_API_KEY" },
    var.google_client_id == "" ? {} : { google-client-secret = "GOOGLE_CLIENT_SECRET" },
    var.telegram_accounts.enabled ? { telegram-api-hash = "TELEGRAM_API_HASH" } : {},
  )

  # Cloud Run's address of a service is known before the service is, so nothing waits in a circle for it.
  urls = {
    for name in concat(keys(local.functions), ["api"]) :
    name => "https://${name}-${data.google_project.this.number}.${var.region}.run.app"
  }
  public_url = var.domain == null ? local.urls["api"] : "https://${var.domain}"
  is_live    = var.image != "none"
}

data "google_project" "this" {
  project_id = var.project
}

check "somebody_is_told" {
  assert {
    condition     = var.alert_email != ""
    error_message = "No alert_email: nobody will hear of a dead letter or of an inbox that has lost its access."
  }
}

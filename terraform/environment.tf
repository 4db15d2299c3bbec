# What the code reads from its environment (infra/settings.py); a test compares the names.

locals {
  common_environment = {
    for name, value in merge(var.settings, {
      PARLEY_STACK         = "cloud"
      PARLEY_PROJECT       = var.project
      PARLEY_REGION        = var.region
      PARLEY_PUBLIC_URL    = local.public_url
      PARLEY_BUCKET        = local.bucket
      PARLEY_TASKS_URL     = local.urls["run-task"]
      PARLEY_REPLIES_URL   = local.urls["llm-reply"]
      PARLEY_TASKS_ACCOUNT = local.caller_emails["tasks"]
      PARLEY_TRACE_RATIO   = tostring(var.trace_ratio)
      PARLEY_HOOK_URLS = jsonencode({
        for name, function in local.functions :
        replace(name, "-", "_") => local.urls[name] if contains(function.callers, "vendor")
      })
      GMAIL_TOPIC      = "projects/${var.project}/topics/gmail"
      GOOGLE_CLIENT_ID = var.google_client_id
      LLM_BASE_URL     = var.llm == null ? "" : var.llm.base_url
      LLM_MODEL        = var.llm == null ? "" : var.llm.model
      TELEGRAM_API_ID  = var.telegram_accounts.enabled ? tostring(var.telegram_accounts.api_id) : ""
    }) : name => value if value != ""
  }

  # An internal function lets in tokens of its callers that were made for it, whatever IAM says.
  function_environment = {
    for name, function in local.functions : name => merge(
      local.common_environment,
      {
        FUNCTION_TARGET   = replace(name, "-", "_")
        FUNCTION_SOURCE   = "/app/functions/${replace(name, "-", "_")}/main.py"
        FUNCTION_USE_ASGI = "1"
      },
      contains(function.callers, "vendor") ? {} : {
        PARLEY_PUSH_AUDIENCE = local.urls[name]
        PARLEY_PUSH_ACCOUNTS = jsonencode([for caller in function.callers : local.caller_emails[caller]])
      },
    )
  }

  # Service to its environment variables that are secrets, each with the secret's name.
  secret_environment = {
    for service, row in local.services : service => {
      for secret in row.secrets : local.secrets[secret] => module.secrets.names[secret]
      if lookup(local.secrets, secret, null) != null
    }
  }

  # What var.settings may name.
  free_settings = [
    "AVITO_API_URL",
    "GMAIL_API_URL",
    "GOOGLE_CONSENT_URL",
    "GOOGLE_OAUTH_URL",
    "LLM_TIMEOUT_SECONDS",
    "OZON_API_URL",
    "PARLEY_ACCESS_TOKEN_MINUTES",
    "PARLEY_DATABASE",
    "TELEGRAM_API_URL",
    "WEB_CHAT_URL",
    "WILDBERRIES_CHAT_API_URL",
    "WILDBERRIES_FEEDBACKS_API_URL",
    "YANDEX_MARKET_API_URL",
  ]
}

# Everything on: a model, Gmail, personal Telegram accounts, a domain, warm instances, backups, a budget, and a roll-out
# at every push.

terraform {
  backend "gcs" {}
}

variable "image" {
  description = "The image, by digest; none on the first apply."
  type        = string
}

module "parley" {
  source      = "../.."
  project     = "my-shop-desk"
  region      = "europe-west1"
  image       = var.image
  domain      = "desk.example.com"
  alert_email = "owner@example.com"

  llm               = { base_url = "https://api.openai.com/v1", model = "gpt-4.1-mini" }
  google_client_id  = "123456789012-abcdefghijklmnop.apps.googleusercontent.com"
  telegram_accounts = { enabled = true, api_id = 123456 }
  settings          = { LLM_TIMEOUT_SECONDS = "45", PARLEY_ACCESS_TOKEN_MINUTES = "10" }

  min_instances          = { api = 1, webhooks = 1 } # about $10 a month each: nobody waits for a start
  trace_ratio            = 0.1
  point_in_time_recovery = true
  backup_weeks           = 4
  budget                 = { billing_account = "012345-6789AB-CDEF01", monthly_amount = 50, currency = "EUR" }

  github = {
    owner        = "my-shop"
    repository   = "parley"
    branch       = "main"
    state_bucket = "my-shop-desk-terraform"
  }
}

output "next_steps" {
  description = "What to do now, as commands."
  value       = module.parley.next_steps
}

output "dns_records" {
  description = "Records to enter at the registrar of the domain."
  value       = module.parley.dns_records
}

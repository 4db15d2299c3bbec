variable "project" {
  description = "Id of the Google Cloud project. One deployment a project."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "project is a project's id (6 to 30 small letters, digits and dashes), not its name or number."
  }
}

variable "region" {
  description = "Where everything runs and is kept: a region that has Cloud Run, Firestore, Cloud Tasks and Cloud Scheduler."
  type        = string
  default     = "europe-west1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region is one region such as europe-west1; a zone or a multi-region will not do."
  }
}

variable "image" {
  description = "The image to run, by digest; none on the first apply: all that services need is made, but no service, subscription or schedule. It has no default, because an apply that forgets it would take those away."
  type        = string

  validation {
    condition     = var.image == "none" || can(regex("^[^@\\s]+@sha256:[0-9a-f]{64}$", var.image))
    error_message = "image is none, or given by digest (...@sha256:...): a tag may mean something else tomorrow."
  }
}

variable "domain" {
  description = "Domain of the dashboard, verified as yours in Google Search Console; null: the address that Cloud Run gives."
  type        = string
  default     = null

  validation {
    condition     = var.domain == null || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain is a bare name such as desk.example.com, without https:// and path."
  }
}

variable "llm" {
  description = "Language model behind an OpenAI-compatible address; null: the assistant answers from its chunks only. Its key is the secret llm-api-key."
  type = object({
    base_url = string
    model    = string
  })
  default = null

  validation {
    condition     = var.llm == null ? true : startswith(var.llm.base_url, "https://") && var.llm.model != ""
    error_message = "llm needs a base_url that begins with https:// and the name of a model."
  }
}

variable "google_client_id" {
  description = "OAuth client that shops connect their Gmail through; empty: no Gmail. Its other half is the secret google-client-secret."
  type        = string
  default     = ""

  validation {
    condition     = var.google_client_id == "" || endswith(var.google_client_id, ".apps.googleusercontent.com")
    error_message = "google_client_id ends with .apps.googleusercontent.com."
  }
}

variable "telegram_accounts" {
  description = "Personal Telegram accounts. They need one process that always runs, which is paid for by the hour, and an application of yours at my.telegram.org: its api_id here, its hash in the secret telegram-api-hash."
  type = object({
    enabled = bool
    api_id  = optional(number, 0)
  })
  default = { enabled = false }

  validation {
    condition     = !var.telegram_accounts.enabled || var.telegram_accounts.api_id > 0
    error_message = "telegram_accounts needs the api_id of your application at my.telegram.org."
  }
}

variable "min_instances" {
  description = "Instances that stay warm, and are paid for while nothing happens: of the API, and of each webhook function."
  type = object({
    api      = optional(number, 0)
    webhooks = optional(number, 0)
  })
  default = {}

  validation {
    condition     = alltrue([for count in values(var.min_instances) : contains([0, 1, 2, 3], count)])
    error_message = "min_instances are whole numbers from 0 to 3."
  }
}

variable "alert_email" {
  description = "Who is told when something is wrong. Empty: incidents are seen in the console only."
  type        = string
  default     = ""

  validation {
    condition     = var.alert_email == "" || can(regex("^[^@\\s]+@[^@\\s]+$", var.alert_email))
    error_message = "alert_email is one e-mail address."
  }
}

variable "budget" {
  description = "Monthly amount at whose 50, 90 and 100 % the billing account's owners are told; null: no budget. It stops nothing."
  type = object({
    billing_account = string
    monthly_amount  = number
    currency        = string
  })
  default = null
}

variable "trace_ratio" {
  description = "Part of the requests whose spans go to Cloud Trace, 0 to 1."
  type        = number
  default     = 0.05

  validation {
    condition     = var.trace_ratio >= 0 && var.trace_ratio <= 1
    error_message = "trace_ratio is a part of 1: 0.05 is one request in twenty."
  }
}

variable "settings" {
  description = "Settings of the code that nothing else here decides, by the name of their environment variable."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.settings), local.free_settings)) == 0
    error_message = "settings takes only ${join(", ", local.free_settings)}."
  }
}

variable "point_in_time_recovery" {
  description = "Keep every version of every document for 7 days. It costs about as much again as the stored data: nothing to speak of while there is little."
  type        = bool
  default     = true
}

variable "backup_weeks" {
  description = "Weeks that a weekly backup of the database is kept, 1 to 14; 0: no backups. Each is paid for by its size."
  type        = number
  default     = 0

  validation {
    condition     = contains(range(15), var.backup_weeks)
    error_message = "backup_weeks is a whole number from 0 to 14."
  }
}

variable "deletion_protection" {
  description = "Refuse to delete the database, the files and the keys that open its credentials. Apply with false before terraform destroy."
  type        = bool
  default     = true
}

variable "github" {
  description = "Repository whose pushes to a branch are tested, built and rolled out, and the bucket of terraform's state; null: builds are started by hand. The repository must be connected to Cloud Build first."
  type = object({
    owner        = string
    repository   = string
    branch       = optional(string, "main")
    state_bucket = string
  })
  default = null
}

variable "project" {
  description = "Id of the Google Cloud project."
  type        = string
}

variable "region" {
  description = "Where the API runs."
  type        = string
}

variable "image" {
  description = "The image, by digest."
  type        = string
}

variable "domain" {
  description = "Domain of the dashboard; null: the address that Cloud Run gives."
  type        = string
  default     = null
}

variable "service" {
  description = "The service: its account's e-mail, limits (seconds, requests at once, memory, instances), instances that stay warm, environment, and secret variables with the secret's name."
  type = object({
    account = string
    limits = object({
      timeout     = number
      concurrency = number
      memory      = string
      instances   = number
    })
    min_instances      = number
    environment        = map(string)
    secret_environment = map(string)
  })

  validation {
    condition     = var.service.limits.timeout <= 3600
    error_message = "Cloud Run ends a request after an hour."
  }
}

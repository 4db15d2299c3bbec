variable "project" {
  description = "Id of the Google Cloud project."
  type        = string
}

variable "region" {
  description = "Where the functions run."
  type        = string
}

variable "image" {
  description = "The image, by digest."
  type        = string
}

variable "functions" {
  description = "Functions by service name. Invokers are who may call: allUsers, or serviceAccount:E-MAIL. A secret variable is given by the secret's name; the limits are seconds, requests at once, memory, instances."
  type = map(object({
    url      = string
    account  = string
    invokers = list(string)
    limits = object({
      timeout     = number
      concurrency = number
      memory      = string
      instances   = number
    })
    min_instances      = number
    environment        = map(string)
    secret_environment = map(string)
  }))

  validation {
    condition     = alltrue([for function in values(var.functions) : function.limits.timeout <= 590])
    error_message = "A function ends within 590 seconds: Pub/Sub waits ten seconds longer, and 600 at most."
  }
  validation {
    condition     = alltrue([for function in values(var.functions) : function.limits.instances >= max(function.min_instances, 1)])
    error_message = "A function needs a limit of instances, not below those that stay warm."
  }
}

variable "telegram_accounts" {
  description = "The worker of personal Telegram accounts; null: none."
  type = object({
    account            = string
    memory             = string
    environment        = map(string)
    secret_environment = map(string)
  })
  default = null
}

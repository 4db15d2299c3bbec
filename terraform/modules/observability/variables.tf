variable "project" {
  description = "Id of the Google Cloud project."
  type        = string
}

variable "project_number" {
  description = "Number of that project; the budget counts its costs only."
  type        = string

  validation {
    condition     = can(regex("^[0-9]+$", var.project_number))
    error_message = "project_number is digits only; project takes the id."
  }
}

variable "region" {
  description = "Where the services run."
  type        = string
}

variable "services" {
  description = "Cloud Run services by name, with their address, timeout in seconds and limit of instances."
  type = map(object({
    url           = string
    timeout       = number
    max_instances = number
  }))
}

variable "dead_letter_subscriptions" {
  description = "Pull subscriptions that keep what failed for good. Each gets an alert of its own."
  type        = list(string)
}

variable "push_subscriptions" {
  description = "Subscriptions that push events to functions."
  type        = list(string)
}

variable "queues" {
  description = "Queues of Cloud Tasks."
  type        = list(string)
}

variable "alert_email" {
  description = "Who is told. Empty: incidents are seen in the console only."
  type        = string
  default     = ""

  validation {
    condition     = var.alert_email == "" || can(regex("^[^@\\s]+@[^@\\s]+$", var.alert_email))
    error_message = "alert_email is one e-mail address, or empty."
  }
}

variable "budget" {
  description = "Monthly amount that the billing account's owners are warned at 50, 90 and 100 % of. It stops nothing."
  type = object({
    billing_account = string
    monthly_amount  = number
    currency        = string
  })
  default = null

  validation {
    condition     = var.budget == null ? true : var.budget.monthly_amount >= 1 && floor(var.budget.monthly_amount) == var.budget.monthly_amount
    error_message = "monthly_amount is a whole number of the currency's units, 1 or more."
  }
  validation {
    condition     = var.budget == null ? true : can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.budget.billing_account))
    error_message = "billing_account looks like 012345-6789AB-CDEF01."
  }
  validation {
    condition     = var.budget == null ? true : can(regex("^[A-Z]{3}$", var.budget.currency))
    error_message = "currency is the billing account's own, three capital letters."
  }
}

variable "operations_page" {
  description = "Where readers of an alert find docs/operations.md; give the page's web address to make it a link."
  type        = string
  default     = "docs/operations.md"
}

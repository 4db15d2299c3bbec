variable "project" {
  description = "Id of the Google Cloud project."
  type        = string
}

variable "region" {
  description = "Where the secrets are kept."
  type        = string
}

variable "irreplaceable" {
  description = "Secrets whose value nobody could give again."
  type        = list(string)
}

variable "deletion_protection" {
  description = "Refuse to delete the irreplaceable ones."
  type        = bool
}

variable "readers" {
  description = "Secret to the services that may read it, each with the e-mail of its account."
  type        = map(map(string))

  validation {
    condition     = alltrue([for secret in keys(var.readers) : can(regex("^[a-z][a-z0-9-]*$", secret))])
    error_message = "A secret's name has small letters, digits and dashes."
  }
}

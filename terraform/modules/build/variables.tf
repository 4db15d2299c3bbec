variable "project" {
  description = "Id of the Google Cloud project."
  type        = string
}

variable "region" {
  description = "Where builds run."
  type        = string
}

variable "repository" {
  description = "Artifact Registry repository of the images."
  type        = string
}

variable "github" {
  description = "Repository and branch whose pushes are rolled out, and the bucket of terraform's state; null: by hand."
  type = object({
    owner        = string
    repository   = string
    branch       = string
    state_bucket = string
  })
  default = null
}

variable "services" {
  description = "Cloud Run services that are rolled out."
  type        = list(string)
}

variable "worker_pools" {
  description = "Worker pools that are rolled out."
  type        = list(string)
}

variable "runtime_accounts" {
  description = "Service to the e-mail of the account that it runs as."
  type        = map(string)
}

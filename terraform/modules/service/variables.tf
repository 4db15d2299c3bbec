variable "project" {
  description = "Id of the Google Cloud project."
  type        = string
}

variable "region" {
  description = "Where the service runs."
  type        = string
}

variable "name" {
  description = "Name of the service."
  type        = string
}

variable "image" {
  description = "The image, by digest."
  type        = string
}

variable "command" {
  description = "The command in place of the image's own; null: the image's."
  type        = list(string)
  default     = null
}

variable "args" {
  description = "Arguments of the command."
  type        = list(string)
  default     = null
}

variable "account" {
  description = "E-mail of the account that the service runs as."
  type        = string
}

variable "invokers" {
  description = "Who may call: allUsers, or serviceAccount:E-MAIL."
  type        = list(string)
}

variable "limits" {
  description = "Seconds a request, requests at once an instance, memory, instances."
  type = object({
    timeout     = number
    concurrency = number
    memory      = string
    instances   = number
  })
}

variable "min_instances" {
  description = "Instances that stay warm."
  type        = number
}

variable "environment" {
  description = "Environment variables."
  type        = map(string)
}

variable "secret_environment" {
  description = "Environment variables that are secrets, each with the secret's name."
  type        = map(string)
}

variable "project" {
  description = "Id of the Google Cloud project."
  type        = string
}

variable "project_number" {
  description = "Its number: Pub/Sub's own account carries it in its name."
  type        = string

  validation {
    condition     = can(regex("^[0-9]+$", var.project_number))
    error_message = "project_number is digits only."
  }
}

variable "region" {
  description = "Where messages are kept and queues are."
  type        = string
}

variable "accounts" {
  description = "Service to the e-mail of its account."
  type        = map(string)
}

variable "push_accounts" {
  description = "E-mails of the accounts that Pub/Sub and Cloud Tasks call as."
  type        = object({ pubsub = string, tasks = string })
}

variable "topics" {
  description = "Topics of events. Gmail publishes to the one named gmail."
  type        = list(string)

  validation {
    condition     = contains(var.topics, "gmail")
    error_message = "topics needs gmail: Gmail publishes there."
  }
}

variable "dead_letters" {
  description = "Topics that have dead letters: all of `topics`, and what is only ever kept."
  type        = list(string)

  validation {
    condition     = length(setsubtract(var.topics, var.dead_letters)) == 0
    error_message = "Every topic needs dead letters."
  }
}

variable "subscriptions" {
  description = "Push subscription to its topic, the function's address and its timeout in seconds."
  type = map(object({
    topic   = string
    url     = string
    timeout = number
  }))
}

variable "publishers" {
  description = "Service to the topics that it publishes to; a dead-letter topic by its own name."
  type        = map(list(string))
}

variable "queues" {
  description = "Queue to its rate: dispatches a second, and at once."
  type = map(object({
    per_second = number
    at_once    = number
  }))

  validation {
    condition     = alltrue([for rate in values(var.queues) : rate.per_second <= 500 && rate.at_once <= 5000])
    error_message = "Cloud Tasks dispatches at most 500 tasks a second and 5000 at once."
  }
}

variable "enqueuers" {
  description = "Service to the queues that it adds to."
  type        = map(list(string))
}

variable "replayer" {
  description = "Service that lists and replays dead letters."
  type        = string
}

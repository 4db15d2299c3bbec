variable "project" {
  description = "Id of the Google Cloud project."
  type        = string
}

variable "region" {
  description = "Where Cloud Scheduler runs."
  type        = string
}

variable "account" {
  description = "E-mail of the account that Cloud Scheduler calls as."
  type        = string
}

variable "schedules" {
  description = "Job to its cron line (UTC), tries after a failure, the function's address and its timeout in seconds."
  type = map(object({
    cron    = string
    retries = number
    url     = string
    timeout = number
  }))

  validation {
    condition     = alltrue([for schedule in values(var.schedules) : schedule.retries >= 0 && schedule.retries <= 5])
    error_message = "Cloud Scheduler takes 0 to 5 retries."
  }
  validation {
    condition     = alltrue([for schedule in values(var.schedules) : schedule.timeout >= 5 && schedule.timeout <= 1790])
    error_message = "Cloud Scheduler waits 15 seconds to 30 minutes, and 10 seconds longer than the function."
  }
}

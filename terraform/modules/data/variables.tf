variable "project" {
  description = "Id of the Google Cloud project."
  type        = string
}

variable "region" {
  description = "Where documents and files are kept. A database cannot move."
  type        = string
}

variable "bucket" {
  description = "Name of the bucket of attachments, unique in all of Google Cloud."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "A bucket's name has 3 to 63 small letters, digits and dashes."
  }
}

variable "database_users" {
  description = "Services that read and write documents, each with the e-mail of its account."
  type        = map(string)
}

variable "file_readers" {
  description = "Services that only read attachments, likewise."
  type        = map(string)
}

variable "file_writers" {
  description = "Services that also write and delete them, likewise."
  type        = map(string)
}

variable "point_in_time_recovery" {
  description = "Keep every version of every document for 7 days."
  type        = bool
}

variable "backup_weeks" {
  description = "Weeks that a weekly backup is kept; 0: no backups."
  type        = number

  validation {
    condition     = contains(range(15), var.backup_weeks)
    error_message = "Firestore keeps a backup for 14 weeks at most."
  }
}

variable "deletion_protection" {
  description = "Refuse to delete the database, and the bucket while it holds files."
  type        = bool
}

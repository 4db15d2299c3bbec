output "database" {
  description = "The Firestore database."
  value       = google_firestore_database.default
}

output "bucket" {
  description = "The bucket of attachments."
  value       = google_storage_bucket.files
}

output "indexes" {
  description = "The composite indexes."
  value       = google_firestore_index.composite
}

output "fields" {
  description = "The fields with an index over all workspaces, with an expiry, and without any index."
  value = {
    group   = google_firestore_field.group
    expiry  = google_firestore_field.expiry
    unasked = google_firestore_field.unasked
  }
}

output "grants" {
  description = "Who may use the database and the files."
  value = {
    database = google_project_iam_member.database_user
    readers  = google_storage_bucket_iam_member.reader
    writers  = google_storage_bucket_iam_member.writer
  }
}

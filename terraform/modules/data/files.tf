# Attachments. Nobody but our services reads them: the API hands them out after asking who wants them.

resource "google_storage_bucket" "files" {
  #checkov:skip=CKV_GCP_62:the code logs who was given which file; access logs of Cloud Storage would be kept, and paid for, twice
  #checkov:skip=CKV_GCP_78:what is deleted or replaced by mistake comes back for seven days by soft delete; versions would do it a second time
  project                     = var.project
  name                        = var.bucket
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.deletion_protection

  soft_delete_policy {
    retention_duration_seconds = 604800 # 7 days
  }

  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 1 # days
    }
  }

  # Files on their way to and from a personal Telegram account: whoever asked removes them, unless it died meanwhile.
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age            = 1
      matches_prefix = ["telegram_account_calls/"]
    }
  }
}

resource "google_storage_bucket_iam_member" "reader" {
  for_each = var.file_readers
  bucket   = google_storage_bucket.files.name
  role     = "roles/storage.objectViewer"
  member   = "serviceAccount:${each.value}"
}

resource "google_storage_bucket_iam_member" "writer" {
  for_each = var.file_writers
  bucket   = google_storage_bucket.files.name
  role     = "roles/storage.objectUser"
  member   = "serviceAccount:${each.value}"
}

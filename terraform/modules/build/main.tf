# Who builds the image, and where the source waits that somebody sends by hand.

locals {
  build_email = "${google_service_account.build.account_id}@${var.project}.iam.gserviceaccount.com"
}

resource "google_service_account" "build" {
  project      = var.project
  account_id   = "parley-build"
  display_name = "Parley: tests and builds the image"
}

resource "google_artifact_registry_repository_iam_member" "build" {
  project    = var.project
  location   = var.region
  repository = var.repository
  role       = "roles/artifactregistry.writer"
  member     = "serviceAccount:${local.build_email}"
}

# Logs are written to a project as a whole.
resource "google_project_iam_member" "build_logs" {
  project = var.project
  role    = "roles/logging.logWriter"
  member  = "serviceAccount:${local.build_email}"
}

resource "google_storage_bucket" "source" {
  #checkov:skip=CKV_GCP_62:it holds copies of the repository for a week
  #checkov:skip=CKV_GCP_78:it holds copies of the repository for a week
  project                     = var.project
  name                        = "${var.project}-parley-source"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true # the repository has it all

  soft_delete_policy {
    retention_duration_seconds = 0
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age = 7 # days
    }
  }
}

resource "google_storage_bucket_iam_member" "build_source" {
  bucket = google_storage_bucket.source.name
  role   = "roles/storage.objectViewer"
  member = "serviceAccount:${local.build_email}"
}

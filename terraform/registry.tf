# Where images wait. Cloud Run keeps its own copy of what runs; what is kept here is for rolling back.

resource "google_artifact_registry_repository" "images" {
  #checkov:skip=CKV_GCP_84:Google's own keys encrypt it; images hold code that is no secret, and a key of ours would cost money every month
  project       = var.project
  location      = var.region
  repository_id = "parley"
  description   = "Images of Parley"
  format        = "DOCKER"

  cleanup_policies {
    id     = "keep-newest"
    action = "KEEP"
    most_recent_versions {
      keep_count = 10 # an image has a second version beside it: its packages, for the next build
    }
  }
  cleanup_policies {
    id     = "delete-untagged"
    action = "DELETE"
    condition {
      tag_state  = "UNTAGGED"
      older_than = "604800s" # 7 days
    }
  }
  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      tag_state  = "ANY"
      older_than = "2592000s" # 30 days
    }
  }

  depends_on = [google_project_service.api]
}

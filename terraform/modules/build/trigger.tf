# Every push to the branch is tested, built and rolled out.

resource "google_cloudbuild_trigger" "push" {
  count           = var.github == null ? 0 : 1
  project         = var.project
  location        = var.region
  name            = "parley"
  description     = "Tests, builds and rolls out Parley."
  filename        = "cloudbuild.yaml"
  service_account = "projects/${var.project}/serviceAccounts/${local.build_email}"

  github {
    owner = var.github.owner
    name  = var.github.repository
    push {
      branch = "^${var.github.branch}$"
    }
  }

  substitutions = {
    _REGION       = var.region
    _STATE_BUCKET = var.github.state_bucket
  }
}

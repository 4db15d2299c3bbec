# Who rolls an image out: terraform apply -refresh=false, acting as this account. It may put another image into the
# services that are there, and nothing else. What changes rights, topics or indexes is refused to it, and applied by a
# person: whoever can push to the branch cannot thereby give themselves rights.

locals {
  deploys      = var.github != null
  deploy_email = local.deploys ? "${google_service_account.deploy[0].account_id}@${var.project}.iam.gserviceaccount.com" : ""
}

resource "google_service_account" "deploy" {
  count        = local.deploys ? 1 : 0
  project      = var.project
  account_id   = "parley-deploy"
  display_name = "Parley: rolls out an image"
}

# The build becomes this account for its last step only.
resource "google_service_account_iam_member" "build_becomes_deploy" {
  count              = local.deploys ? 1 : 0
  service_account_id = "projects/${var.project}/serviceAccounts/${local.deploy_email}"
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = "serviceAccount:${local.build_email}"
}

resource "google_storage_bucket_iam_member" "deploy_state" {
  count  = local.deploys ? 1 : 0
  bucket = var.github.state_bucket
  role   = "roles/storage.objectUser"
  member = "serviceAccount:${local.deploy_email}"
}

resource "google_cloud_run_v2_service_iam_member" "deploy" {
  for_each = local.deploys ? toset(var.services) : []
  project  = var.project
  location = var.region
  name     = each.key
  role     = "roles/run.developer"
  member   = "serviceAccount:${local.deploy_email}"
}

resource "google_cloud_run_v2_worker_pool_iam_member" "deploy" {
  for_each = local.deploys ? toset(var.worker_pools) : []
  project  = var.project
  location = var.region
  name     = each.key
  role     = "roles/run.developer"
  member   = "serviceAccount:${local.deploy_email}"
}

# A service is changed by whoever may act as the account that it runs as.
resource "google_service_account_iam_member" "deploy_acts" {
  for_each           = local.deploys ? var.runtime_accounts : {}
  service_account_id = "projects/${var.project}/serviceAccounts/${each.value}"
  role               = "roles/iam.serviceAccountUser"
  member             = "serviceAccount:${local.deploy_email}"
}

resource "google_artifact_registry_repository_iam_member" "deploy" {
  count      = local.deploys ? 1 : 0
  project    = var.project
  location   = var.region
  repository = var.repository
  role       = "roles/artifactregistry.reader"
  member     = "serviceAccount:${local.deploy_email}"
}

# How far a change has come is an operation of the project, not of the service; it also tells the project's number.
resource "google_project_iam_member" "deploy_watches" {
  count   = local.deploys ? 1 : 0
  project = var.project
  role    = "roles/run.viewer"
  member  = "serviceAccount:${local.deploy_email}"
}

locals {
  apis = setunion(var.budget == null ? [] : ["billingbudgets"], [
    "artifactregistry",
    "cloudbuild",
    "cloudresourcemanager",
    "cloudscheduler",
    "cloudtasks",
    "cloudtrace",
    "containeranalysis", # provenance of builds, free; scanning of images would be another one, and is not
    "firebaserules",
    "firestore",
    "gmail",
    "iam",
    "iamcredentials",
    "logging",
    "monitoring",
    "pubsub",
    "run",
    "secretmanager",
    "serviceusage",
    "storage",
    "telemetry",
  ])
}

resource "google_project_service" "api" {
  for_each           = local.apis
  project            = var.project
  service            = "${each.key}.googleapis.com"
  disable_on_destroy = false # others in the project may use it
}

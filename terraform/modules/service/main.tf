# One Cloud Run service of the one image, and who may call it. It is paid for while a request is under way.

resource "google_cloud_run_v2_service" "service" {
  project  = var.project
  location = var.region
  name     = var.name

  # Pub/Sub, Cloud Tasks and Cloud Scheduler of the same project count as internal at a run.app address.
  ingress             = contains(var.invokers, "allUsers") ? "INGRESS_TRAFFIC_ALL" : "INGRESS_TRAFFIC_INTERNAL_ONLY"
  deletion_protection = false # nothing is kept in a service

  template {
    service_account                  = var.account
    timeout                          = "${var.limits.timeout}s"
    max_instance_request_concurrency = var.limits.concurrency

    scaling {
      min_instance_count = var.min_instances
      max_instance_count = var.limits.instances
    }

    containers {
      image   = var.image
      command = var.command
      args    = var.args

      ports {
        container_port = 8080
      }

      resources {
        limits            = { cpu = "1", memory = var.limits.memory }
        cpu_idle          = true # paid for while a request is under way, not for as long as the instance lives
        startup_cpu_boost = true
      }

      startup_probe {
        period_seconds    = 1
        timeout_seconds   = 1
        failure_threshold = 60
        http_get {
          path = "/healthz"
          port = 8080
        }
      }

      dynamic "env" {
        for_each = var.environment
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = var.secret_environment
        content {
          name = env.key
          value_source {
            secret_key_ref {
              secret  = env.value
              version = "latest" # read when an instance starts: a new value needs no change here
            }
          }
        }
      }
    }
  }
}

resource "google_cloud_run_v2_service_iam_member" "invoker" {
  for_each = toset(var.invokers)
  project  = var.project
  location = var.region
  name     = google_cloud_run_v2_service.service.name
  role     = "roles/run.invoker"
  member   = each.key
}

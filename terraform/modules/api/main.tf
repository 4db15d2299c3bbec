# The API with the dashboard and the web chat: the same image under uvicorn, open to everybody. It signs people in itself.

resource "google_cloud_run_v2_service" "api" {
  project             = var.project
  location            = var.region
  name                = "api"
  ingress             = "INGRESS_TRAFFIC_ALL"
  deletion_protection = false # nothing is kept in a service

  template {
    service_account                  = var.service.account
    timeout                          = "${var.service.limits.timeout}s" # an open dashboard asks anew after this
    max_instance_request_concurrency = var.service.limits.concurrency

    scaling {
      min_instance_count = var.service.min_instances
      max_instance_count = var.service.limits.instances
    }

    containers {
      image   = var.image
      command = ["uvicorn"]
      # Only Google's front end reaches a container: what it says of the caller's scheme is true. Open event streams end
      # before Cloud Run would kill them.
      args = [
        "api.server:app", "--host=0.0.0.0", "--port=8080", "--proxy-headers", "--forwarded-allow-ips=*",
        "--no-access-log", "--no-server-header", "--timeout-graceful-shutdown=8",
      ]

      ports {
        container_port = 8080
      }

      resources {
        limits            = { cpu = "1", memory = var.service.limits.memory }
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
        for_each = var.service.environment
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = var.service.secret_environment
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

# People sign in at the API itself, and a shop's visitors write without signing in.
resource "google_cloud_run_v2_service_iam_member" "public" {
  project  = var.project
  location = var.region
  name     = google_cloud_run_v2_service.api.name
  role     = "roles/run.invoker"
  member   = "allUsers"
}

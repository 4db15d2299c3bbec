# A function is a Cloud Run service: the one image under functions-framework, with an account of its own.

resource "google_cloud_run_v2_service" "function" {
  for_each = var.functions
  project  = var.project
  location = var.region
  name     = each.key

  # Pub/Sub, Cloud Tasks and Cloud Scheduler of the same project count as internal at a run.app address.
  ingress             = contains(each.value.invokers, "allUsers") ? "INGRESS_TRAFFIC_ALL" : "INGRESS_TRAFFIC_INTERNAL_ONLY"
  deletion_protection = false # nothing is kept in a service

  template {
    service_account                  = each.value.account
    timeout                          = "${each.value.limits.timeout}s"
    max_instance_request_concurrency = each.value.limits.concurrency

    scaling {
      min_instance_count = each.value.min_instances
      max_instance_count = each.value.limits.instances
    }

    containers {
      image = var.image

      ports {
        container_port = 8080
      }

      resources {
        limits            = { cpu = "1", memory = each.value.limits.memory }
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
        for_each = each.value.environment
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = each.value.secret_environment
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

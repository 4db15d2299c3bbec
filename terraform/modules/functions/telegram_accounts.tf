# Personal Telegram accounts need a connection that lives: one instance that always runs. Off unless asked for.

resource "google_cloud_run_v2_worker_pool" "telegram_accounts" {
  count               = var.telegram_accounts == null ? 0 : 1
  project             = var.project
  location            = var.region
  name                = "telegram-accounts"
  deletion_protection = false

  scaling {
    manual_instance_count = 1 # two would take the accounts from each other
  }

  template {
    service_account = var.telegram_accounts.account

    containers {
      image   = var.image
      command = ["python"]
      args    = ["-m", "functions.telegram_accounts.main"]

      resources {
        limits = { cpu = "1", memory = var.telegram_accounts.memory }
      }

      dynamic "env" {
        for_each = var.telegram_accounts.environment
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = var.telegram_accounts.secret_environment
        content {
          name = env.key
          value_source {
            secret_key_ref {
              secret  = env.value
              version = "latest"
            }
          }
        }
      }
    }
  }
}

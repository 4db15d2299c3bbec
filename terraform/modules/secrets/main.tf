# Empty secrets. Values are added by a command, never by terraform, so that none ever stands in its state.

resource "google_secret_manager_secret" "secret" {
  for_each  = var.readers
  project   = var.project
  secret_id = each.key

  # Without its keys, a database that is kept tells nothing of its inboxes' credentials.
  deletion_protection = var.deletion_protection && contains(var.irreplaceable, each.key)

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }
}

locals {
  grants = merge([
    for secret, readers in var.readers : {
      for service, email in readers : "${secret}/${service}" => { secret = secret, email = email }
    }
  ]...)
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each  = local.grants
  project   = var.project
  secret_id = google_secret_manager_secret.secret[each.value.secret].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${each.value.email}"
}

# Everything that is known stands in one Firestore database. The free allowance is the default database's.

resource "google_firestore_database" "default" {
  project          = var.project
  name             = "(default)"
  location_id      = var.region
  type             = "FIRESTORE_NATIVE"
  database_edition = "STANDARD"
  concurrency_mode = "PESSIMISTIC" # a transaction's reads are locked, as the code expects

  point_in_time_recovery_enablement = var.point_in_time_recovery ? "POINT_IN_TIME_RECOVERY_ENABLED" : "POINT_IN_TIME_RECOVERY_DISABLED"
  delete_protection_state           = var.deletion_protection ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = "DELETE" # else terraform would forget a database that it may not delete
}

resource "google_firestore_backup_schedule" "weekly" {
  count     = var.backup_weeks > 0 ? 1 : 0
  project   = var.project
  database  = google_firestore_database.default.name
  retention = "${var.backup_weeks * 7 * 24 * 3600}s"

  weekly_recurrence {
    day = "SUNDAY"
  }
}

# Rights to documents are given for a project as a whole: Firestore knows none for a collection.
resource "google_project_iam_member" "database_user" {
  for_each = var.database_users
  project  = var.project
  role     = "roles/datastore.user"
  member   = "serviceAccount:${each.value}"
}

# Browsers and apps that talk to Firestore by themselves get nothing. Our services do not come this way.
resource "google_firebaserules_ruleset" "nobody" {
  project = var.project

  source {
    files {
      name    = "firestore.rules"
      content = file("${path.module}/firestore.rules")
    }
  }

  depends_on = [google_firestore_database.default]
}

resource "google_firebaserules_release" "firestore" {
  project      = var.project
  name         = "cloud.firestore"
  ruleset_name = "projects/${var.project}/rulesets/${google_firebaserules_ruleset.nobody.name}"

  lifecycle {
    replace_triggered_by = [google_firebaserules_ruleset.nobody]
  }
}

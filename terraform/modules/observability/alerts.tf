# What all alerts share: who is told, and what they say.

locals {
  pages = yamldecode(file("${path.module}/pages.yaml"))
  documentation = {
    for anchor, page in local.pages : anchor => templatefile("${path.module}/alert.md.tftpl", {
      means  = page.means
      look   = page.look
      page   = var.operations_page
      anchor = anchor
    })
  }
  channels = google_monitoring_notification_channel.email[*].id
  # Incidents whose data has stopped are closed after this; the others when their condition ends.
  auto_close = "86400s"
}

resource "google_monitoring_notification_channel" "email" {
  count = var.alert_email == "" ? 0 : 1

  project      = var.project
  display_name = "Parley's operators"
  type         = "email"
  labels       = { email_address = var.alert_email }
}

output "dead_letter_alerts" {
  description = "Dead-letter subscription to the alert policy that watches it."
  value       = { for subscription, policy in google_monitoring_alert_policy.dead_letters : subscription => policy.name }
}

output "alert_severities" {
  description = "Every alert's display name to its severity."
  value       = { for policy in local.policies : policy.display_name => policy.severity }
}

output "dashboard" {
  description = "The dashboard's resource name."
  value       = google_monitoring_dashboard.desk.id
}

locals {
  policies = concat(
    values(google_monitoring_alert_policy.dead_letters),
    google_monitoring_alert_policy.late_events,
    google_monitoring_alert_policy.late_tasks,
    values(google_monitoring_alert_policy.query),
    [google_monitoring_alert_policy.schedule_silent],
    values(google_monitoring_alert_policy.burn),
  )
}

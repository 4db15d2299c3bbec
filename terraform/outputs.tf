output "url" {
  description = "Where the dashboard and the API are; empty until there is an image."
  value       = local.is_live ? local.public_url : ""
}

output "image_repository" {
  description = "Where to push the image."
  value       = "${var.region}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.images.repository_id}/parley"
}

output "hook_urls" {
  description = "Addresses that vendors call."
  value       = local.is_live ? { for name, function in local.functions : name => local.urls[name] if contains(function.callers, "vendor") } : {}
}

output "bucket" {
  description = "Where attachments are kept."
  value       = module.data.bucket.name
}

output "secrets" {
  description = "Secrets that need a value before there can be services."
  value       = keys(local.secrets)
}

output "service_accounts" {
  description = "Service or kind of caller to the e-mail of its account."
  value       = merge(local.emails, local.caller_emails)
}

output "build_account" {
  description = "Who builds the image."
  value       = module.build.account
}

output "dns_records" {
  description = "Records to enter at the registrar of your domain."
  value       = flatten(module.api[*].dns_records)
}

output "dead_letter_alerts" {
  description = "Dead-letter subscription to the alert that watches it."
  value       = module.observability.dead_letter_alerts
}

output "next_steps" {
  description = "What to do now, as commands."
  value       = local.is_live ? local.steps_when_live : local.steps_before_live
}

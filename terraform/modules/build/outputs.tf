output "account" {
  description = "E-mail of the account that builds."
  value       = local.build_email
}

output "deploy_account" {
  description = "E-mail of the account that rolls out; empty without a trigger."
  value       = local.deploy_email
}

output "source_bucket" {
  description = "Where source that is sent by hand waits."
  value       = google_storage_bucket.source.name
}

output "project_roles" {
  description = "Roles on the project as a whole."
  value       = concat([google_project_iam_member.build_logs], google_project_iam_member.deploy_watches)
}

output "names" {
  description = "The secrets' names. Whoever uses this output waits until the readers may read."
  value       = { for name, secret in google_secret_manager_secret.secret : name => secret.secret_id }
  depends_on  = [google_secret_manager_secret_iam_member.reader]
}

output "grants" {
  description = "Who may read which secret."
  value       = google_secret_manager_secret_iam_member.reader
}

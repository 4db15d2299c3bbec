output "service" {
  description = "The Cloud Run service as it was made."
  value       = google_cloud_run_v2_service.service
}

output "invokers" {
  description = "Who may call it. Whoever uses this output waits until they may."
  value       = [for grant in values(google_cloud_run_v2_service_iam_member.invoker) : grant.member]
}

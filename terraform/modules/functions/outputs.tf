output "urls" {
  description = "Function to its address. Whoever uses this output waits until the function is there and may be called."
  value       = { for name, service in google_cloud_run_v2_service.function : service.name => var.functions[name].url }
  depends_on  = [google_cloud_run_v2_service_iam_member.invoker]
}

output "services" {
  description = "The Cloud Run services as they were made."
  value       = google_cloud_run_v2_service.function
}

output "worker_pools" {
  description = "The worker of personal Telegram accounts, if there is one."
  value       = google_cloud_run_v2_worker_pool.telegram_accounts
}

output "invokers" {
  description = "Function to who may call it."
  value       = { for grant in values(google_cloud_run_v2_service_iam_member.invoker) : grant.name => grant.member... }
}

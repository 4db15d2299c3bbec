output "urls" {
  description = "Function to its address. Whoever uses this output waits until the function is there and may be called."
  value       = { for name, function in var.functions : module.service[name].service.name => function.url }
  depends_on  = [module.service]
}

output "services" {
  description = "The Cloud Run services as they were made."
  value       = { for name, made in module.service : name => made.service }
}

output "worker_pools" {
  description = "The worker of personal Telegram accounts, if there is one."
  value       = google_cloud_run_v2_worker_pool.telegram_accounts
}

output "invokers" {
  description = "Function to who may call it."
  value       = { for name, made in module.service : name => made.invokers }
}

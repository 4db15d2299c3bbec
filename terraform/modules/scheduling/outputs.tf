output "jobs" {
  description = "The jobs as they were made."
  value       = google_cloud_scheduler_job.job
}

output "service" {
  description = "The Cloud Run service as it was made."
  value       = google_cloud_run_v2_service.api
}

output "invoker" {
  description = "Who may call it."
  value       = google_cloud_run_v2_service_iam_member.public.member
}

output "dns_records" {
  description = "Records to enter at the domain's registrar."
  value = flatten([
    for mapping in google_cloud_run_domain_mapping.api : [
      for status in mapping.status : [
        for record in status.resource_records : "${record.name} ${record.type} ${record.rrdata}"
      ]
    ]
  ])
}

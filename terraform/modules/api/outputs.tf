output "service" {
  description = "The Cloud Run service as it was made."
  value       = module.service.service
}

output "invokers" {
  description = "Who may call it."
  value       = module.service.invokers
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

# A domain of one's own, without a load balancer (about $18 a month). Not every region has domain mappings.

resource "google_cloud_run_domain_mapping" "api" {
  count    = var.domain == null ? 0 : 1
  project  = var.project
  location = var.region
  name     = var.domain

  metadata {
    namespace = var.project
  }

  spec {
    route_name = module.service.service.name
  }
}

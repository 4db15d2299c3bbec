# The smallest deployment: letters, messengers, marketplaces and the web chat, answered from chunks without a model.

terraform {
  backend "gcs" {}
}

variable "image" {
  description = "The image, by digest; none on the first apply."
  type        = string
}

module "parley" {
  source      = "../.."
  project     = "my-shop-desk"
  alert_email = "owner@example.com"
  image       = var.image
}

output "next_steps" {
  description = "What to do now, as commands."
  value       = module.parley.next_steps
}

# A function is a Cloud Run service: the one image under functions-framework, with an account of its own. A vendor cannot
# show a Google account: its webhook is open to all, and the channel checks the vendor's secret.

module "service" {
  source             = "../service"
  for_each           = var.functions
  project            = var.project
  region             = var.region
  name               = each.key
  image              = var.image
  account            = each.value.account
  invokers           = each.value.invokers
  limits             = each.value.limits
  min_instances      = each.value.min_instances
  environment        = each.value.environment
  secret_environment = each.value.secret_environment
}

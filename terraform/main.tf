# A customer-conversation desk: what each module is for stands in README.md. The tables that decide everything are
# functions.tf, services.tf and topology.tf.

locals {
  bucket = "${var.project}-parley-files"
}

module "secrets" {
  source              = "./modules/secrets"
  project             = var.project
  region              = var.region
  irreplaceable       = ["encryption-keys"]
  deletion_protection = var.deletion_protection
  readers = {
    for secret in keys(local.secrets) :
    secret => { for service, row in local.services : service => local.emails[service] if contains(row.secrets, secret) }
  }
  depends_on = [google_project_service.api]
}

module "data" {
  source                 = "./modules/data"
  project                = var.project
  region                 = var.region
  bucket                 = local.bucket
  database_users         = local.emails
  file_readers           = { for service, row in local.services : service => local.emails[service] if row.files == "read" }
  file_writers           = { for service, row in local.services : service => local.emails[service] if row.files == "write" }
  point_in_time_recovery = var.point_in_time_recovery
  backup_weeks           = var.backup_weeks
  deletion_protection    = var.deletion_protection
  depends_on             = [google_project_service.api]
}

module "functions" {
  source  = "./modules/functions"
  project = var.project
  region  = var.region
  image   = var.image
  functions = {
    for name, function in local.functions : name => {
      url                = local.urls[name]
      account            = local.emails[name]
      invokers           = contains(function.callers, "vendor") ? ["allUsers"] : [for caller in function.callers : "serviceAccount:${local.caller_emails[caller]}"]
      limits             = function.limits
      min_instances      = contains(function.callers, "vendor") ? var.min_instances.webhooks : 0
      environment        = local.function_environment[name]
      secret_environment = local.secret_environment[name]
    } if local.is_live
  }
  telegram_accounts = local.is_live && var.telegram_accounts.enabled ? {
    account            = local.emails["telegram-accounts"]
    memory             = local.telegram_accounts.limits.memory
    environment        = local.common_environment
    secret_environment = local.secret_environment["telegram-accounts"]
  } : null
  depends_on = [module.data]
}

module "api" {
  source  = "./modules/api"
  count   = local.is_live ? 1 : 0
  project = var.project
  region  = var.region
  image   = var.image
  domain  = var.domain
  service = {
    account            = local.emails["api"]
    limits             = local.api.limits
    min_instances      = var.min_instances.api
    environment        = local.common_environment
    secret_environment = local.secret_environment["api"]
  }
  depends_on = [module.data]
}

module "messaging" {
  source         = "./modules/messaging"
  project        = var.project
  project_number = data.google_project.this.number
  region         = var.region
  accounts       = local.emails
  push_accounts  = { pubsub = local.caller_emails["pubsub"], tasks = local.caller_emails["tasks"] }
  topics         = keys(local.subscriptions)
  dead_letters   = local.dead_letters
  queues         = local.queues
  publishers     = { for service, row in local.services : service => row.publishes }
  enqueuers      = { for service, row in local.services : service => row.enqueues }
  replayer       = "api"
  subscriptions = {
    for topic, function in local.subscriptions : "${topic}-${function}" => {
      topic   = topic
      url     = module.functions.urls[function]
      timeout = local.functions[function].limits.timeout
    } if local.is_live
  }
  depends_on = [google_project_service.api]
}

module "scheduling" {
  source  = "./modules/scheduling"
  project = var.project
  region  = var.region
  account = local.caller_emails["scheduler"]
  schedules = {
    for name, schedule in local.schedules : name => {
      cron    = schedule.cron
      retries = schedule.retries
      url     = module.functions.urls[schedule.function]
      timeout = local.functions[schedule.function].limits.timeout
    } if local.is_live
  }
  depends_on = [google_project_service.api]
}

module "build" {
  source           = "./modules/build"
  project          = var.project
  region           = var.region
  repository       = google_artifact_registry_repository.images.name
  github           = var.github
  services         = concat(keys(module.functions.services), [for api in module.api : api.service.name])
  worker_pools     = [for pool in module.functions.worker_pools : pool.name]
  runtime_accounts = local.emails
  depends_on       = [google_project_service.api]
}

module "observability" {
  source                    = "./modules/observability"
  project                   = var.project
  project_number            = data.google_project.this.number
  region                    = var.region
  dead_letter_subscriptions = module.messaging.dead_letter_names
  push_subscriptions        = keys(module.messaging.push_subscriptions)
  queues                    = local.all_queues
  alert_email               = var.alert_email
  budget                    = var.budget
  services = {
    for name in keys(local.urls) : name => {
      url           = local.urls[name]
      timeout       = local.services[name].limits.timeout
      max_instances = local.services[name].limits.instances
    } if local.is_live
  }
  depends_on = [google_project_service.api]
}

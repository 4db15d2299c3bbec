# The API with the dashboard and the web chat: the same image under uvicorn, open to everybody. People sign in at the API
# itself, and a shop's visitors write without signing in.

module "service" {
  source  = "../service"
  project = var.project
  region  = var.region
  name    = "api"
  image   = var.image
  command = ["uvicorn"]
  # Only Google's front end reaches a container: what it says of the caller's scheme is true. Open event streams end
  # before Cloud Run would kill them.
  args = [
    "api.server:app", "--host=0.0.0.0", "--port=8080", "--proxy-headers", "--forwarded-allow-ips=*",
    "--no-access-log", "--no-server-header", "--timeout-graceful-shutdown=8",
  ]
  account            = var.service.account
  invokers           = ["allUsers"]
  limits             = var.service.limits # an open dashboard asks anew after the timeout
  min_instances      = var.service.min_instances
  environment        = var.service.environment
  secret_environment = var.service.secret_environment
}

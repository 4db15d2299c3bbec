# What an operator does after each of the two applies. Run in the checkout's root, with the product's own Python.

locals {
  manage = "PARLEY_STACK=cloud PARLEY_PROJECT=${var.project} PARLEY_REGION=${var.region} PARLEY_BUCKET=${local.bucket} .venv/bin/python -m api.manage"

  own_secrets = [for secret in keys(local.secrets) : secret if !contains(["encryption-keys", "jwt-secret"], secret)]

  steps_before_live = join("\n", concat(
    ["# 1. Make the keys and secrets that need no one else:", "${local.manage} make-secrets", ""],
    length(local.own_secrets) == 0 ? [] : ["# 2. Give the ones that others gave you (each is asked for):"],
    [for secret in local.own_secrets : "${local.manage} set-secret ${secret}"],
    length(local.own_secrets) == 0 ? [] : [""],
    [
      "# 3. Build the image:",
      join(" ", [
        "gcloud builds submit --project=${var.project} --region=${var.region} --config=cloudbuild.yaml",
        "--substitutions=_REGION=${var.region}",
        "--service-account=projects/${var.project}/serviceAccounts/${module.build.account}",
        "--gcs-source-staging-dir=gs://${module.build.source_bucket}/source .",
      ]),
      "",
      "# 4. Put the image into terraform/terraform.tfvars, where it stays, and apply again. What this prints is the line:",
      join(" ", [
        "echo \"image = \\\"${var.region}-docker.pkg.dev/${var.project}/parley/parley@$(gcloud builds list --project=${var.project}",
        "--region=${var.region} --filter=status=SUCCESS --limit=1 --format='value(results.images[0].digest)')\\\"\"",
      ]),
      "terraform -chdir=terraform apply",
    ],
  ))

  steps_when_live = join("\n", [
    "# 1. Bring the database to this version, and make yourself an account:",
    "${local.manage} migrate up",
    "${local.manage} create-user you@example.com --superuser",
    "",
    "# 2. Let a question go all the way through:",
    ".venv/bin/python -m api.manage smoke --url ${local.public_url} --email you@example.com",
    "",
    "# 3. Sign in:",
    local.public_url,
  ])
}

terraform {
  required_version = ">= 1.9"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 9"
    }
  }

  # Bucket and prefix come from outside: terraform init -backend-config=bucket=... -backend-config=prefix=parley
  backend "gcs" {}
}

provider "google" {
  project        = var.project
  region         = var.region
  default_labels = { app = "parley" } # one line of the bill
}

# Documents and files: kept, found, and shown to nobody.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  project     = "my-shop-desk"
  alert_email = "owner@example.com"
  image       = "europe-west1-docker.pkg.dev/my-shop-desk/parley/parley@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
}

run "database" {
  command = plan

  assert {
    condition     = module.data.database.name == "(default)" && module.data.database.type == "FIRESTORE_NATIVE"
    error_message = "The free allowance is that of the default database."
  }
  assert {
    condition     = module.data.database.delete_protection_state == "DELETE_PROTECTION_ENABLED" && module.data.database.deletion_policy == "DELETE"
    error_message = "By default nobody deletes the database, and terraform does not forget it either."
  }
  assert {
    condition     = alltrue([for field in values(module.data.fields.expiry) : length(field.ttl_config) == 1 && length(field.index_config) == 1])
    error_message = "expire_at is what Firestore removes documents by, and has no index: its values only ever grow."
  }
  assert {
    condition     = alltrue([for field in values(module.data.fields.unasked) : length(field.index_config) == 1 && length(field.index_config[0].indexes) == 0])
    error_message = "A field that nobody asks for has an index."
  }
  assert {
    condition = alltrue([
      for field in values(module.data.fields.group) : anytrue([for index in field.index_config[0].indexes : index.query_scope == "COLLECTION_GROUP"])
    ])
    error_message = "A field that is asked for over all workspaces has no index over them."
  }
}

run "files" {
  command = plan

  assert {
    condition     = module.data.bucket.public_access_prevention == "enforced" && module.data.bucket.uniform_bucket_level_access
    error_message = "Attachments are shown to nobody."
  }
  assert {
    condition     = length(setintersection(keys(module.data.grants.readers), keys(module.data.grants.writers))) == 0 && !contains(keys(merge(module.data.grants.readers, module.data.grants.writers)), "llm-reply")
    error_message = "A service reads files, or writes them too, or neither; the model's function has none."
  }
}

run "taking_it_down" {
  command = plan

  variables {
    deletion_protection = false
  }

  assert {
    condition     = module.data.database.delete_protection_state == "DELETE_PROTECTION_DISABLED" && module.data.database.deletion_policy == "DELETE" && module.data.bucket.force_destroy
    error_message = "Without deletion_protection terraform destroy takes everything down."
  }
}

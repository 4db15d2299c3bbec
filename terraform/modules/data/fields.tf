# Fields that Firestore treats in another way than it would by itself. Its provider waits and tries again where changes
# of several fields at once get in each other's way.

locals {
  # Collections whose documents Firestore removes some time after `expire_at`.
  expiring = toset([
    "attempts",
    "consents",
    "sessions",
    "telegram_account_calls",
    "telegram_account_logins",
    "telegram_links",
    "telegram_logins",
    "vault",
  ])

  # Long texts, ciphertexts, and maps that grow: nobody asks for them, and an index of each would make every write dearer
  # and slower. What is said of a map holds for all within it.
  unasked = {
    assistants              = ["instructions"]
    chunks                  = ["answer", "question"]
    consents                = ["verifier"]
    conversations           = ["draft", "facts", "handoff", "notices", "outbox", "preview", "reply_context", "window"]
    inboxes                 = ["credentials", "cursor", "thread_aliases", "webhook_secret"]
    messages                = ["attachments", "context", "evidence", "html", "previous_texts", "quoted", "text"]
    telegram_account_calls  = ["answer", "call"]
    telegram_account_logins = ["password", "qr_url"]
    topics                  = ["edited_drafts", "people", "shown"]
    vault                   = ["value"]
    work_groups             = ["replies", "spent", "strangers"]
  }
  unasked_fields = merge([
    for collection, fields in local.unasked : {
      for field in fields : "${collection}/${field}" => { collection = collection, field = field }
    }
  ]...)
}

# A field whose values only ever grow is a hot spot when it is indexed: `expire_at` is not.
resource "google_firestore_field" "expiry" {
  for_each   = local.expiring
  project    = var.project
  database   = google_firestore_database.default.name
  collection = each.key
  field      = "expire_at"
  ttl_config {}
  index_config {}
}

resource "google_firestore_field" "unasked" {
  for_each   = local.unasked_fields
  project    = var.project
  database   = google_firestore_database.default.name
  collection = each.value.collection
  field      = each.value.field
  index_config {}
}

# The indexes that the code's queries need (shared/store/indexes.py); a test compares. Firestore makes those of single
# fields of one collection by itself.

locals {
  newest = { path = "last_message_at", order = "DESCENDING" }

  # Name to the collection and its fields, in the order in which queries compare and sort them.
  composite_indexes = {
    by-status           = { collection = "conversations", fields = [{ path = "status", order = "ASCENDING" }, local.newest] }
    by-inbox            = { collection = "conversations", fields = [{ path = "inbox_id", order = "ASCENDING" }, local.newest] }
    by-status-and-inbox = { collection = "conversations", fields = [{ path = "status", order = "ASCENDING" }, { path = "inbox_id", order = "ASCENDING" }, local.newest] }
    by-channel          = { collection = "conversations", fields = [{ path = "channel", order = "ASCENDING" }, local.newest] }
    by-owner            = { collection = "conversations", fields = [{ path = "owner", order = "ASCENDING" }, local.newest] }
    unread              = { collection = "conversations", fields = [{ path = "is_unread", order = "ASCENDING" }, local.newest] }
    by-label            = { collection = "conversations", fields = [{ path = "labels", array = "CONTAINS" }, local.newest] }
  }

  # Single fields that are asked for over all workspaces at once.
  group_indexes = {
    conversations = "due_at"
    inboxes       = "health"
    members       = "user_id"
  }
}

resource "google_firestore_index" "composite" {
  for_each    = local.composite_indexes
  project     = var.project
  database    = google_firestore_database.default.name
  collection  = each.value.collection
  query_scope = "COLLECTION"

  dynamic "fields" {
    for_each = each.value.fields
    content {
      field_path   = fields.value.path
      order        = lookup(fields.value, "order", null)
      array_config = lookup(fields.value, "array", null)
    }
  }
}

resource "google_firestore_field" "group" {
  for_each   = local.group_indexes
  project    = var.project
  database   = google_firestore_database.default.name
  collection = each.key
  field      = each.value

  index_config {
    indexes {
      order       = "ASCENDING"
      query_scope = "COLLECTION_GROUP"
    }
  }
}

# One row a function, and all else follows: account, rights, environment, who may call. A right stands here because the
# code of that function uses it; which step publishes or enqueues what is in shared/services.
#
#   callers    who may call: vendor (anybody; the channel checks), or the accounts of pubsub, tasks, scheduler
#   limits     seconds a request, requests at once an instance, memory, instances
#   publishes  topics that it publishes to        enqueues  queues that it adds to
#   files      what it does with attachments: none, read, write
#   secrets    what it may read; one that the deployment does not use is left out

locals {
  functions = {
    gmail-push = {
      callers   = ["pubsub"]
      limits    = { timeout = 240, concurrency = 10, memory = "512Mi", instances = 10 }
      publishes = ["message-received", "conversation-changed"]
      enqueues  = []
      files     = "none"
      secrets   = ["encryption-keys", "google-client-secret"]
    }
    telegram-webhook = {
      callers   = ["vendor"]
      limits    = { timeout = 30, concurrency = 40, memory = "512Mi", instances = 20 }
      publishes = ["message-received", "message-queued", "conversation-changed", "unreadable-dead"]
      enqueues  = ["tasks-telegram-bot"] # work groups
      files     = "none"
      secrets   = ["encryption-keys"]
    }
    channel-webhook = {
      callers   = ["vendor"]
      limits    = { timeout = 30, concurrency = 40, memory = "512Mi", instances = 20 }
      publishes = ["message-received", "inbox-pull", "conversation-changed", "unreadable-dead"]
      enqueues  = []
      files     = "none"
      secrets   = ["encryption-keys"]
    }
    schedule-pulls = {
      callers   = ["scheduler"]
      limits    = { timeout = 50, concurrency = 1, memory = "512Mi", instances = 2 }
      publishes = ["inbox-pull"]
      enqueues  = []
      files     = "none"
      secrets   = []
    }
    channel-pull = {
      callers   = ["pubsub"]
      limits    = { timeout = 240, concurrency = 10, memory = "512Mi", instances = 20 }
      publishes = ["message-received", "conversation-changed"]
      enqueues  = []
      files     = "none"
      secrets   = ["encryption-keys", "google-client-secret"]
    }
    # The model reads what strangers write. Whatever it is talked into, there is no channel's credential to be had here.
    llm-reply = {
      callers   = ["pubsub", "tasks"] # tasks: when the customer has stopped typing
      limits    = { timeout = 240, concurrency = 20, memory = "512Mi", instances = 20 }
      publishes = ["message-queued", "conversation-changed"]
      enqueues  = local.all_queues
      files     = "none"
      secrets   = ["llm-api-key"]
    }
    deliver = {
      callers   = ["pubsub"]
      limits    = { timeout = 120, concurrency = 10, memory = "1Gi", instances = 20 }
      publishes = ["conversation-changed"]
      enqueues  = local.vendor_queues
      files     = var.telegram_accounts.enabled ? "write" : "read" # files reach a personal account through the bucket
      secrets   = ["encryption-keys", "google-client-secret"]
    }
    mirror = {
      callers   = ["pubsub"]
      limits    = { timeout = 60, concurrency = 10, memory = "512Mi", instances = 10 }
      publishes = []
      enqueues  = local.vendor_queues
      files     = "read"
      secrets   = ["encryption-keys"]
    }
    # Cloud Tasks gives up waiting after five minutes (infra/gcp/cloud_tasks.py): the function must have answered.
    run-task = {
      callers   = ["tasks"]
      limits    = { timeout = 290, concurrency = 20, memory = "1Gi", instances = 20 }
      publishes = ["message-received", "message-queued", "inbox-pull", "conversation-changed", "unreadable-dead"]
      enqueues  = concat(["tasks"], local.vendor_queues)
      files     = "write"
      secrets   = ["encryption-keys", "google-client-secret"]
    }
    gmail-watch = {
      callers   = ["scheduler"]
      limits    = { timeout = 300, concurrency = 1, memory = "512Mi", instances = 2 }
      publishes = []
      enqueues  = []
      files     = "none"
      secrets   = ["encryption-keys", "google-client-secret"]
    }
    sweep = {
      callers   = ["scheduler"]
      limits    = { timeout = 120, concurrency = 1, memory = "512Mi", instances = 2 }
      publishes = ["message-received", "message-queued"]
      enqueues  = ["tasks", "tasks-telegram-bot"]
      files     = "none"
      secrets   = []
    }
    compare-inboxes = {
      callers   = ["scheduler"]
      limits    = { timeout = 120, concurrency = 1, memory = "512Mi", instances = 2 }
      publishes = []
      enqueues  = local.comparing_queues
      files     = "none"
      secrets   = []
    }
  }

  # Channels whose vendor can be asked what it holds.
  comparing_queues = [
    "tasks-telegram-account", "tasks-gmail", "tasks-imap", "tasks-avito", "tasks-ozon", "tasks-wildberries",
    "tasks-yandex-market",
  ]
}

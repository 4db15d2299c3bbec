# What talks to what. The names are the code's own (infra/topology.py, infra/task_queues.py); a test compares both.

locals {
  # Topic to the function that gets its events pushed.
  subscriptions = {
    gmail                = "gmail-push"
    message-received     = "llm-reply"
    message-queued       = "deliver"
    inbox-pull           = "channel-pull"
    conversation-changed = "mirror"
  }

  # Vendors' calls that nobody could read have a dead-letter topic only: they were never an event.
  dead_letters = concat(keys(local.subscriptions), ["unreadable"])

  # Dispatches of all inboxes together. Messengers are quick; marketplaces and mail are asked carefully.
  writing = { per_second = 100, at_once = 400 } # as many as llm-reply takes: a reply waits for the model, not for us
  quick   = { per_second = 50, at_once = 50 }
  careful = { per_second = 10, at_once = 10 }
  queues = {
    replies                 = local.writing
    tasks                   = local.quick # calls no vendor
    tasks-telegram-bot      = local.quick
    tasks-telegram-business = local.quick
    tasks-telegram-account  = local.careful
    tasks-gmail             = local.careful
    tasks-imap              = local.careful
    tasks-avito             = local.careful
    tasks-ozon              = local.careful
    tasks-wildberries       = local.careful
    tasks-yandex-market     = local.careful
    tasks-web-chat          = local.quick
  }
  all_queues    = keys(local.queues)
  vendor_queues = [for queue in local.all_queues : queue if startswith(queue, "tasks-")]

  # A missed minute is made up for by the next one; a missed day is worth more tries. Comparisons spread over the four
  # hours that follow: a night in Moscow.
  schedules = {
    schedule-pulls  = { function = "schedule-pulls", cron = "* * * * *", retries = 1 }
    sweep           = { function = "sweep", cron = "* * * * *", retries = 1 }
    gmail-watch     = { function = "gmail-watch", cron = "17 3 * * *", retries = 5 }
    compare-inboxes = { function = "compare-inboxes", cron = "47 21 * * *", retries = 5 }
  }
}

"""A persistent queue in one SQLite file: the embedded stack's Pub/Sub, Cloud Tasks and Cloud Scheduler.

Any number of processes enqueue (`Queue`, `QueueBus`, `QueueTasks`); exactly one `Dispatcher` works it.
"""

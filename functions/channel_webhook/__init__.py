"""The other vendors' webhooks: `/hooks/{channel}/{inbox_id}/{secret}`."""

"""A local Telegram: Bot API, several people's chats, and a page to watch them.

It stands in for api.telegram.org on the loopback, with the official server's checks and error
texts. It keeps everything in memory, talks to nobody outside, and is never used in production.
"""

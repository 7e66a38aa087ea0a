"""Where the talk happens, one file each. A channel reads a message, calls talks.hear, and carries what is said.

WEB and TERMINAL answer at once. The others are in CHATS: a webhook brings a message, the worker sends the answer. To add one (Telegram is such a
file), write it with `hear` and `send`, and add its line here.
"""

from __future__ import annotations

from folkmoot.action.channels import messenger, twilio
from folkmoot.action.channels.model import Chat

CHATS: dict[str, Chat] = {chat.name: chat for chat in (twilio.CHAT, messenger.CHAT)}
OPERATIONS = (*twilio.OPERATIONS, *messenger.OPERATIONS)
__all__ = ["CHATS", "OPERATIONS"]

"""Every number the sandbox refuses or times by, each with where it comes from.

Sources: https://core.telegram.org/bots/api (cited as "Bot API"), its FAQ (https://core.telegram.org/bots/faq) and the
constants of python-telegram-bot, which collect the undocumented ones.
"""

from __future__ import annotations

#: Longest message text in UTF-16 code units, counted after entities are parsed (Bot API, sendMessage).
TEXT_MAX_UNITS = 4096
#: Longest caption in UTF-16 code units, counted after entities are parsed (Bot API, sendPhoto).
CAPTION_MAX_UNITS = 1024
#: Entities beyond this number are ignored, without an error (undocumented; ``MessageLimit.MESSAGE_ENTITIES``).
ENTITIES_MAX = 100

#: Callback data of an inline button, in bytes of UTF-8 (Bot API, InlineKeyboardButton).
CALLBACK_DATA_MAX_BYTES = 64
#: Buttons a message may carry (undocumented; ``InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER``).
INLINE_BUTTONS_MAX = 100
#: Inline buttons in a row; the rest of a longer row is dropped (undocumented; ``BUTTONS_PER_ROW``).
INLINE_BUTTONS_PER_ROW = 8
#: Text of an answer to a button press, in characters (Bot API, answerCallbackQuery).
CALLBACK_ANSWER_MAX = 200
#: Seconds a button press may be answered. Telegram does not publish the figure; bots see "query is too old" after
#: about this long, and a bot that needs more is too slow for the person who pressed.
CALLBACK_QUERY_SECONDS = 30

#: Payload of a deep link, ``/start <payload>`` (https://core.telegram.org/bots/features#deep-linking).
DEEP_LINK_MAX = 64

#: Messages deleted by one deleteMessages call (Bot API).
BULK_MAX = 100
#: A bot may delete a message only this many seconds after it was sent: 48 hours (Bot API, deleteMessage).
DELETE_WINDOW_SECONDS = 48 * 60 * 60

#: Most updates one getUpdates call returns (Bot API).
UPDATES_MAX = 100
#: Longest long poll, in seconds; a longer one is shortened (Bot API server, ``LONG_POLL_MAX_TIMEOUT``).
POLL_MAX_SECONDS = 50
#: Telegram keeps an update nobody fetched for 24 hours (Bot API, "Getting updates").
UPDATE_LIFETIME_SECONDS = 24 * 60 * 60

#: Photo uploaded by a bot, bytes: 10 MB (Bot API, sendPhoto).
PHOTO_MAX_BYTES = 10_000_000
#: Sum of a photo's width and height, pixels (Bot API, sendPhoto).
PHOTO_MAX_SIDES = 10_000
#: Ratio of a photo's sides (Bot API, sendPhoto).
PHOTO_MAX_RATIO = 20
#: Any other file uploaded by a bot, bytes: 50 MB (Bot API, "Sending files").
UPLOAD_MAX_BYTES = 50_000_000
#: File a bot may download, bytes: 20 MB (Bot API, getFile).
DOWNLOAD_MAX_BYTES = 20_000_000
#: Pixels of the longer side of the sizes in which Telegram keeps a photo (types s, m, x, y of its photo sizes).
PHOTO_SIDES = (90, 320, 800, 1280)
#: Album, sendMediaGroup (Bot API).
MEDIA_GROUP_MIN, MEDIA_GROUP_MAX = 2, 10

#: Bot commands in one menu; letters of a command; letters of its description (Bot API, setMyCommands, BotCommand).
COMMANDS_MAX = 100
COMMAND_MAX = 32
COMMAND_DESCRIPTION_MAX = 256
#: Bot's name, description and short description, in characters (Bot API, setMyName and neighbours).
NAME_MAX = 64
DESCRIPTION_MAX = 512
SHORT_DESCRIPTION_MAX = 120

#: Name of a forum topic, in characters (Bot API, createForumTopic).
TOPIC_NAME_MAX = 128
#: Colours Telegram allows for a topic's icon (Bot API, createForumTopic).
TOPIC_COLOURS = (0x6FB9F0, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F)
#: Identifier of the General topic. It cannot be written to by this number: leave message_thread_id out.
GENERAL_TOPIC = 1

#: Location: degrees (Bot API, sendLocation).
LATITUDE_MAX = 90
LONGITUDE_MAX = 180

#: Seconds a "typing…" lasts unless a message comes first (Bot API, sendChatAction: 5 seconds or less).
CHAT_ACTION_SECONDS = 5
#: Actions sendChatAction knows (Bot API).
CHAT_ACTIONS = frozenset(
    {
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "record_audio",
        "upload_audio", "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
    }
)  # fmt: skip

#: Webhook secret, in characters of A-Z a-z 0-9 _ - (Bot API, setWebhook).
WEBHOOK_SECRET_MAX = 256
#: Seconds until an unanswered webhook delivery counts as failed (Telegram: about a minute; shorter here).
WEBHOOK_TIMEOUT_SECONDS = 10

#: Updates a bot is not sent unless it names them in allowed_updates (Bot API, getUpdates).
UPDATES_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})

"""Photos, documents, voice messages, albums, locations, and downloading files."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.limits import LATITUDE_MAX, LONGITUDE_MAX, MEDIA_GROUP_MAX, MEDIA_GROUP_MIN
from bot.sandbox.methods.messages import caption_content, send
from bot.sandbox.methods.place import writable_chat
from bot.sandbox.methods.registry import MethodList
from bot.sandbox.model import Payload
from bot.sandbox.params import Params, Upload
from bot.sandbox.world import World

methods = MethodList()


async def _media(world: World, kind: str, params: Params, upload: Upload | None, reference: str) -> Payload:
    """Content of a photo, document or voice message from an upload or a known file_id."""
    if upload is None:
        if not reference:
            raise bad_request(f"there is no {kind} in the request")
        if reference.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")  # The sandbox fetches nothing from the network.
        return _known(world, kind, reference)
    if kind == "photo":
        # Scaling takes a while; the people in the other chats should not wait for it.
        return {"photo": await asyncio.to_thread(world.files.add_photo, upload.content)}
    if kind == "voice":
        duration = params.integer("duration") or 0
        return {"voice": world.files.add_voice(upload.content, duration, upload.mime_type)}
    return {"document": world.files.add_document(upload.content, upload.name, upload.mime_type)}


def _known(world: World, kind: str, file_id: str) -> Payload:
    describes = world.files.get(file_id).describes
    if kind == "photo":
        for chat in world.chats.values():
            for stored in chat.messages.values():
                sizes = stored.payload.get("photo", [])
                if any(size["file_id"] == file_id for size in sizes):
                    return {"photo": sizes}
        if "width" not in describes:
            raise bad_request("type of file mismatch")
        return {"photo": [describes]}
    wanted = "duration" if kind == "voice" else "file_name"
    if wanted not in describes:
        raise bad_request("type of file mismatch")
    return {kind: describes}


async def _send_media(world: World, params: Params, kind: str) -> Any:
    caption = caption_content(params)
    chat = writable_chat(world, params)
    content = await _media(world, kind, params, params.upload(kind), params.text(kind))
    return send(world, chat, params, {**content, **caption})


@methods.add("sendPhoto", sends=True)
async def send_photo(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#sendphoto."""
    return await _send_media(world, params, "photo")


@methods.add("sendDocument", sends=True)
async def send_document(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#senddocument."""
    return await _send_media(world, params, "document")


@methods.add("sendVoice", sends=True)
async def send_voice(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#sendvoice."""
    return await _send_media(world, params, "voice")


@methods.add("sendLocation", sends=True)
async def send_location(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#sendlocation."""
    chat = writable_chat(world, params)
    latitude, longitude = params.number("latitude"), params.number("longitude")
    if latitude is None or longitude is None or abs(latitude) > LATITUDE_MAX or abs(longitude) > LONGITUDE_MAX:
        raise bad_request("wrong latitude or longitude specified")
    return send(world, chat, params, {"location": {"latitude": latitude, "longitude": longitude}})


@methods.add("sendMediaGroup", sends=True)
async def send_media_group(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#sendmediagroup, for photos and documents."""
    chat = writable_chat(world, params)
    items = params.object("media", "media")
    if not isinstance(items, list) or not MEDIA_GROUP_MIN <= len(items) <= MEDIA_GROUP_MAX:
        raise bad_request("wrong number of media in the group")
    contents: list[Payload] = []
    for item in items:
        kind = item.get("type") if isinstance(item, dict) else None
        if kind not in ("photo", "document"):
            raise bad_request("can't use the media of the specified type in the album")
        caption = caption_content(Params({k: v for k, v in item.items() if v is not None}, {}))
        media = str(item.get("media", ""))
        contents.append({**await _media(world, kind, params, params.attached(media), media), **caption})
    group_id = str(world.journal.last_call + 13_000_000_000)
    return [send(world, chat, params, {**content, "media_group_id": group_id}) for content in contents]


@methods.add("getFile")
async def get_file(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#getfile."""
    return world.files.as_file(params.text("file_id"))

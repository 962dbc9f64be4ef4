// The sandbox's page: one person's chat with the bot, and the staff's group beside it.
//
// It knows nothing by itself: it reads /sandbox/state and messages once, then follows /sandbox/events. What people and
// bots wrote reaches the page as text nodes only (textContent), never as markup.

import { CITIES, FIRST_NAMES, LANGUAGES, WORDS } from "./words.js";

const TEXT_MAX = 4096;
const GENERAL = 0;
const $ = (id) => document.getElementById(id);

const state = {
  seq: 0, online: null, staffChat: 0, person: null, about: {}, chat: {}, commands: [], people: [], staff: { topics: [], members: {} },
  messages: { chat: new Map(), staff: new Map() }, topic: null, unread: new Map(), typing: 0, editing: null, replying: null,
  waiting: new Map(), keysHidden: false, memberId: null,
};

// ---- words -----------------------------------------------------------------------------------------------------------

function language() {
  const code = (state.person?.language_code || navigator.language || "en").slice(0, 2);
  return WORDS[code] ? code : "en";
}

function word(key, values = {}) {
  const text = WORDS[language()][key] ?? WORDS.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

function relabel() {
  document.documentElement.lang = language();
  for (const node of document.querySelectorAll("[data-w]")) node.textContent = word(node.dataset.w);
  for (const node of document.querySelectorAll("[data-wl]")) {
    node.setAttribute("aria-label", word(node.dataset.wl));
    if (node.matches("button")) node.title = word(node.dataset.wl);
  }
  for (const node of document.querySelectorAll("[data-wp]")) node.placeholder = word(node.dataset.wp);
  fill($("language"), Object.entries(LANGUAGES), language());
  fill($("city"), CITIES.map((city, index) => [index, city[language()]]), $("city").value || 0);
  $("menu").setAttribute("aria-label", word("commands"));
  document.title = `${state.about.name || "Pristan"} · ${word("sandbox")}`;
}

function clock(seconds) {
  return new Intl.DateTimeFormat(language(), { hour: "2-digit", minute: "2-digit" }).format(new Date(seconds * 1000));
}

function day(seconds) {
  const date = new Date(seconds * 1000);
  if (date.toDateString() === new Date().toDateString()) return word("today");
  return new Intl.DateTimeFormat(language(), { day: "numeric", month: "long" }).format(date);
}

// ---- small things ----------------------------------------------------------------------------------------------------

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function symbol(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

function button(className, label, action, ...children) {
  const node = make("button", className, ...(children.length ? children : [label]));
  node.type = "button";
  if (children.length) { node.setAttribute("aria-label", label); node.title = label; }
  node.addEventListener("click", action);
  return node;
}

function fill(select, options, chosen) {
  select.replaceChildren(...options.map(([value, label]) => {
    const option = make("option", "", label);
    option.value = value;
    return option;
  }));
  select.value = String(chosen);
}

let toastTimer = 0;
function toast(text, seconds = 4) {
  const inStaff = document.body.dataset.pane === "staff" && getComputedStyle(document.querySelector(".phone")).display === "none";
  document.querySelector(inStaff ? ".staff .foot" : ".phone .foot").append($("toast"));
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, seconds * 1000);
}

async function call(method, path, body) {
  const options = { method, headers: {} };
  if (body instanceof FormData) options.body = body;
  else if (body) { options.body = JSON.stringify(body); options.headers["Content-Type"] = "application/json"; }
  const response = await fetch(`/sandbox/${path}`, options);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || String(response.status));
  return answer;
}

/** Do it, and say so when it did not work. */
async function attempt(action) {
  try { return await action(); } catch (error) { toast(word("failed", { why: error.message })); return null; }
}

const act = (personId, action, body = {}) => call("POST", `people/${personId}/${action}`, body);

/** Ask with a dialog of ours; resolves to true when it was confirmed. */
function ask(dialog) {
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "ok"), { once: true });
    dialog.showModal();
  });
}

async function confirmBox({ title, hint = "", ok, input = false, single = false }) {
  $("h-ask").textContent = title;
  $("ask-hint").textContent = hint;
  $("ask-hint").hidden = !hint;
  $("ask-field").hidden = !input;
  $("ask-input").required = input;
  $("ask-input").disabled = !input;
  $("ask-input").value = "";
  $("ask-cancel").hidden = single;
  $("ask-ok").textContent = ok;
  return await ask($("d-ask")) ? (input ? $("ask-input").value : true) : null;
}

// ---- what a message looks like ---------------------------------------------------------------------------------------

const WRAPS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote", expandable_blockquote: "blockquote" };

/** Text with its entities as nodes. Offsets are UTF-16 units, which is what JavaScript counts in. */
function formatted(text, entities, start = 0, end = text.length) {
  const nodes = [];
  let position = start;
  for (let index = 0; index < entities.length; index += 1) {
    const entity = entities[index];
    const from = entity.offset;
    const to = Math.min(entity.offset + entity.length, end);
    if (from < position || from >= end) continue;
    if (from > position) nodes.push(text.slice(position, from));
    const inner = entities.slice(index + 1).filter((other) => other.offset >= from && other.offset + other.length <= to);
    nodes.push(entityNode(entity, text.slice(from, to), formatted(text, inner, from, to)));
    position = to;
    // A line break right after a quote is the quote's own.
    if (/quote|pre/.test(entity.type) && text[position] === "\n") position += 1;
  }
  if (position < end) nodes.push(text.slice(position, end));
  return nodes;
}

function entityNode(entity, text, children) {
  if (WRAPS[entity.type]) return make(WRAPS[entity.type], "", ...children);
  if (entity.type === "spoiler") { const node = make("span", "spoiler", ...children); node.tabIndex = 0; return node; }
  if (entity.type === "url" || entity.type === "text_link") return link(entity.url || text, children);
  if (entity.type === "phone_number") return tap("tap number", children, () => toast(word("would_call", { number: text }), 6));
  if (entity.type === "bot_command") return tap("tap", children, () => sendText(text));
  return make("span", "", ...children);
}

function tap(className, children, action) {
  const node = make("button", className, ...children);
  node.type = "button";
  node.addEventListener("click", action);
  return node;
}

function link(url, children) {
  const address = /^[a-z][a-z0-9+.-]*:/i.test(url) ? url : `https://${url}`;
  if (!/^https?:\/\//i.test(address)) return make("span", "", ...children);
  const node = make("a", "", ...children);
  node.href = address;
  node.target = "_blank";
  node.rel = "noopener noreferrer";
  return node;
}

function cityNear({ latitude, longitude }) {
  const near = CITIES.find((city) => Math.hypot(city.latitude - latitude, city.longitude - longitude) < 0.7);
  return near ? word("location_of", { city: near[language()] }) : word("place");
}

function card(icon, title, detail) {
  return make("span", "card", symbol(icon), make("span", "", make("b", "", title), make("span", "", detail)));
}

function media(message) {
  if (message.photo) {
    const image = make("img", "photo");
    const size = message.photo[message.photo.length - 1];
    image.src = `/sandbox/files/${encodeURIComponent(size.file_id)}`;
    image.alt = word("photo_alt");
    image.width = size.width;
    image.height = size.height;
    image.loading = "lazy";
    return image;
  }
  if (message.location) {
    const { latitude, longitude } = message.location;
    return card("pin", cityNear(message.location), `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`);
  }
  if (message.document) {
    const node = make("a", "", card("file", message.document.file_name || word("file"), `${Math.max(1, Math.round((message.document.file_size || 0) / 1024))} KB`));
    node.href = `/sandbox/files/${encodeURIComponent(message.document.file_id)}`;
    node.download = message.document.file_name || "file";
    return node;
  }
  if (message.voice) {
    const seconds = message.voice.duration || 0;
    return card("voice", word("voice"), `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
  }
  if (message.sticker) { const node = make("span", "sticker", message.sticker.emoji || "🙂"); node.setAttribute("role", "img"); node.setAttribute("aria-label", word("sticker")); return node; }
  return null;
}

function serviceText(message) {
  if (message.forum_topic_created) return `${word("topic_created")}: ${message.forum_topic_created.name}`;
  if (message.forum_topic_closed) return word("topic_closed");
  if (message.forum_topic_reopened) return word("topic_reopened");
  if (message.forum_topic_edited) return word("topic_renamed", { name: message.forum_topic_edited.name || "" });
  if (message.new_chat_members) return word("joined");
  if (message.left_chat_member) return word("left");
  return null;
}

function short(message) {
  const text = message.text || message.caption;
  if (text) return text.replace(/\s+/g, " ").slice(0, 160);
  if (message.photo) return word("photo");
  if (message.location) return word("location");
  if (message.voice) return word("voice");
  if (message.sticker) return message.sticker.emoji || word("sticker");
  if (message.document) return message.document.file_name || word("file");
  return serviceText(message) || "";
}

function originName(origin) {
  return origin.sender_user_name || origin.sender_user?.first_name || origin.chat?.title || origin.sender_chat?.title || "?";
}

/** One message as a node. `pane` is "chat" or "staff"; `viewer` is the id of the person who looks. */
function messageNode(view, pane, viewer) {
  const { message } = view;
  const service = serviceText(message);
  if (service) { const node = make("div", "service", service); node.dataset.id = view.message_id; return node; }
  const own = message.from.id === viewer;
  const node = make("div", `msg ${own ? "out" : "in"}`);
  node.dataset.id = view.message_id;
  const bubble = make("div", message.sticker ? "bubble bare" : "bubble");
  bubble.dir = "auto";
  const sender = view.from_bot ? state.about.name || message.from.first_name : message.from.first_name;
  if (pane === "staff" && !own) bubble.append(make("span", "name", sender));
  else bubble.append(make("span", "hidden", `${own ? word("you") : sender}: `));
  if (message.forward_origin) bubble.append(make("span", "from", word("forwarded", { name: originName(message.forward_origin) })));
  const answered = message.reply_to_message;
  if (answered && !answered.forum_topic_created) {
    const quote = button("quote", short(answered), () => reveal(pane, answered.message_id), make("b", "", answered.from.id === viewer ? word("you") : answered.from.first_name), make("span", "", short(answered)));
    bubble.append(quote);
  }
  const shown = media(message);
  if (shown) bubble.append(shown);
  const text = message.text ?? message.caption ?? "";
  bubble.append(...formatted(text, message.entities || message.caption_entities || []));
  bubble.append(metaNode(view, own));
  node.append(bubble);
  const rows = view.markup?.inline_keyboard;
  if (rows?.length) { node.classList.add("keys-below"); node.append(inlineNode(view, rows, pane)); }
  const tools = make("span", "tools");
  if (own && message.text && !message.text.startsWith("/") && pane === "chat") tools.append(button("icon", word("edit"), () => startEditing(view), symbol("edit")));
  if (!own && pane === "staff") tools.append(button("icon", word("reply"), () => startReply(view), symbol("reply")));
  if (tools.childNodes.length) node.append(tools);
  return node;
}

function metaNode(view, own) {
  const meta = make("span", "meta");
  if (view.message.edit_date && !view.from_bot) meta.append(`${word("edited")} `);
  meta.append(clock(view.message.date));
  if (own) {
    const ticks = symbol(view.seen ? "two" : "one");
    ticks.removeAttribute("aria-hidden");
    ticks.setAttribute("role", "img");
    ticks.setAttribute("aria-label", word(view.seen ? "seen" : "sent"));
    meta.append(ticks);
  }
  return meta;
}

function inlineNode(view, rows, pane) {
  const keyboard = make("div", "inline");
  keyboard.setAttribute("role", "group");
  for (const row of rows) {
    keyboard.append(make("div", "", ...row.map((key) => {
      if (key.url) {
        const node = link(key.url, [key.text, symbol("out")]);
        if (node.tagName === "A") node.setAttribute("aria-label", `${key.text} (${word("opens")})`);
        return node;
      }
      const node = tap("", [key.text], () => press(view, key.callback_data, pane));
      if (state.waiting.has(`${view.chat_id}:${view.message_id}:${key.callback_data}`)) node.classList.add("waiting");
      return node;
    })));
  }
  return keyboard;
}

// ---- lists of messages -----------------------------------------------------------------------------------------------

const LOGS = { chat: "chat-log", staff: "staff-log" };
const SCROLLS = { chat: "chat-scroll", staff: "staff-scroll" };
const viewerOf = (pane) => (pane === "chat" ? state.person?.id : state.memberId);

function belongs(view, pane) {
  if (pane === "chat") return view.chat_id === state.person?.id;
  return view.chat_id === state.staffChat && state.topic !== null && (view.topic || GENERAL) === state.topic;
}

function nearEnd(pane) {
  const box = $(SCROLLS[pane]);
  return box.scrollHeight - box.scrollTop - box.clientHeight < 90;
}

function toEnd(pane) {
  const box = $(SCROLLS[pane]);
  box.scrollTop = box.scrollHeight;
  $(`${pane}-jump`).hidden = true;
}

function drawAll(pane) {
  const nodes = [];
  let last = "";
  for (const view of state.messages[pane].values()) {
    if (!belongs(view, pane)) continue;
    const date = day(view.message.date);
    if (date !== last) nodes.push(make("div", "day", date));
    last = date;
    nodes.push(messageNode(view, pane, viewerOf(pane)));
  }
  $(LOGS[pane]).replaceChildren(...nodes);
  toEnd(pane);
}

function put(view) {
  const pane = view.chat_id === state.staffChat ? "staff" : "chat";
  if (pane === "chat" && view.chat_id !== state.person?.id) return;
  const known = state.messages[pane].has(view.message_id);
  state.messages[pane].set(view.message_id, view);
  if (pane === "staff") { noteTopic(view, known); drawTopics(); }
  if (!belongs(view, pane)) return;
  const log = $(LOGS[pane]);
  const stay = nearEnd(pane);
  const old = log.querySelector(`[data-id="${view.message_id}"]`);
  const node = messageNode(view, pane, viewerOf(pane));
  if (old) old.replaceWith(node);
  else {
    const before = [...state.messages[pane].values()].filter((other) => belongs(other, pane)).slice(-2)[0];
    if (!log.childNodes.length || day(before.message.date) !== day(view.message.date)) log.append(make("div", "day", day(view.message.date)));
    node.classList.add("new");
    log.append(node);
  }
  const own = view.message.from.id === viewerOf(pane);
  if (stay || (own && !old)) requestAnimationFrame(() => toEnd(pane));
  else if (!old) $(`${pane}-jump`).hidden = false;
}

function remove(chatId, ids) {
  const pane = chatId === state.staffChat ? "staff" : "chat";
  if (pane === "chat" && chatId !== state.person?.id) return;
  for (const id of ids) {
    state.messages[pane].delete(id);
    $(LOGS[pane]).querySelector(`[data-id="${id}"]`)?.remove();
  }
  if (!$(LOGS[pane]).querySelector("[data-id]")) $(LOGS[pane]).replaceChildren();
  if (state.editing && ids.includes(state.editing.message_id)) stopContext();
  if (pane === "staff") drawTopics();
  drawChatParts();
}

function reveal(pane, id) {
  const node = $(LOGS[pane]).querySelector(`[data-id="${id}"]`);
  if (node) { node.scrollIntoView({ block: "center" }); node.tabIndex = -1; node.focus(); }
}

// ---- the person's chat -----------------------------------------------------------------------------------------------

function drawPeople() {
  const others = state.people.filter((person) => !person.staff);
  fill($("person"), others.map((person) => [person.id, person.first_name]), state.person?.id ?? "");
  $("tab-person").textContent = state.person ? `· ${state.person.first_name}` : "";
  const members = state.people.filter((person) => state.staff.members?.[person.id]);
  if (!members.some((person) => person.id === state.memberId)) state.memberId = members[0]?.id ?? null;
  fill($("member"), members.map((person) => [person.id, person.first_name]), state.memberId ?? "");
}

function drawStatus() {
  const typing = state.typing > Date.now();
  const node = $("status");
  node.className = typing ? "busy" : state.online === false ? "off" : "";
  node.replaceChildren();
  if (typing) node.append(make("span", "dots", word("typing")));
  else node.append(state.online === null ? word("connecting") : word(state.online ? "bot" : "offline"));
}

function drawChatParts() {
  const { person } = state;
  if (!person) return;
  $("bot-name").textContent = state.about.name || "Pristan";
  const empty = state.messages.chat.size === 0;
  const begin = person.blocked || (empty && !person.started);
  $("about").hidden = !(empty && !person.started);
  $("about").querySelector("h2").textContent = word("what_can");
  $("about").querySelector("p").textContent = state.about.description || word("not_started");
  $("start").hidden = !begin;
  $("start").textContent = word(person.blocked ? "restart" : "start");
  $("composer").hidden = begin;
  $("menu").hidden = !state.commands.length;
  if (begin || !state.commands.length) showCommands(false);
  const keys = begin ? null : state.chat.reply_keyboard;
  $("toggle-keys").hidden = !keys;
  $("keys").hidden = !keys || state.keysHidden;
  $("toggle-keys").setAttribute("aria-expanded", String(!$("keys").hidden));
  $("keys").replaceChildren(...(keys?.keyboard || []).map((row) => make("div", "", ...row.map((key) => {
    const children = key.request_location ? [symbol("pin"), key.text] : [key.text];
    return tap("", [make("span", "", ...children)], () => (key.request_location ? shareLocation() : sendText(key.text)));
  }))));
  $("more-block").textContent = word(person.blocked ? "unblock" : "block");
  drawStatus();
}

async function sendText(text) {
  const parts = text.trim().match(new RegExp(`[^]{1,${TEXT_MAX}}`, "g")) || [];
  for (const part of parts) await attempt(() => act(state.person.id, "say", { text: part }));
}

async function press(view, data, pane) {
  const key = `${view.chat_id}:${view.message_id}:${data}`;
  state.waiting.set(key, Date.now());
  put(view);
  setTimeout(() => { if (state.waiting.delete(key)) refresh(view); }, 10000);
  const actor = pane === "chat" ? state.person.id : state.memberId;
  const done = await attempt(() => act(actor, "press", { chat_id: view.chat_id, message_id: view.message_id, data }));
  if (!done) { state.waiting.delete(key); refresh(view); }
}

function refresh(view) {
  const pane = view.chat_id === state.staffChat ? "staff" : "chat";
  const current = state.messages[pane].get(view.message_id);
  if (current) put(current);
}

function answered(event) {
  for (const key of [...state.waiting.keys()]) if (key.startsWith(`${event.chat_id}:${event.message_id}:`)) state.waiting.delete(key);
  refresh(event);
  if (!event.text || ![state.person?.id, state.memberId].includes(event.person_id)) return;
  if (event.alert) confirmBox({ title: state.about.name, hint: event.text, ok: word("alert"), single: true });
  else toast(event.text);
}

async function shareLocation() {
  if (!await ask($("d-location"))) return;
  const { latitude, longitude } = CITIES[Number($("city").value)];
  await attempt(() => act(state.person.id, "location", { latitude, longitude }));
}

async function shareFile(kind) {
  $("pick").value = "";
  $("pick").accept = kind === "photo" ? "image/*" : "";
  $("pick").onchange = async () => {
    const [file] = $("pick").files;
    if (!file) return;
    const form = new FormData();
    form.append("file", file);
    form.append("caption", $("text").value.trim());
    if (await attempt(() => call("POST", `people/${state.person.id}/${kind}`, form))) setText("");
  };
  $("pick").click();
}

async function forwardOffer() {
  $("forward-name").value ||= word("agency");
  if (!await ask($("d-forward"))) return;
  const done = await attempt(() => act(state.person.id, "say", { text: $("forward-text").value, forward: { type: "hidden_user", name: $("forward-name").value.trim() || word("agency") } }));
  if (done) $("forward-text").value = "";
}

function showCommands(open, filter = "") {
  const list = state.commands.filter((command) => `/${command.command}`.startsWith(filter || "/"));
  $("commands").replaceChildren(...(open ? list : []).map((command) => {
    const item = tap("", [make("b", "", `/${command.command}`), make("span", "", command.description)], () => {
      showCommands(false);
      setText("");
      sendText(`/${command.command}`);
      $("text").focus({ preventScroll: true });
    });
    return make("li", "", item);
  }));
  $("commands").hidden = !(open && list.length);
  $("menu").setAttribute("aria-expanded", String(!$("commands").hidden));
}

function setText(text) {
  $("text").value = text;
  grow($("text"));
}

function grow(area) {
  area.style.height = "44px";
  area.style.height = `${Math.min(area.scrollHeight, 156)}px`;
}

function startEditing(view) {
  state.editing = view;
  $("chat-context").hidden = false;
  $("chat-context").querySelector("p").textContent = `${word("editing")}: ${short(view.message)}`;
  setText(view.message.text);
  $("text").focus();
}

function startReply(view) {
  state.replying = view;
  $("staff-context").hidden = false;
  $("staff-context").querySelector("p").textContent = `${word("replying", { name: view.message.from.first_name })}: ${short(view.message)}`;
  $("staff-text").focus();
}

function stopContext() {
  if (state.editing) setText("");
  state.editing = null;
  state.replying = null;
  $("chat-context").hidden = true;
  $("staff-context").hidden = true;
}

// ---- the staff's group -----------------------------------------------------------------------------------------------

const topicKey = (view) => view.topic || GENERAL;

function noteTopic(view, known) {
  const key = topicKey(view);
  const looking = key === state.topic && paneShown("staff") && (document.querySelector(".staff").dataset.view === "topic" || wide());
  if (!known && !looking && view.message.from.id !== state.memberId && !serviceText(view.message)) {
    state.unread.set(key, (state.unread.get(key) || 0) + 1);
  }
}

const wide = () => window.matchMedia("(min-width: 1021px)").matches;
const paneShown = (pane) => window.matchMedia("(min-width: 801px)").matches || document.body.dataset.pane === pane;

function drawTopics() {
  const newest = new Map();
  for (const view of state.messages.staff.values()) newest.set(topicKey(view), view);
  const topics = [...state.staff.topics].sort((a, b) => (newest.get(b.message_thread_id)?.message.date || 0) - (newest.get(a.message_thread_id)?.message.date || 0) || b.message_thread_id - a.message_thread_id);
  const rows = [{ message_thread_id: GENERAL, name: word("general"), icon_color: null }, ...topics];
  const focused = document.activeElement?.dataset?.topic;
  $("topic-list").replaceChildren(...rows.map((topic) => {
    const id = topic.message_thread_id;
    const last = newest.get(id);
    const count = state.unread.get(id) || 0;
    const dot = make("span", "dot", id === GENERAL ? "#" : [...topic.name.trim()][0] || "?");
    if (topic.icon_color === null) dot.classList.add("plain-dot");
    else dot.style.background = `#${topic.icon_color.toString(16).padStart(6, "0")}`;
    const side = make("span", "");
    if (count) { const badge = make("span", "badge", String(count)); badge.setAttribute("aria-label", word("unread", { n: count })); side.append(badge); }
    else if (topic.closed) { const lock = symbol("lock"); lock.removeAttribute("aria-hidden"); lock.setAttribute("role", "img"); lock.setAttribute("aria-label", word("closed")); side.append(lock); }
    else if (last) side.append(make("time", "", clock(last.message.date)));
    const text = last ? `${last.from_bot || serviceText(last.message) ? "" : `${last.message.from.first_name}: `}${short(last.message)}` : word("nothing_yet");
    const row = tap("", [dot, make("b", "", topic.name), side, make("span", "last", text)], () => openTopic(id));
    row.dataset.topic = id;
    if (id === state.topic) row.setAttribute("aria-current", "true");
    return make("li", "", row);
  }));
  if (focused !== undefined) $("topic-list").querySelector(`[data-topic="${focused}"]`)?.focus({ preventScroll: true });
  $("no-topics").hidden = state.staff.topics.length > 0;
  const total = [...state.unread.values()].reduce((sum, count) => sum + count, 0);
  $("tab-badge").hidden = !total;
  $("tab-badge").textContent = String(total);
  $("tab-badge").setAttribute("aria-label", word("unread", { n: total }));
  drawTopicBar();
}

function drawTopicBar() {
  const topic = state.staff.topics.find((one) => one.message_thread_id === state.topic);
  $("topic-name").textContent = topic ? topic.name : word("general");
  $("topic-status").textContent = topic ? word(topic.closed ? "closed" : "open") : "";
  $("topic-toggle").hidden = !topic;
  if (topic) $("topic-toggle").textContent = word(topic.closed ? "reopen_topic" : "close_topic");
}

function openTopic(id, show = true) {
  state.topic = id;
  state.unread.delete(id);
  if (show) document.querySelector(".staff").dataset.view = "topic";
  stopContext();
  drawTopics();
  drawAll("staff");
}

function showPane(pane) {
  document.body.dataset.pane = pane;
  for (const tab of document.querySelectorAll("[data-show]")) tab.setAttribute("aria-pressed", String(tab.dataset.show === pane));
  $("toast").hidden = true;
  toEnd(pane);
  if (pane === "staff" && document.querySelector(".staff").dataset.view === "topic" && state.topic !== null) openTopic(state.topic);
}

// ---- following what happens ------------------------------------------------------------------------------------------

let stream = null;
let loading = Promise.resolve();

/** Load everything for a person, one load after the other, then follow. */
function load(personId) {
  loading = loading.then(() => loadNow(personId)).catch(() => {
    toast(word("lost"), 3);
    setTimeout(() => load(personId), 1500);
  });
  return loading;
}

async function loadNow(personId) {
  stream?.close();
  let found = await call("GET", "state");
  const people = found.people.filter((person) => !person.staff);
  let wanted = people.find((person) => person.id === personId) || people[0];
  if (!wanted) {
    const code = language();
    wanted = await call("POST", "people", { first_name: FIRST_NAMES[code], language_code: code });
  }
  found = await call("GET", `state?person_id=${wanted.id}`);
  state.staffChat = found.staff_chat_id;
  Object.assign(state, { seq: found.seq, online: found.bot_online, person: found.person, about: found.about, chat: found.chat, commands: found.commands, people: found.people });
  state.staff = found.chats.find((chat) => chat.id === state.staffChat) || state.staff;
  sessionStorage.setItem("person", String(wanted.id));
  for (const [pane, chatId] of [["chat", wanted.id], ["staff", state.staffChat]]) {
    const { messages } = await call("GET", `chats/${chatId}/messages`);
    state.messages[pane] = new Map(messages.map((view) => [view.message_id, view]));
  }
  state.typing = 0;
  state.waiting.clear();
  stopContext();
  relabel();
  drawPeople();
  drawChatParts();
  drawAll("chat");
  const known = state.topic === GENERAL || state.staff.topics.some((topic) => topic.message_thread_id === state.topic);
  if (!known) state.topic = GENERAL;
  drawTopics();
  drawAll("staff");
  follow();
}

function follow() {
  stream = new EventSource(`/sandbox/events?from=${state.seq}`);
  stream.onmessage = ({ data }) => happened(JSON.parse(data));
  stream.onerror = () => {
    state.online = null;
    drawStatus();
    // A server that was started anew knows nobody of before: load again once it answers.
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => load(state.person?.id), 1500);
  };
}

const HAPPENINGS = {
  reload: () => load(state.person?.id),
  online: ({ online }) => { state.online = online; drawStatus(); },
  message: ({ message }) => {
    if (message.from_bot && message.chat_id === state.person?.id) state.typing = 0;
    put(message);
    if (message.chat_id === state.person?.id) drawChatParts();
  },
  edited: ({ message }) => put(message),
  deleted: (event) => remove(event.chat_id, event.message_ids),
  seen: (event) => {
    const pane = event.chat_id === state.staffChat ? "staff" : "chat";
    const view = state.messages[pane].get(event.message_id);
    if (view && (pane === "staff" || event.chat_id === state.person?.id)) { view.seen = true; put(view); }
  },
  typing: (event) => {
    if (event.chat_id !== state.person?.id) return;
    state.typing = Date.now() + event.seconds * 1000;
    drawStatus();
    setTimeout(drawStatus, event.seconds * 1000 + 50);
  },
  keyboard: (event) => {
    if (event.chat_id !== state.person?.id) return;
    state.chat.reply_keyboard = event.keyboard;
    state.keysHidden = false;
    const stay = nearEnd("chat");
    drawChatParts();
    if (stay) toEnd("chat");
  },
  answer: answered,
  person: ({ person }) => {
    state.people = [...state.people.filter((one) => one.id !== person.id), person].sort((a, b) => a.id - b.id);
    if (person.id === state.person?.id) { state.person = person; drawChatParts(); }
    drawPeople();
  },
  chat: ({ chat }) => {
    if (chat.id !== state.staffChat) return;
    state.staff = chat;
    if (state.topic !== GENERAL && !chat.topics.some((topic) => topic.message_thread_id === state.topic)) openTopic(GENERAL, false);
    drawPeople();
    drawTopics();
  },
  bot: async () => {
    const found = await call("GET", `state?person_id=${state.person.id}`).catch(() => null);
    if (!found) return;
    Object.assign(state, { about: found.about, commands: found.commands });
    state.chat.menu_button = found.chat.menu_button;
    drawChatParts();
  },
};

function happened(event) {
  if (event.seq) state.seq = event.seq;
  HAPPENINGS[event.type]?.(event);
}

// ---- hands -----------------------------------------------------------------------------------------------------------

function submitOnEnter(area, form) {
  area.addEventListener("input", () => grow(area));
  area.addEventListener("keydown", (event) => {
    const phone = window.matchMedia("(pointer: coarse)").matches;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !phone) { event.preventDefault(); form.requestSubmit(); }
    if (event.key === "Escape") { stopContext(); showCommands(false); }
  });
}

$("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("text").value;
  if (!text.trim()) return;
  showCommands(false);
  const { editing } = state;
  if (editing) {
    stopContext();
    if (text.trim() !== editing.message.text) await attempt(() => act(state.person.id, "edit", { message_id: editing.message_id, text }));
    return;
  }
  setText("");
  await sendText(text);
});
submitOnEnter($("text"), $("composer"));
$("text").addEventListener("input", () => { const text = $("text").value; showCommands(/^\/\w*$/.test(text), text); });
$("text").addEventListener("keydown", (event) => {
  if (["ArrowUp", "ArrowDown"].includes(event.key) && !$("commands").hidden) {
    event.preventDefault();
    const items = $("commands").querySelectorAll("button");
    items[event.key === "ArrowUp" ? items.length - 1 : 0].focus();
  }
});
$("commands").addEventListener("keydown", (event) => {
  const items = [...$("commands").querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    items[(at + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length].focus();
  } else if (event.key === "Escape") { showCommands(false); $("text").focus(); }
});
$("menu").addEventListener("click", () => showCommands($("commands").hidden));
$("toggle-keys").addEventListener("click", () => { state.keysHidden = !$("keys").hidden; drawChatParts(); toEnd("chat"); });
$("start").addEventListener("click", async () => {
  await attempt(() => act(state.person.id, "start"));
  $("text").focus({ preventScroll: true });
});
$("attach").addEventListener("click", () => $("d-attach").showModal());
for (const choice of document.querySelectorAll("[data-attach]")) {
  choice.addEventListener("click", () => {
    $("d-attach").close();
    const kind = choice.dataset.attach;
    if (kind === "location") shareLocation();
    else if (kind === "forward") forwardOffer();
    else shareFile(kind);
  });
}
$("staff-composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("staff-text").value.trim();
  if (!text || state.memberId === null) return;
  const body = { text, chat_id: state.staffChat, topic: state.topic || null, reply_to: state.replying?.message_id ?? null };
  if (await attempt(() => act(state.memberId, "say", body))) { $("staff-text").value = ""; grow($("staff-text")); stopContext(); }
});
submitOnEnter($("staff-text"), $("staff-composer"));
$("topic-toggle").addEventListener("click", () => {
  const topic = state.staff.topics.find((one) => one.message_thread_id === state.topic);
  if (topic) attempt(() => call("POST", `chats/${state.staffChat}/topics/${state.topic}/${topic.closed ? "reopen" : "close"}`, { person_id: state.memberId }));
});
$("back").addEventListener("click", () => {
  document.querySelector(".staff").dataset.view = "list";
  $("topic-list").querySelector(`[data-topic="${state.topic}"]`)?.focus();
});
for (const tab of document.querySelectorAll("[data-show]")) tab.addEventListener("click", () => showPane(tab.dataset.show));
for (const context of document.querySelectorAll(".context button")) context.addEventListener("click", stopContext);
for (const pane of ["chat", "staff"]) {
  $(`${pane}-jump`).addEventListener("click", () => toEnd(pane));
  $(SCROLLS[pane]).addEventListener("scroll", () => { if (nearEnd(pane)) $(`${pane}-jump`).hidden = true; }, { passive: true });
}
$("person").addEventListener("change", () => { $("d-more").close(); load(Number($("person").value)); });
$("member").addEventListener("change", () => { state.memberId = Number($("member").value); drawAll("staff"); });
$("language").addEventListener("change", async () => {
  const code = $("language").value;
  await attempt(() => act(state.person.id, "language", { language_code: code }));
  await load(state.person.id);
});
$("new-person").addEventListener("click", async () => {
  $("d-more").close();
  fill($("person-language"), Object.entries(LANGUAGES), language());
  $("person-name").value = "";
  if (!await ask($("d-person"))) return;
  const made = await attempt(() => call("POST", "people", { first_name: $("person-name").value, language_code: $("person-language").value }));
  if (made) await load(made.id);
});
$("more").addEventListener("click", () => $("d-more").showModal());
$("more-block").addEventListener("click", async () => {
  $("d-more").close();
  const { blocked } = state.person;
  if (await attempt(() => act(state.person.id, blocked ? "unblock" : "block")) && !blocked) toast(word("blocked"));
});
$("more-link").addEventListener("click", async () => {
  $("d-more").close();
  const payload = await confirmBox({ title: word("deep_link").replace("…", ""), ok: word("start"), input: true });
  if (payload) await attempt(() => act(state.person.id, "start", { payload }));
});
$("more-later").addEventListener("click", async () => {
  $("d-more").close();
  if (await attempt(() => call("POST", "clock", { seconds: 86400 }))) toast(word("moved"));
});
for (const dialog of document.querySelectorAll("dialog")) {
  // A tap beside the sheet closes it.
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(""); });
}
window.addEventListener("resize", () => { for (const pane of ["chat", "staff"]) if (nearEnd(pane)) toEnd(pane); });

// On a phone there is no room for the choice of person and language above the chat; it moves into the menu.
const narrow = window.matchMedia("(max-width: 800px)");
const placeWho = () => $(narrow.matches ? "who-more" : "who-top").append($("who"));
narrow.addEventListener("change", placeWho);
placeWho();

relabel();
load(Number(sessionStorage.getItem("person")));

"use strict";
const list = document.getElementById("turns"), now = document.getElementById("now"), more = document.getElementById("more");
const STAGES = ["wake", "speech_end", "final_text", "decided", "published", "confirmed", "first_sound"];
const WORDS = { wake: "listening", opened: "listening", speech_start: "hearing you", decided: "decided", speaking: "speaking", turn: "ready", dropped: "ready", expecting: "waiting for your answer", announce: "ringing", barge_in: "interrupted", error: "something broke" };

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function row(turn) {
  const box = element("details", null, "turn"), head = element("summary"), words = element("span");
  box.dataset.id = turn.id;
  const at = new Date(turn.at);
  head.append(element("span", at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" }), "at"));
  head.firstChild.title = at.toLocaleString();
  words.append(element("span", turn.heard || "(nothing)", "heard"), " ", element("span", turn.decision || "", turn.decision || ""), element("span", turn.reply || "", "reply"));
  head.append(words);
  const took = turn.timings_ms && turn.timings_ms.decided;
  head.append(element("span", took === undefined || took === null ? "" : Math.round(took) + " ms", "took"));
  box.append(head);
  box.addEventListener("toggle", () => { if (box.open && box.children.length === 1) open(box); });
  return box;
}

async function open(box) {
  const answer = await fetch("/api/turns/" + encodeURIComponent(box.dataset.id));
  if (!answer.ok) return;
  const turn = await answer.json(), inside = element("div", null, "inside");
  const times = turn.timings_ms || {}, known = STAGES.filter((s) => typeof times[s] === "number");
  if (known.length > 1) {
    const low = Math.min(...known.map((s) => times[s])), span = Math.max(1, Math.max(...known.map((s) => times[s])) - low);
    let before = low;
    for (const stage of known) {
      const line = element("div", null, "line"), bar = element("i");
      bar.style.left = 100 * (Math.min(before, times[stage]) - low) / span + "%";
      bar.style.width = 100 * Math.abs(times[stage] - before) / span + "%";
      line.append(bar, element("b", stage.replace("_", " ") + " " + Math.round(times[stage]) + " ms"));
      inside.append(line);
      before = times[stage];
    }
  }
  const facts = element("dl");
  const add = (name, value) => { if (value) facts.append(element("dt", name), element("dd", value)); };
  add("heard by", turn.versions && turn.versions.asr);
  add("others", ((turn.asr && turn.asr.nbest) || []).slice(1, 4).map((h) => h.text + " (" + Math.round(100 * h.confidence) + " %)").join(", "));
  add("taken as", turn.rewrite && turn.rewrite.to + " (" + turn.rewrite.source + ")");
  for (const frame of turn.frames || []) add("meant", frame.intent + " " + JSON.stringify(frame.slots) + " → " + (frame.targets || []).join(", "));
  add("because of", (turn.signals || []).join(", "));
  add("decision", [turn.decision, turn.code].filter(Boolean).join(", "));
  for (const action of turn.actions || []) add("done", [action.service, action.entity_id, action.status].filter(Boolean).join(" "));
  add("stopped after", turn.feedback && turn.feedback.barge_in_ms !== null && turn.feedback.barge_in_ms !== undefined ? turn.feedback.barge_in_ms + " ms" : "");
  add("undone", turn.feedback && turn.feedback.undone ? "yes" : "");
  inside.append(facts);
  const forget = element("button", "Forget this turn");
  forget.addEventListener("click", async () => {
    const gone = await fetch("/api/turns/" + encodeURIComponent(turn.id), { method: "DELETE" });
    if (gone.ok) box.remove();
  });
  inside.append(forget);
  box.append(inside);
}

async function load(before) {
  const answer = await fetch("/api/turns" + (before ? "?before=" + encodeURIComponent(before) : ""));
  const turns = await answer.json();
  for (const turn of turns) list.append(row(turn));
  more.hidden = turns.length < 50;
  if (turns.length) more.dataset.before = turns[turns.length - 1].at;
  document.getElementById("empty").hidden = list.children.length > 0;
}

async function status() {
  const found = await (await fetch("/api/status")).json();
  const parts = [found.input, found.entities + " devices", found.broker_connected ? "broker connected" : found.broker_trouble || "no broker", found.asr];
  document.getElementById("status").textContent = [found.input_trouble, found.output_trouble, ...parts].filter(Boolean).join(" · ");
  if (now.textContent === "…") now.textContent = found.input_trouble || "ready";
}

more.addEventListener("click", () => load(more.dataset.before));
load();
status();
const events = new EventSource("/api/events");
events.onmessage = (message) => {
  const event = JSON.parse(message.data);
  if (WORDS[event.kind]) now.textContent = WORDS[event.kind];
  if (event.kind === "turn" && event.turn) {
    const old = [...list.children].find((box) => box.dataset.id === event.turn.id);
    if (old) old.remove();
    list.prepend(row(event.turn));
    document.getElementById("empty").hidden = true;
    status();
  }
};
events.onerror = () => { now.textContent = "the hub does not answer"; };
events.onopen = () => { now.textContent = "ready"; };

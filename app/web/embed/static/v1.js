/*! NextCircle embed loader 1.0.0, MIT. Documentation: docs/embedding.md of NextCircle. */
"use strict";
(() => {
  if (window.NextCircle) return void window.NextCircle.scan();
  const script = document.currentScript || document.querySelector('script[src*="/embed/v1"]');
  if (!script) return;
  const base = new URL(".", script.src).href;
  const server = new URL(base).origin;
  const LAYOUTS = ["list", "cards", "compact", "month", "map"];
  // What becomes a parameter of the embed; frameworks add data attributes of their own.
  const NAMES = (
    "near lat lon radius_km bbox field interest purpose q ask language company access limit from to weekday part_of_day mode " +
    "free group series sort theme accent lang zone units week_start dir show search subscribe kind activity month"
  ).split(" ");
  // Of these a page may give several, with semicolons or commas between them.
  const SEVERAL = { near: ";", company: ";", purpose: ",", access: ",", weekday: ",", part_of_day: ",", activity: "," };
  const frames = new Set();

  const options = (element) => {
    const given = {};
    for (const [name, value] of Object.entries(element.dataset)) {
      given[name.replace(/[A-Z]/g, (letter) => "_" + letter.toLowerCase())] = value;
    }
    return given;
  };

  const address = (given, element) => {
    const query = new URLSearchParams();
    for (const name of NAMES) {
      const value = given[name];
      if (value === undefined || value === null || value === "") continue;
      const parts = Array.isArray(value) ? value : SEVERAL[name] ? String(value).split(SEVERAL[name]) : [value];
      for (const part of parts) query.append(name, String(part).trim());
    }
    // The page around knows its language and direction better than the browser does.
    const language = document.documentElement.lang;
    if (!query.has("lang") && /^[a-z]{2}(-[A-Za-z0-9]{2,8})*$/.test(language)) query.set("lang", language);
    if (!query.has("dir") && element && getComputedStyle(element).direction === "rtl") query.set("dir", "rtl");
    let path = LAYOUTS.includes(given.layout) ? given.layout : "list";
    if (given.event) path = "events/" + encodeURIComponent(given.event);
    else if (given.only_group) path = "groups/" + encodeURIComponent(given.only_group);
    return base + path + (query.size === 0 ? "" : "?" + query);
  };

  // Puts a frame into an element, or after a script, and answers it.
  const render = (element, given = {}) => {
    const frame = document.createElement("iframe");
    const place = element.tagName === "SCRIPT" ? element.parentElement : element;
    frame.src = address(given, place);
    frame.title = given.title || "NextCircle";
    frame.loading = "lazy";
    frame.referrerPolicy = "strict-origin";
    frame.style.cssText = "display:block;width:100%;border:0;height:" + (parseInt(given.height, 10) || 320) + "px";
    frame.most = parseInt(given.max_height, 10) || 20000;
    frames.add(frame);
    if (element.tagName === "SCRIPT") element.after(frame);
    else element.replaceChildren(frame);
    return frame;
  };

  const destroy = (element) => {
    for (const frame of frames) {
      if (frame !== element && !element.contains(frame)) continue;
      frames.delete(frame);
      frame.remove();
    }
  };

  const done = new WeakSet();
  const scan = (root = document) => {
    const found = root.querySelectorAll('[data-nextcircle], script[src*="/embed/v1"]');
    for (const element of found) {
      const given = options(element);
      const shows = "nextcircle" in element.dataset || NAMES.some((name) => name in given) || given.layout || given.event || given.only_group;
      if (!shows || done.has(element)) continue;
      done.add(element);
      render(element, given);
    }
  };

  addEventListener("message", (event) => {
    const told = event.data;
    // Embeds run in an origin of their own, which is called "null".
    if (!told || told.type !== "nextcircle:height" || (event.origin !== "null" && event.origin !== server)) return;
    for (const frame of frames) {
      if (!frame.isConnected) frames.delete(frame);
      else if (frame.contentWindow === event.source && Number.isFinite(told.height)) {
        frame.style.height = Math.min(Math.max(told.height, 40), frame.most) + "px";
      }
    }
  });
  window.NextCircle = { version: "1.0.0", render, destroy, scan };
  scan();
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => scan());
})();

/*! NextCircle web component 1.0.0, MIT. Documentation: docs/embedding.md of NextCircle. */
const base = new URL(".", import.meta.url).href;
const NAMES = (
  "near lat lon radius_km bbox field interest purpose q ask language company access limit from to weekday part_of_day mode " +
  "free group series sort lang zone units show kind activity"
).split(" ");
const SEVERAL = { near: ";", company: ";", purpose: ",", access: ",", weekday: ",", part_of_day: ",", activity: "," };

const STYLE = `
:host { display: block; font: 0.9375rem/1.5 var(--next-circle-font, inherit); color: var(--next-circle-ink, inherit); background: var(--next-circle-paper, transparent); overflow-wrap: anywhere; }
:host([hidden]) { display: none; }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: var(--next-circle-gap, 0.75rem); }
li { border: 1px solid var(--next-circle-line, color-mix(in srgb, currentColor 20%, transparent)); border-radius: var(--next-circle-radius, 10px); padding: 0.75rem 1rem; }
[part="title"] { color: inherit; font-weight: 650; text-decoration: none; }
[part="title"]:hover { color: var(--next-circle-accent, LinkText); text-decoration: underline; }
[part="when"] { color: var(--next-circle-accent, inherit); font-size: 0.875em; font-weight: 600; }
[part="facts"], [part="source"], [part="footer"], [part="text"] { color: var(--next-circle-muted, color-mix(in srgb, currentColor 75%, transparent)); font-size: 0.875em; }
[part="status"] { font-size: 0.8em; font-weight: 650; border: 1px solid; border-radius: 99px; padding: 0 0.5em; }
[part="footer"] { margin-top: 0.75rem; }
[part="footer"] a { color: var(--next-circle-accent, inherit); }
.off [part="title"] { text-decoration: line-through; }
div { min-width: 0; }
:focus-visible { outline: 3px solid var(--next-circle-accent, Highlight); outline-offset: 2px; }
`;

// Not an element: policies against inline styles leave it alone.
const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);

const safe = (address) => (/^https?:\/\//i.test(address) ? address : null);

const made = (tag, part, text, ...inner) => {
  const element = document.createElement(tag);
  if (part) element.setAttribute("part", part);
  if (text) element.textContent = text;
  element.append(...inner);
  return element;
};

const linked = (part, text, address) => {
  const link = made("a", part, text);
  const target = safe(address);
  if (target) Object.assign(link, { href: target, target: "_blank", rel: "noopener" });
  return link;
};

class NextCircleElement extends HTMLElement {
  static observedAttributes = NAMES.map((name) => name.replaceAll("_", "-"));
  #root = this.attachShadow({ mode: "open" });
  #asked = null;
  #waiting = false;

  connectedCallback() {
    // Until there is an answer, and without one, what the page has put inside stands there.
    this.#root.adoptedStyleSheets = [sheet];
    if (!this.#root.firstChild) this.#root.append(made("slot"));
    this.#load();
  }

  disconnectedCallback() {
    this.#asked?.abort();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#load();
  }

  // Asks once, however many attributes change at a time.
  #load() {
    if (this.#waiting) return;
    this.#waiting = true;
    queueMicrotask(() => {
      this.#waiting = false;
      if (this.isConnected) this.#ask();
    });
  }

  async #ask() {
    this.#asked?.abort();
    const asked = (this.#asked = new AbortController());
    const query = new URLSearchParams();
    for (const name of NAMES) {
      const value = this.getAttribute(name.replaceAll("_", "-"));
      if (!value) continue;
      for (const part of SEVERAL[name] ? value.split(SEVERAL[name]) : [value]) query.append(name, part.trim());
    }
    if (!query.has("lang") && document.documentElement.lang) query.set("lang", document.documentElement.lang);
    try {
      const answer = await fetch(`${base}items.json?${query}`, { credentials: "omit", signal: asked.signal });
      const found = await answer.json();
      if (!answer.ok) throw new Error(found.detail || `status ${answer.status}`);
      this.#show(found);
      this.dispatchEvent(new CustomEvent("nextcircle:load", { bubbles: true, detail: { count: found.items.length } }));
    } catch (error) {
      if (asked.signal.aborted) return;
      this.dispatchEvent(new CustomEvent("nextcircle:error", { bubbles: true, detail: { message: error.message } }));
    }
  }

  #show(found) {
    const template = this.querySelector(':scope > template[slot="item"]');
    const list = made("ul", "list");
    list.setAttribute("aria-label", found.title);
    for (const item of found.items) list.append(this.#item(item, template));
    const header = made("slot");
    header.name = "header";
    const empty = made("slot", "", found.empty);
    empty.name = "empty";
    const footer = made("div", "footer", "", linked("more", found.more.label, found.more.link));
    // Not of the element itself, whose language is what was asked for.
    list.lang = footer.lang = found.lang;
    this.#root.replaceChildren(header, found.items.length ? list : empty, footer);
  }

  #item(item, template) {
    const row = made("li", "item");
    row.classList.toggle("off", item.is_off);
    if (template) {
      const filled = template.content.cloneNode(true);
      for (const place of filled.querySelectorAll("[data-field]")) {
        const value = item[place.dataset.field];
        place.textContent = Array.isArray(value) ? value.join(" · ") : (value ?? "");
      }
      for (const link of filled.querySelectorAll("a[data-link]")) if (safe(item.link)) link.href = item.link;
      row.append(filled);
      return row;
    }
    if (item.when) row.append(made("div", "when", item.when));
    const name = made("div", "", "", linked("title", item.name, item.link));
    if (item.status) name.append(" ", made("span", "status", item.status));
    row.append(name);
    if (item.facts.length) row.append(made("div", "facts", item.facts.join(" · ")));
    if (item.description) row.append(made("div", "text", item.description));
    if (item.source) row.append(made("div", "source", item.source));
    return row;
  }
}

if (!customElements.get("next-circle")) customElements.define("next-circle", NextCircleElement);

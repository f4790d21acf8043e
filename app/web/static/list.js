// My list: the ids of events that a visitor keeps, in this browser and nowhere else.
const KEY = "nextcircle-list";
const MOST = 12;
const byId = (id) => document.getElementById(id);

// A browser may forbid to keep anything; the pages work all the same.
const read = () => {
  try {
    const ids = JSON.parse(localStorage.getItem(KEY) || "[]");
    return Array.isArray(ids) ? ids.filter((id) => /^[0-9a-z]{1,20}$/.test(id)).slice(0, MOST) : [];
  } catch {
    return [];
  }
};
const write = (ids) => {
  try {
    localStorage.setItem(KEY, JSON.stringify(ids.slice(0, MOST)));
    return true;
  } catch {
    return false;
  }
};
const show = (id, shown) => {
  const element = byId(id);
  if (element) element.hidden = !shown;
};

const plan = byId("plan");
const event = byId("listed");
const planned = new URLSearchParams(plan?.dataset.query || "").getAll("event");

const refresh = () => {
  const ids = read();
  const same = planned.length === ids.length && planned.every((id) => ids.includes(id));
  show("keep", planned.length && !planned.every((id) => ids.includes(id)));
  show("forget", planned.length && same);
  show("print", plan || byId("sheet"));
  show("kept", ids.length && !same);
  for (const link of document.querySelectorAll("#kept a")) {
    const address = new URL(link.href);
    address.searchParams.delete("event");
    for (const id of ids) address.searchParams.append("event", id);
    link.href = address.href;
  }
  if (event) {
    const has = ids.includes(event.dataset.event);
    show("list-add", !has && ids.length < MOST);
    show("list-remove", has);
  }
};

byId("keep")?.addEventListener("click", () => {
  // What is kept already stays; the newest are the ones that fit in.
  const ids = [...new Set([...planned, ...read()])];
  if (write(ids)) show("done", true);
  refresh();
});
byId("forget")?.addEventListener("click", () => {
  write([]);
  show("done", false);
  refresh();
});
byId("print")?.addEventListener("click", () => print());
byId("list-add")?.addEventListener("click", () => {
  write([...read(), event.dataset.event]);
  refresh();
  byId("list-remove")?.focus();
});
byId("list-remove")?.addEventListener("click", () => {
  write(read().filter((id) => id !== event.dataset.event));
  refresh();
  byId("list-add")?.focus();
});
refresh();

// career-ops plugin: asks NextCircle what to do for each application, and writes it to a Markdown file.
//
//   node plugins.mjs run nextcircle export [--dry-run]
//
// Settings in config/plugins.yml, all optional: server (http://127.0.0.1:8000), location (where you look, for trackers without a
// Location column), file (data/nextcircle.md), limit (2). Titles, companies and places are sent; nothing else of the tracker is.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

const OVER = new Set(["rejected", "discarded", "skip", "offer"]);
const AT_ONCE = 50;

const plain = (text) => String(text ?? "").replace(/\*\*/g, "").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").trim().slice(0, 190);

// Words of strangers are text: nothing in them becomes a heading, a link or HTML.
const escaped = (text) => String(text ?? "").replace(/\s+/g, " ").replace(/[\\`*_[\]<>#|]/g, "\\$&");

export const jobsOf = (rows, location) =>
  rows
    .filter((row) => (row.company || row.role) && !OVER.has(plain(row.status).toLowerCase()))
    .map((row) => ({
      id: plain(row["#"]) || null,
      title: plain(row.role) || null,
      company: plain(row.company) || null,
      location: plain(row.location) || location || null,
    }));

const line = (thing, why) => `- [${escaped(thing.name)}](<${encodeURI(thing.page)}>)${thing.start_date ? `, ${thing.start_date.slice(0, 16).replace("T", " ")}` : ""}${why ? `: ${escaped(why)}` : ""}`;

const section = (title, lines) => (lines.length ? [`### ${title}`, "", ...lines, ""] : []);

export const markdownOf = (item) => [
  `## ${escaped(item.title ?? "")}${item.company ? ` at ${escaped(item.company)}` : ""}`,
  "",
  ...section("Meet the company", item.company_events.map((each) => line(each.event, each.reasons[0]?.text))),
  ...section("Groups", item.groups.map((each) => line(each.group, each.reasons[0]?.text))),
  ...section("Events", item.events.map((each) => line(each.event, each.reasons[0]?.text))),
];

export default {
  async export(snapshot, ctx) {
    const { server = "http://127.0.0.1:8000", location, file = "data/nextcircle.md", limit = 2 } = ctx.settings;
    const jobs = jobsOf(snapshot?.applications ?? [], location);
    const lines = ["# Groups and events for your applications", ""];
    for (let from = 0; from < jobs.length; from += AT_ONCE) {
      const body = JSON.stringify({ jobs: jobs.slice(from, from + AT_ONCE), limit: Number(limit) });
      const headers = { "Content-Type": "application/json" };
      const found = await ctx.fetchJson(`${server}/v1/for-jobs`, { method: "POST", headers, body, timeoutMs: 12_000 });
      for (const item of found.items) lines.push(...markdownOf(item));
    }
    if (ctx.dryRun) ctx.log(lines.join("\n"));
    else {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, lines.join("\n"), "utf8");
    }
    return { pushed: jobs.length };
  },
};

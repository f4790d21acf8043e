// Reads the job that a page advertises: schema.org JobPosting in JSON-LD or microdata, else its heading. Reads, and changes nothing.
export function readJob() {
  const line = (value) => (typeof value === "string" ? value : "").replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim().slice(0, 190);
  const list = (value) => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]);
  const name = (value) => line(typeof value === "object" && value ? (value.name ?? value["@value"]) : value);
  const isJob = (thing) => list(thing["@type"]).some((type) => /(^|[/:])JobPosting$/.test(type));
  const find = (thing, depth) => {
    if (!thing || typeof thing !== "object" || depth > 6) return null;
    if (!Array.isArray(thing) && isJob(thing)) return thing;
    for (const inner of Array.isArray(thing) ? thing : [thing["@graph"], thing.mainEntity, thing.itemListElement, thing.item]) {
      const found = find(inner, depth + 1);
      if (found) return found;
    }
    return null;
  };
  const place = (location) => {
    const address = location?.address ?? location;
    if (typeof address === "string") return line(address);
    const parts = [address?.addressLocality, address?.addressRegion, address?.addressCountry].map(name).filter(Boolean);
    return parts.join(", ") || name(location);
  };
  for (const script of document.querySelectorAll('script[type="application/ld+json"]')) {
    let job = null;
    try {
      job = find(JSON.parse(script.textContent), 0);
    } catch {
      continue;
    }
    if (!job) continue;
    const remote = list(job.jobLocationType).some((type) => /telecommute/i.test(type));
    const where = list(job.jobLocation).map(place).find(Boolean) || (remote ? "Remote" : "");
    return { title: name(job.title ?? job.name), company: name(list(job.hiringOrganization)[0]), location: where };
  }
  const item = document.querySelector('[itemtype$="/JobPosting"]');
  const property = (root, key) => {
    const found = root?.querySelector(`[itemprop="${key}"]`);
    return found && line(found.getAttribute("content") ?? found.textContent);
  };
  if (item) {
    const organisation = item.querySelector('[itemprop="hiringOrganization"]');
    const where = ["addressLocality", "addressRegion", "addressCountry"].map((key) => property(item, key)).filter(Boolean).join(", ");
    return {
      title: property(item, "title") ?? "",
      company: property(organisation, "name") ?? line(organisation?.textContent),
      location: where || (property(item, "jobLocation") ?? ""),
    };
  }
  return { title: line(document.querySelector("h1")?.textContent ?? document.title), company: "", location: "" };
}

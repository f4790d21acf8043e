// Runs inside an embed: tells the page around it how high it is, and times by the visitor's clock where that was asked for.
"use strict";
(() => {
  const root = document.documentElement;
  if (root.dataset.zone === "visitor") {
    const clock = new Intl.DateTimeFormat(root.dataset.locale, { hour: "numeric", minute: "2-digit" });
    const named = new Intl.DateTimeFormat(root.dataset.locale, { hour: "numeric", minute: "2-digit", timeZoneName: "short" });
    const day = new Intl.DateTimeFormat(root.dataset.locale, { weekday: "short", day: "numeric", month: "short" });
    for (const time of document.querySelectorAll("time[datetime*='T']")) {
      const start = new Date(time.dateTime);
      const end = time.dataset.until ? new Date(time.dataset.until) : null;
      if (Number.isNaN(start.getTime()) || (end && end - start > 14 * 3600 * 1000)) continue;
      const [days, hours] = [time.querySelector(".days"), time.querySelector(".hours")];
      if (days) days.textContent = day.format(start);
      if (hours) hours.textContent = end && end > start ? `${clock.format(start)}–${named.format(end)}` : named.format(start);
    }
  }
  if (parent === window) return;
  let told = 0;
  const tell = () => {
    // A frame that is not shown has no width, and what it measures is wrong.
    if (!innerWidth) return;
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height && height !== told) parent.postMessage({ type: "nextcircle:height", height: (told = height) }, "*");
  };
  new ResizeObserver(tell).observe(document.body);
  addEventListener("resize", tell);
})();

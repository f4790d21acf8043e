// Keeps the preview and the markup of the embed builder in step with its form, and copies markup. The page works without it.
"use strict";
(() => {
  const form = document.getElementById("builder");
  const preview = document.getElementById("preview");
  const troubles = document.getElementById("troubles");
  let asked = null;
  let later = 0;

  const show = (built) => {
    troubles.hidden = built.troubles.length === 0;
    troubles.firstElementChild.replaceChildren(
      ...built.troubles.map((text) => Object.assign(document.createElement("li"), { textContent: text })),
    );
    if (built.troubles.length) return;
    if (preview.getAttribute("src") !== built.address) {
      preview.height = built.height;
      preview.src = built.address;
    }
    for (const [name, text] of Object.entries(built.markup)) document.getElementById(`markup-${name}`).value = text;
  };

  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const query = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(`/embed/builder.json?${query}`, { signal: asked.signal });
      if (answer.ok) show(await answer.json());
    } catch (error) {
      if (error.name !== "AbortError") form.querySelector("#show").hidden = false;
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(later);
    later = setTimeout(ask, 250);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  form.querySelector("#show").hidden = true;

  addEventListener("message", (event) => {
    const told = event.data;
    if (event.source === preview.contentWindow && told?.type === "nextcircle:height" && Number.isFinite(told.height)) {
      preview.height = Math.min(Math.max(told.height, 40), 2000);
    }
  });

  for (const button of document.querySelectorAll("[data-copy]")) {
    const said = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        // Without permission for the clipboard the text stays selected, to be copied by hand.
        return;
      }
      button.textContent = button.dataset.done;
      setTimeout(() => (button.textContent = said), 1500);
    });
  }
})();

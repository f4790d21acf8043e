"use strict";
const field = document.getElementById("server");
chrome.storage.sync.get({ server: "http://127.0.0.1:8000" }).then(({ server }) => (field.value = server));
document.getElementById("options").addEventListener("submit", async (event) => {
  event.preventDefault();
  await chrome.storage.sync.set({ server: new URL(field.value).href });
  document.getElementById("said").textContent = "Saved";
});

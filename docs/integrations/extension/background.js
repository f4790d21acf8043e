// A click on the button reads the job on the page and opens what NextCircle knows for it. Nothing is read before the click.
import { readJob } from "./job.js";

const DEFAULT_SERVER = "http://127.0.0.1:8000";

export const answerFor = (server, job) => {
  const query = new URLSearchParams(Object.entries(job).filter(([, value]) => value));
  return `${server.replace(/\/+$/, "")}/for-job?${query}`;
};

chrome.action.onClicked.addListener(async (tab) => {
  const { server } = await chrome.storage.sync.get({ server: DEFAULT_SERVER });
  let job = {};
  try {
    const [read] = await chrome.scripting.executeScript({ target: { tabId: tab.id }, func: readJob });
    job = read.result ?? {};
  } catch {
    // Pages of the browser itself cannot be read: the form opens empty.
  }
  await chrome.tabs.create({ url: answerFor(server, job), index: tab.index + 1, openerTabId: tab.id });
});

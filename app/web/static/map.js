// Keeps the list and the pins of a map in step: what is pointed at or focused in one is lit up in the other.
const pins = [...document.querySelectorAll(".plot .pin")];
const items = new Map(pins.flatMap((pin) => pin.dataset.items.split(" ").map((number) => [`item-${number}`, pin])));

const light = (id, lit) => {
  document.getElementById(id)?.classList.toggle("lit", lit);
  items.get(id)?.classList.toggle("lit", lit);
};
const follow = (element, ids) => {
  for (const [name, lit] of [["pointerenter", true], ["pointerleave", false], ["focusin", true], ["focusout", false]]) {
    element.addEventListener(name, () => ids.forEach((id) => light(id, lit)));
  }
};
for (const pin of pins) follow(pin, pin.dataset.items.split(" ").map((number) => `item-${number}`));
for (const id of items.keys()) {
  const item = document.getElementById(id);
  if (item) follow(item, [id]);
}

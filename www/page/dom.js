/**
 * Making and updating elements.
 *
 * Everything shown goes in as text, never as markup: what a box says can't become part of the page.
 */

/** An element with these attributes, event listeners (`on`) and children (strings become text). */
export function element(tag, { on = {}, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === undefined || value === null) continue;
    made.setAttribute(name, value === true ? "" : String(value));
  }
  for (const [event, listener] of Object.entries(on)) made.addEventListener(event, listener);
  made.append(...children);
  return made;
}

/** The element of the page with this id. */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no element with the id "${id}"`);
  return found;
}

/** A copy of a template, and its elements by their `data-part` name. */
export function fromTemplate(id) {
  const root = byId(id).content.firstElementChild.cloneNode(true);
  const parts = {};
  for (const part of root.querySelectorAll("[data-part]")) parts[part.dataset.part] = part;
  return { root, parts };
}

/**
 * Makes the children of `list` match `items`, keeping the elements of items that stay: focus, selection and
 * a question being asked in a row survive a refresh.
 */
export function showItems(list, items, { key, create, update }) {
  const existing = new Map([...list.children].map((child) => [child.dataset.key, child]));
  let next = list.firstElementChild;
  for (const item of items) {
    const itemKey = key(item);
    let row = existing.get(itemKey);
    existing.delete(itemKey);
    if (!row) {
      row = create(item);
      row.dataset.key = itemKey;
    }
    update(row, item);
    if (row === next) next = row.nextElementSibling;
    else list.insertBefore(row, next);
  }
  for (const gone of existing.values()) gone.remove();
}

/** The arrow keys, Home and End move the focus among the elements of `container` that match `selector`. */
export function moveFocusWithArrows(container, selector, { back = "ArrowUp", forward = "ArrowDown" } = {}) {
  container.addEventListener("keydown", (event) => {
    const stops = [...container.querySelectorAll(selector)];
    const here = stops.indexOf(document.activeElement);
    if (here < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const target = {
      [back]: stops[here - 1],
      [forward]: stops[here + 1],
      Home: stops[0],
      End: stops[stops.length - 1],
    }[event.key];
    if (!target) return;
    event.preventDefault();
    target.focus();
  });
}

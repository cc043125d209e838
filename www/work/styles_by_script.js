/**
 * Lets a library that writes `<style>` elements work under a policy that forbids them.
 *
 * The policy of this page lets no text become a style, whatever wrote it. Style sheets that a program builds are
 * another matter, so what the library would write into an element goes into one of those.
 */

/** The page's document, but for `<style>` elements and `style` attributes, which become styles of a program's making. */
export function documentWithStyleSheets() {
  return new Proxy(document, {
    get(target, name) {
      if (name === "createElement") return make;
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}

/** Runs `work`, in which the library asks the page's own document for elements. */
export function withStyleSheets(work) {
  document.createElement = make;
  try {
    work();
  } finally {
    // The method of every document is there again.
    delete document.createElement;
  }
}

function make(tag) {
  return tag === "style" ? standIn() : styledByScript(tag);
}

function original(tag) {
  return Document.prototype.createElement.call(document, tag);
}

/** An element whose `style` attribute, when set, goes the way that the policy allows. */
function styledByScript(tag) {
  const made = original(tag);
  made.setAttribute = (name, value) => {
    if (name === "style") made.style.cssText = value;
    else Element.prototype.setAttribute.call(made, name, value);
  };
  return made;
}

/** What looks like a `<style>` element to who made it. */
function standIn() {
  const sheet = new CSSStyleSheet();
  const place = original("template");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  Object.defineProperty(place, "textContent", { set: (text) => sheet.replaceSync(text) });
  place.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    Element.prototype.remove.call(place);
  };
  return place;
}

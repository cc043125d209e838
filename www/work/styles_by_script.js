/**
 * Lets a library that writes `<style>` elements and `style` attributes work under a policy that forbids both.
 *
 * The policy of this page lets no text become a style, whatever wrote it. Styles that a program sets one by one,
 * and style sheets that it builds, are another matter, so what the library would write as text goes there.
 */

/** From now on. Only what has to is touched: elements that the library makes for styles and for coloured text. */
export function styleByScript() {
  document.createElement = (tag, options) => {
    if (tag === "style") return standIn();
    const made = original(tag, options);
    return tag === "span" ? withAllowedStyle(made) : made;
  };
}

function original(tag, options) {
  return Document.prototype.createElement.call(document, tag, options);
}

/** Makes the `style` attribute of an element, and of its copies, go the way that the policy allows. */
function withAllowedStyle(made) {
  made.setAttribute = (name, value) => {
    if (name === "style") made.style.cssText = value;
    else Element.prototype.setAttribute.call(made, name, value);
  };
  made.cloneNode = (deep) => withAllowedStyle(Node.prototype.cloneNode.call(made, deep));
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

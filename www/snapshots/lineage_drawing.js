/** Draws the lines and the mark of one row of the picture. */

const NAMESPACE = "http://www.w3.org/2000/svg";
/** Of a lane; and of a row, whose drawing is stretched to the row's real height. */
const WIDTH = 16;
const HEIGHT = 44;

/** An image of `row`; decoration, so screen readers pass over it. */
export function drawRow({ lane, from, goesOn, through, node }, lanes) {
  const image = shape("svg", {
    class: "lines", width: lanes * WIDTH, height: HEIGHT, viewBox: `0 0 ${lanes * WIDTH} ${HEIGHT}`, "aria-hidden": "true",
  });
  const [x, middle] = [center(lane), HEIGHT / 2];
  for (const passing of through) image.append(line(center(passing), 0, HEIGHT));
  if (from === lane) image.append(line(x, 0, middle));
  else if (from !== undefined) image.append(shape("path", { d: `M${center(from)} 0 C${center(from)} ${middle} ${center(from)} ${middle} ${x} ${middle}` }));
  if (goesOn) image.append(line(x, middle, HEIGHT));
  image.append(node.kind === "box"
    ? shape("circle", { class: "mark-box", cx: x, cy: middle, r: 5 })
    : shape("rect", { class: "mark-snapshot", x: x - 4.5, y: middle - 4.5, width: 9, height: 9 }));
  return image;
}

function center(lane) {
  return lane * WIDTH + WIDTH / 2;
}

function line(x, top, bottom) {
  return shape("path", { d: `M${x} ${top} V${bottom}` });
}

function shape(name, attributes) {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}

// What must be read first gets the focus when the page opens.
export default function focus(element) {
  element.focus({ preventScroll: false });
}

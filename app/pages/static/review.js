/* The review page: words that are selected in a paragraph can be commented on, by their place in the text. */
(() => {
  "use strict"
  const length = (text) => [...text].length // code points, as the server counts
  const reset = (button) => {
    delete button.dataset.from
    delete button.dataset.to
    button.textContent = "Comment"
    button.classList.remove("ed-chosen")
  }
  const words = (node) => (node instanceof Element ? node : node?.parentElement)?.closest("[data-start]")
  document.addEventListener("selectionchange", () => {
    const chosen = document.getSelection()
    if (chosen.isCollapsed && document.activeElement?.closest("[data-do=comment]")) return // the click on the button itself
    document.querySelectorAll("[data-do=comment].ed-chosen").forEach(reset)
    if (chosen.isCollapsed || !chosen.rangeCount) return
    const text = words(chosen.anchorNode)
    if (!text || text !== words(chosen.focusNode)) return
    const button = text.closest(".ed-row")?.querySelector("[data-do=comment]")
    if (!button || button.dataset.of.split(" ")[1] !== text.dataset.start) return
    if (!text.parentElement.classList.contains(button.dataset.of.startsWith("after") ? "ed-is" : "ed-was")) return
    const range = chosen.getRangeAt(0)
    const before = document.createRange()
    before.setStart(text, 0)
    before.setEnd(range.startContainer, range.startOffset)
    const from = Number(text.dataset.start) + length(before.toString())
    button.dataset.from = String(from)
    button.dataset.to = String(from + length(range.toString().trimEnd()))
    button.textContent = "Comment on these words"
    button.classList.add("ed-chosen")
  })
})()

// The writing page in the browser: marks beside lines, the preview in its frame, Ctrl+S, and a copy of what is not saved yet.
(() => {
  const get = (id) => document.getElementById(id)
  const seen = {}

  // Where lines stand: a mirror of the field with the same type and width, a block for each line.
  const mirror = document.createElement("div")
  mirror.setAttribute("aria-hidden", "true")
  const LIKE = ["fontFamily", "fontSize", "fontWeight", "lineHeight", "letterSpacing", "paddingLeft", "paddingRight", "tabSize"]
  const lineTops = (field) => {
    const style = getComputedStyle(field)
    for (const name of LIKE) mirror.style[name] = style[name]
    Object.assign(mirror.style, { position: "absolute", visibility: "hidden", left: "-9999px", top: 0, boxSizing: "border-box",
      width: field.clientWidth + "px", whiteSpace: "pre-wrap", overflowWrap: "break-word" })
    mirror.replaceChildren(...field.value.split("\n").map((line) => {
      const block = document.createElement("div")
      block.textContent = line || "\u200b"
      return block
    }))
    if (!mirror.isConnected) document.body.append(mirror)
    return [...mirror.children].map((block) => block.offsetTop)
  }

  const marks = () => JSON.parse(get("ed-marks")?.dataset.marks || "[]")
  const drawMarks = () => {
    const field = get("ed-text"), gutter = get("ed-gutter")
    if (!field || !gutter) return
    const tops = lineTops(field), byLine = new Map()
    for (const mark of marks()) byLine.set(mark.line, [...(byLine.get(mark.line) || []), mark])
    const pad = parseFloat(getComputedStyle(field).paddingTop) + field.offsetTop
    gutter.replaceChildren(...[...byLine].filter(([line]) => tops[line - 1] !== undefined).map(([line, found]) => {
      const mark = document.createElement("span")
      mark.className = found.some((each) => each.severity === "error") ? "ed-mark ed-mark-error" : "ed-mark"
      mark.style.top = pad + tops[line - 1] + "px"
      mark.title = found.map((each) => each.message).join("\n")
      mark.dataset.line = line
      return mark
    }))
    scrollMarks()
  }
  const scrollMarks = () => { const field = get("ed-text"); if (field) get("ed-gutter").style.transform = `translateY(${-field.scrollTop}px)` }

  const goTo = (line) => {
    const field = get("ed-text")
    if (line < 1) {
      const about = get("ed-about")
      if (about) { about.open = true; about.scrollIntoView({ block: "start" }); about.querySelector("summary").focus() }
      return
    }
    const lines = field.value.split("\n")
    const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0)
    field.scrollIntoView({ block: "nearest" })
    field.focus()
    field.setSelectionRange(start, start + (lines[line - 1] || "").length)
    follow()
    field.scrollTop = Math.max(0, (lineTops(field)[line - 1] || 0) - field.clientHeight / 3)
  }

  // The preview keeps its place: its body is exchanged, the frame is not loaded again. The frame runs no script.
  const showPage = (html) => {
    const frame = get("ed-frame")
    if (!frame || !html) return
    if (!frame.dataset.loaded) {
      frame.dataset.loaded = "yes"
      frame.addEventListener("load", () => {
        frame.contentDocument.addEventListener("click", (event) => {
          const link = event.target.closest("a")
          if (!link) return
          event.preventDefault()
          const to = link.getAttribute("href") || ""
          if (to.startsWith("#")) frame.contentDocument.getElementById(to.slice(1))?.scrollIntoView()
        })
        if (seen.page !== frame.srcdoc) replaceBody(frame, seen.page)
      })
      frame.srcdoc = html
    } else if (frame.contentDocument?.body) replaceBody(frame, html)
  }
  const replaceBody = (frame, html) => {
    const made = new DOMParser().parseFromString(html, "text/html"), inside = frame.contentDocument, at = inside.scrollingElement?.scrollTop || 0
    inside.body.replaceWith(inside.importNode(made.body, true))
    if (inside.scrollingElement) inside.scrollingElement.scrollTop = at
  }

  // The preview opens the section that is being written in.
  const follow = () => {
    const field = get("ed-text"), inside = get("ed-frame")?.contentDocument
    if (!field || !inside) return
    const number = (field.value.slice(0, field.selectionStart).match(/^## ./gm) || []).length
    if (number === seen.section) return
    seen.section = number
    const heading = inside.querySelectorAll("article section[aria-labelledby] > h2")[number - 1]
    if (heading) heading.scrollIntoView({ block: "start" })
  }

  // The browser's own copy of words that the records do not have yet. It goes as soon as they have them.
  const place = () => { const held = get("ed-marks")?.dataset.key; return held ? "carelight draft " + held : "" }
  const keep = () => {
    const field = get("ed-text"), saved = get("ed-marks")?.dataset.saved
    if (!place() || !field || saved === undefined) return
    try {
      if (field.value === saved) localStorage.removeItem(place())
      else localStorage.setItem(place(), JSON.stringify({ base: saved, body: field.value }))
    } catch { /* a full or forbidden store: the page still saves by itself */ }
  }
  const bringBack = () => {
    let held = null
    try { held = JSON.parse(localStorage.getItem(place()) || "null") } catch { /* not ours */ }
    const saved = get("ed-marks").dataset.saved
    if (held && held.body !== saved && held.body !== held.base) whenConnected(() => emitEvent("ed_unsaved", held))
    else localStorage.removeItem(place())
  }
  const whenConnected = (act) => (window.did_handshake ? act() : setTimeout(() => whenConnected(act), 100))

  const look = () => {
    const field = get("ed-text"), held = get("ed-marks")
    const page = get("ed-page")?.dataset.page
    if (page && page !== seen.page) { seen.page = page; showPage(page) }
    if (!field || !held) return
    if (held.dataset.marks !== seen.marks) { seen.marks = held.dataset.marks; drawMarks() }
    if (held.dataset.saved !== seen.saved) {
      const first = seen.saved === undefined
      seen.saved = held.dataset.saved
      if (first) bringBack()
      else keep()
    }
    if (!seen.field) {
      seen.field = field
      field.addEventListener("input", () => { keep(); requestAnimationFrame(drawMarks) })
      for (const kind of ["keyup", "click"]) field.addEventListener(kind, follow)
      field.addEventListener("scroll", scrollMarks, { passive: true })
      new ResizeObserver(drawMarks).observe(field)
    }
  }

  document.addEventListener("click", (event) => {
    const at = event.target.closest("[data-line]")
    if (at) goTo(Number(at.dataset.line))
  })
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s" && get("ed-text")) {
      event.preventDefault()
      emitEvent("ed_save")
    }
  })
  new MutationObserver(look).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-page", "data-marks", "data-saved"] })
  look()
})()

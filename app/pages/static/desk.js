/* The care desk in the browser: clocks that run, the sound and title for cases nobody has, keys, and staying in place. */
(() => {
  "use strict"
  const $ = (selector, within = document) => within.querySelector(selector)
  const stored = (key) => { try { return localStorage.getItem(key) } catch { return null } }
  const store = (key, value) => { try { localStorage.setItem(key, value) } catch { /* private window: it holds for this page */ } }

  // Clocks. The server's time counts: a desk whose own clock is wrong must not show another wait.
  let ahead = 0
  fetch("/healthz", { cache: "no-store" }).then((answer) => {
    const told = Date.parse(answer.headers.get("date") || "")
    if (told && Math.abs(Date.now() - told) > 3000) ahead = Date.now() - told
  }).catch(() => {})

  const span = (seconds, fine) => {
    const minutes = Math.floor(seconds / 60)
    if (minutes < 1) return `${seconds} s`
    if (minutes < 10 && fine && seconds % 60) return `${minutes} min ${seconds % 60} s`
    if (minutes < 60) return `${minutes} min`
    const [big, unit, small, lesser] = minutes >= 1440
      ? [Math.floor(minutes / 1440), "d", Math.floor((minutes % 1440) / 60), "h"]
      : [Math.floor(minutes / 60), "h", minutes % 60, "min"]
    return small ? `${big} ${unit} ${small} ${lesser}` : `${big} ${unit}`
  }
  const put = (element, text) => { if (element && element.textContent !== text) element.textContent = text }
  const run = () => {
    const now = (Date.now() - ahead) / 1000
    for (const clock of document.querySelectorAll(".cd-clock[data-since]")) {
      const waited = Math.max(0, Math.floor(now - Number(clock.dataset.since)))
      const target = Number(clock.dataset.target)
      const late = waited > target
      clock.classList.toggle("cd-late", late)
      put($("b", clock), span(waited, true))
      put($(".cd-target", clock), late ? `${span(waited - target)} past target` : `target ${span(target)}`)
      const bar = $("i", clock)
      if (bar) bar.style.width = `${Math.min(100, Math.round((100 * waited) / target))}%`
    }
  }
  setInterval(run, 1000)

  // Sound and title
  let audio = null
  let known = null
  let title = ""
  let sound = stored("carelight_sound") === "on"
  const wake = () => {
    if (!sound) return
    audio = audio || new AudioContext()
    if (audio.state === "suspended") audio.resume().then(label).catch(() => {})
  }
  const beep = (at, pitch) => {
    const tone = audio.createOscillator()
    const gain = audio.createGain()
    tone.frequency.value = pitch
    gain.gain.setValueAtTime(0.0001, at)
    gain.gain.exponentialRampToValueAtTime(0.25, at + 0.02)
    gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.35)
    tone.connect(gain).connect(audio.destination)
    tone.start(at)
    tone.stop(at + 0.4)
  }
  const call = (serious) => {
    if (!sound || !audio || audio.state !== "running") return
    const pitches = serious ? [880, 660, 880, 660] : [520, 650]
    pitches.forEach((pitch, place) => beep(audio.currentTime + place * 0.28, pitch))
  }
  const label = () => {
    const button = $("#cd-sound")
    if (!button) return
    const asleep = sound && (!audio || audio.state !== "running")
    put(button, !sound ? "Sound off" : asleep ? "Sound on: click once" : "Sound on")
    const pressed = String(sound)
    if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed)
  }
  const watch = () => {
    const held = $("#cd-unclaimed")
    if (!held) return
    const now = (held.dataset.unclaimed || "").split(" ").filter(Boolean)
    const fresh = known ? now.filter((each) => !known.has(each)) : []
    known = new Set(now)
    if (fresh.length) call(fresh.some((each) => /:(emergency|crisis)$/.test(each)))
    title = title || document.title
    const wanted = now.length ? `(${now.length}) ${title}` : title
    if (document.title !== wanted) document.title = wanted
    label()
  }
  setInterval(watch, 250)
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, wake)
  document.addEventListener("click", (event) => {
    if (event.target.closest("#cd-sound")) {
      sound = !sound
      store("carelight_sound", sound ? "on" : "off")
      wake()
      label()
      if (sound) setTimeout(() => call(false), 150)
    }
    if (event.target.closest("#cd-keys")) help()
  })

  // Keys
  let keys = stored("carelight_keys") !== "off"
  const shown = (element) => Boolean(element && element.offsetParent !== null && !element.disabled)
  const typing = (element) => Boolean(element.closest("input, textarea, select, [contenteditable], [role=dialog], [role=menu], dialog"))
  const step = (by) => {
    const rows = [...document.querySelectorAll(".cd-open")].filter(shown)
    if (!rows.length) {
      const way = $(`.cd-beside a[rel=${by > 0 ? "next" : "prev"}]`)
      if (way) way.click()
      return
    }
    const at = rows.findIndex((row) => row.closest(".cd-row").contains(document.activeElement))
    rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))].focus()
  }
  const press = (key) => {
    const row = document.activeElement.closest(".cd-row")
    const button = $(`[data-key="${key}"]`, row || $(".cd-head") || document.createElement("div"))
    if (shown(button)) button.click()
  }
  const reply = () => { const field = $("[data-focus=r] textarea, textarea[data-focus=r]"); if (shown(field)) field.focus() }
  const help = () => {
    let box = $("#cd-help")
    if (!box) {
      box = document.createElement("dialog")
      box.id = "cd-help"
      box.setAttribute("aria-labelledby", "cd-help-title")
      const rows = [["j or ↓", "Next case"], ["k or ↑", "Previous case"], ["Enter", "Open the chosen case"], ["c", "Claim"],
        ["r", "Write a reply"], ["Ctrl + Enter", "Send the reply"], ["x", "Close the case"], ["?", "This help"], ["Esc", "Leave a field or a dialog"]]
      box.innerHTML = `<h2 id="cd-help-title">Keys</h2><table>${rows.map(([key, what]) => `<tr><th scope="row"><kbd>${key}</kbd></th><td>${what}</td></tr>`).join("")}</table>
        <label><input type="checkbox" ${keys ? "checked" : ""}> Single keys work on this computer</label><form method="dialog"><button>Close</button></form>`
      $("input", box).addEventListener("change", (event) => { keys = event.target.checked; store("carelight_keys", keys ? "on" : "off") })
      document.body.append(box)
    }
    box.showModal()
  }
  const acts = { j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1), c: () => press("c"), x: () => press("x"), r: reply, "?": help }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && typing(document.activeElement)) { document.activeElement.blur(); return }
    const arrow = event.key.startsWith("Arrow")
    if (!keys || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return
    if (arrow && !$(".cd-open")) return // on a case the arrows scroll
    if (acts[event.key]) { event.preventDefault(); acts[event.key]() }
  })

  // The chat: begins at what fired, then stays at its end while one reads there
  let placed = false
  let height = 0
  const stay = () => {
    const chat = $(".cd-transcript")
    if (!chat || !$("li", chat)) return
    if (!placed) {
      placed = true
      const asked = location.hash && document.getElementById(location.hash.slice(1))
      const marks = chat.querySelectorAll("mark")
      const to = asked || marks[marks.length - 1]
      if (to) chat.scrollTop += to.getBoundingClientRect().top - chat.getBoundingClientRect().top - 80
      else chat.scrollTop = chat.scrollHeight
    } else if (chat.scrollHeight !== height && height - chat.scrollTop - chat.clientHeight < 80) {
      chat.scrollTop = chat.scrollHeight
    }
    height = chat.scrollHeight
  }
  setInterval(stay, 250)
})()

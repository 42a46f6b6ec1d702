// What Chainlit's page lacks: names for its buttons, a log role for the conversation, our notice with the emergency
// number, the pinned banner, "leave quickly", and patience when the network comes back.
(() => {
  const NAMES = {
    "sidebar-trigger-button": "Open chat history", "search-chats-button": "Search chats", "new-chat-button": "New chat",
    "chat-settings-open-modal": "About you and this chat", "chat-submit": "Send message", "stop-button": "Stop answer",
    "user-nav-button": "Account menu", "thread-options": "Chat options",
  }
  const ICONS = {
    "lucide-copy": "Copy", "lucide-thumbs-up": "Helpful", "lucide-thumbs-down": "Not helpful", "lucide-arrow-left": "Close source",
    "lucide-arrow-down": "Scroll to latest", "lucide-x": "Close", "lucide-panel-left": "Open chat history",
  }
  let page = null
  let here = { text: "", leave: "" } // who of the care team is in this chat, as the server last said
  let folded = false // whether the patient put the consent panel aside for now
  let stopped = "" // that the clinic has switched answers off, as the server last said
  const banners = []

  const name = (element, label) => { if (element && !element.getAttribute("aria-label")) element.setAttribute("aria-label", label) }

  function repairNames() {
    const root = document.documentElement
    const lang = (navigator.language || "en").split("-")[0]
    if (root.lang !== lang) root.lang = lang
    for (const [id, label] of Object.entries(NAMES)) document.querySelectorAll("#" + id).forEach((e) => name(e, label))
    document.querySelectorAll("button:not([aria-label])").forEach((button) => {
      if (button.innerText.trim()) return
      const icon = button.querySelector("svg")
      const known = icon && Object.keys(ICONS).find((c) => icon.classList.contains(c))
      if (known) button.setAttribute("aria-label", ICONS[known])
    })
    document.querySelectorAll("[role=combobox]:not([aria-label])").forEach((e) => name(e, e.innerText.trim() || "Choose"))
    name(document.getElementById("chat-input"), "Your message")
  }

  function repairRoles() {
    document.querySelectorAll("[role=separator][tabindex]").forEach((e) => {
      name(e, "Resize source panel")
      const controls = e.getAttribute("aria-controls")
      if (controls && !document.getElementById(controls)) e.removeAttribute("aria-controls")
      for (const bound of ["aria-valuenow", "aria-valuemin", "aria-valuemax"]) if (e.getAttribute(bound) === "NaN") e.removeAttribute(bound)
    })
    document.querySelectorAll("div#thread-options:not([role])").forEach((e) => { e.setAttribute("role", "button"); e.tabIndex = 0 })
    const log = document.querySelector("[data-step-type]")?.parentElement
    if (log && !log.getAttribute("role")) { log.setAttribute("role", "log"); log.setAttribute("aria-live", "polite"); log.setAttribute("aria-label", "Conversation") }
    document.querySelectorAll("ul[data-sidebar=menu], ul[data-sidebar=menu-sub]").forEach((list) => {
      for (const child of list.children) if (child.tagName !== "LI" && !child.getAttribute("role")) child.setAttribute("role", "listitem")
    })
    document.querySelectorAll("[aria-controls]").forEach((e) => { if (e.getAttribute("aria-expanded") === "false" && !document.getElementById(e.getAttribute("aria-controls"))) e.removeAttribute("aria-controls") })
    if (!document.querySelector("h1")) {
      const heading = document.createElement("h1")
      heading.textContent = (page && page.clinic) || "Carelight"
      heading.style.cssText = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"
      ;(document.querySelector("main") || document.body).prepend(heading)
    }
  }

  const element = (tag, text, attributes = {}) => Object.assign(document.createElement(tag), { textContent: text }, attributes)

  function showNotice() {
    const header = document.getElementById("header")
    if (!page || !header || document.getElementById("carelight-notice")) return
    const notice = element("div", "", { id: "carelight-notice" })
    notice.setAttribute("role", "region"); notice.setAttribute("aria-label", "Important")
    notice.append(element("span", page.emergency))
    if (page.emergency_number) notice.append(element("a", page.call, { href: "tel:" + page.emergency_number }))
    const library = element("a", page.library, { href: "/library", target: "_blank" })
    notice.append(library, element("a", page.my_data, { href: "/my-data" }), element("a", page.privacy, { href: "/privacy" }))
    if (page.sign_in) notice.append(element("a", page.sign_in, { href: "/portal", id: "carelight-sign-in" }))
    if (page.sign_out) notice.append(signOut())
    const person = element("button", page.person, { type: "button", id: "carelight-ask-person" })
    person.onclick = () => ask("talk-to-person", person)
    const leave = element("button", page.leave, { type: "button", id: "carelight-leave" })
    leave.onclick = leaveQuickly
    notice.append(person, leave)
    const banner = element("div", "", { id: "carelight-banner" })
    banner.setAttribute("role", "status")
    const bar = element("div", "", { id: "carelight-person" })
    bar.setAttribute("role", "status")
    const stop = element("div", "", { id: "carelight-stopped" })
    stop.setAttribute("role", "status")
    const paused = element("div", "", { id: "carelight-paused" })
    paused.setAttribute("role", "status")
    header.after(notice, banner, bar, stop, paused)
    if (page.consent) paused.after(element("section", "", { id: "carelight-consent" }))
    else document.body.classList.remove("carelight-asking")
    drawConsent()
    drawBanner()
    drawStopped()
    drawPaused()
    drawPerson()
  }

  function signOut() {
    const form = element("form", "", { method: "post", action: "/portal/sign-out", id: "carelight-sign-out" })
    form.append(element("button", page.sign_out, { type: "submit" }))
    return form
  }

  // The text that is agreed to before the first answer. It never covers the composer: whatever is typed is screened at once.
  function drawConsent() {
    const panel = document.getElementById("carelight-consent")
    const asked = page && page.consent
    if (!panel || !asked) return
    panel.lang = asked.language
    panel.setAttribute("aria-label", asked.title)
    panel.classList.toggle("folded", folded)
    document.body.classList.toggle("carelight-asking", !folded) // the panel says what the assistant is, and the composer must stay in sight
    if (folded) {
      const open = element("button", asked.read, { type: "button" })
      open.onclick = openConsent
      panel.replaceChildren(element("span", asked.bar), open)
      return
    }
    const text = element("div", "", { className: "text" })
    text.tabIndex = 0
    text.setAttribute("role", "group")
    text.setAttribute("aria-label", asked.title)
    const list = element("ul", "")
    list.append(...asked.lines.map((line) => element("li", line)))
    const numbers = element("p", asked.contacts.length ? "" : asked.emergency, { className: "numbers" })
    for (const each of asked.contacts) numbers.append(element("a", each.action + " (" + each.label + ")", { href: (each.kind === "sms" ? "sms:" : "tel:") + each.dial }), " ")
    text.append(element("h2", asked.title), numbers, list)
    const row = element("div", "", { className: "row" })
    const agree = element("button", asked.agree, { type: "button", id: "carelight-agree" })
    agree.onclick = () => agreeTo(asked, agree)
    const later = element("button", asked.later, { type: "button", className: "later" })
    later.onclick = () => { folded = true; drawConsent(); document.getElementById("chat-input")?.focus() }
    row.append(agree, later, element("a", asked.privacy, { href: "/privacy", target: "_blank" }), element("a", asked.my_data, { href: "/my-data" }))
    panel.replaceChildren(text, row)
  }

  function openConsent() {
    folded = false
    drawConsent()
    document.querySelector("#carelight-consent .text")?.focus()
  }

  async function agreeTo(asked, button) {
    button.disabled = true
    try { await fetch("/privacy/choice", { method: "POST", body: new URLSearchParams({ choice: "agree", terms: asked.terms }) }) } catch { button.disabled = false; return }
    await loadPage()
    if (!page.consent) say(asked.thanks)
    document.getElementById("chat-input")?.focus()
  }

  function say(words) {
    const told = element("div", words, { id: "carelight-thanks" })
    told.setAttribute("role", "status")
    document.getElementById("carelight-notice")?.after(told)
    setTimeout(() => told.remove(), 6000)
  }

  function showAbout() {
    const starters = document.getElementById("starters")
    const home = starters && starters.parentElement
    if (!page || !home || document.getElementById("carelight-about")) return
    const about = element("div", "", { id: "carelight-about" })
    if (page.clinic !== "Carelight") about.append(element("strong", page.clinic))
    about.append(element("span", page.assistant + " " + page.starter))
    home.insertBefore(about, home.firstChild.nextSibling)
  }

  function drawBanner() {
    const banner = document.getElementById("carelight-banner")
    const latest = banners[banners.length - 1]
    if (!banner) return
    banner.classList.toggle("shown", !!latest)
    document.getElementById("carelight-notice")?.classList.toggle("under-banner", !!latest)
    banner.replaceChildren()
    if (!latest) return
    banner.dataset.level = latest.level
    banner.append(element("span", latest.text))
    if (latest.contact) banner.append(element("a", latest.contact.action, { href: (latest.contact.kind === "sms" ? "sms:" : "tel:") + latest.contact.dial }))
  }

  function drawStopped() {
    const bar = document.getElementById("carelight-stopped")
    if (!bar) return
    bar.classList.toggle("shown", !!stopped)
    bar.textContent = stopped
  }

  function drawPaused() {
    const bar = document.getElementById("carelight-paused")
    if (!bar) return
    bar.classList.toggle("shown", !!page.paused)
    bar.textContent = page.paused
  }

  // An emergency in a pause opens a case, and from then on what is written is kept for the care team: the line must say so.
  async function followPause() {
    try { page.paused = (await (await fetch("/page.json")).json()).paused } catch { return }
    drawPaused()
  }

  function drawPerson() {
    const bar = document.getElementById("carelight-person")
    if (!bar) return
    bar.classList.toggle("shown", !!here.text)
    document.getElementById("carelight-notice")?.classList.toggle("with-person", !!here.text)
    bar.replaceChildren()
    if (!here.text) return
    const back = element("button", here.leave, { type: "button" })
    back.onclick = () => ask("talk-to-assistant", back)
    bar.append(element("span", here.text), back)
  }

  // Chainlit carries it to the server, which says it as the patient's own message; twice in a row would be a slip.
  function ask(what, button) {
    button.disabled = true
    setTimeout(() => { button.disabled = false }, 3000)
    window.postMessage({ carelight: what }, location.origin)
  }

  async function leaveQuickly() {
    document.body.style.visibility = "hidden"
    document.title = "New tab"
    try { sessionStorage.clear(); await fetch("/guest/leave", { method: "POST", keepalive: true }) } finally { location.replace(page ? page.leave_to : "about:blank") }
  }

  async function loadPage() {
    try { page = await (await fetch("/page.json")).json() } catch { setTimeout(loadPage, 2000); return }
    window.carelight = page
    window.dispatchEvent(new Event("carelight:page"))
    for (const id of ["carelight-notice", "carelight-banner", "carelight-person", "carelight-stopped", "carelight-paused", "carelight-consent", "carelight-about"]) document.getElementById(id)?.remove()
    repair()
  }

  function repair() { repairNames(); repairRoles(); showNotice(); showAbout() }

  window.addEventListener("carelight:banner", (event) => { event.detail ? banners.push(event.detail) : banners.pop(); drawBanner() })
  window.addEventListener("carelight:leave", leaveQuickly)
  window.addEventListener("carelight:consent", openConsent)
  window.addEventListener("carelight:settings", () => document.getElementById("chat-settings-open-modal")?.click())
  // Chainlit passes every message of the window on to the server; those of other pages never get that far.
  window.addEventListener("message", (event) => { if (event.origin !== location.origin) event.stopImmediatePropagation() }, true)
  window.addEventListener("message", async (event) => {
    if (event.origin !== location.origin || typeof event.data !== "object" || !event.data) return
    const asked = event.data.carelight
    if (asked === "person") { here = { text: String(event.data.text || ""), leave: String(event.data.leave || "") }; drawPerson() }
    if (asked === "stopped") { stopped = String(event.data.text || ""); drawStopped() }
    if (asked === "reload-page") loadPage()
    if (asked === "chat" && page && page.paused) followPause()
    if (asked === "chat" && page && page.consent && !folded) { folded = true; drawConsent() } // room for the reply, whose button opens it again
    // A narrow page never leaves "/" by itself, and a reload there would begin an empty chat.
    if (asked === "chat" && location.pathname === "/" && /^[0-9a-f-]{36}$/.test(event.data.chat)) history.replaceState(history.state, "", "/thread/" + event.data.chat)
    if (asked === "keep" || asked === "forget") await fetch("/guest/" + asked, { method: "POST" })
    if (asked === "open-chat" && /^[0-9a-f-]{36}$/.test(event.data.chat)) location.assign("/thread/" + event.data.chat)
  })

  // Chainlit asks for /user again when the network returns, and leaves the chat if that one request fails.
  const plainFetch = window.fetch
  window.fetch = async (input, options) => {
    if (!/\/user(\?|$)/.test(String((input && input.url) || input))) return plainFetch(input, options)
    for (let tries = 0; ; tries++) {
      try { return await plainFetch(input, options) } catch (error) {
        if (tries >= 30) throw error
        await new Promise((wake) => setTimeout(wake, 1000))
      }
    }
  }
  let waiting = false
  new MutationObserver(() => { if (waiting) return; waiting = true; requestAnimationFrame(() => { waiting = false; repair() }) }).observe(document.documentElement, { childList: true, subtree: true })
  loadPage()
})()

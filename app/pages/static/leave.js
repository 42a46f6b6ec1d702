// "Leave quickly" (rule of care 11): the page is hidden first, then this device forgets, then something else stands here.
document.querySelector("form.leave")?.addEventListener("submit", async (event) => {
  event.preventDefault()
  document.body.style.visibility = "hidden"
  document.title = "New tab"
  try { sessionStorage.clear(); await fetch("/guest/leave", { method: "POST", keepalive: true }) } finally { location.replace("about:blank") }
})

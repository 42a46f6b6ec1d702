import { useEffect, useRef, useState } from "react"
import { Phone, MessageSquare } from "lucide-react"

// The care card: one action first, numbers that dial, truth about who is there. Inline styles only: Tailwind classes
// that are not in Chainlit's own bundle do nothing.
const TONES = {
  emergency: { edge: "#a3141f", head: "#a3141f", soft: "#fdf1f1" },
  crisis: { edge: "#5b3a86", head: "#5b3a86", soft: "#f6f2fb" },
  urgent: { edge: "#8a4b00", head: "#8a4b00", soft: "#fff7ec" },
}
const HOLD_MS = 5000 // by then Chainlit has drawn the whole turn, and no longer follows its end
const TAPS = ["help_coming", "with_clinician", "someone_else", "not_right"]

// Chainlit follows what comes to its end, so a card taller than the page would come into sight by its feet. As long as it is
// the newest message its head is kept in sight, until the patient scrolls, touches or walks through the page themselves.
function holdHead(card) {
  let page = card.parentElement
  while (page && getComputedStyle(page).overflowY !== "auto") page = page.parentElement
  const step = card.closest("[data-step-type]")
  if (!page || !step) return () => {}
  const newest = () => Array.from(page.querySelectorAll("[data-step-type]")).pop() === step
  const hold = () => {
    const hidden = page.getBoundingClientRect().top - card.getBoundingClientRect().top
    if (hidden > 0 && newest()) page.scrollTop -= hidden + 8
  }
  const typing = (event) => event.key !== "Tab" && event.target.id === "chat-input"
  const release = (event) => {
    if (event && event.type === "keydown" && typing(event)) return
    page.removeEventListener("scroll", hold)
    for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) window.removeEventListener(kind, release)
    clearTimeout(end)
  }
  const end = setTimeout(release, HOLD_MS)
  page.addEventListener("scroll", hold)
  for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) window.addEventListener(kind, release, { passive: true })
  hold()
  return release
}

export default function CareCard() {
  const [tapped, setTapped] = useState("")
  const self = useRef(null)
  const tone = TONES[props.level] || TONES.urgent
  const labels = props.labels || {}
  const calm = props.level === "urgent" // the emergency number is then for "if it gets worse", not the first thing to do
  const compact = Boolean(props.held)
  const contacts = (props.contacts || []).slice(0, compact ? 2 : undefined)
  useEffect(() => {
    const detail = { level: props.level, text: props.banner, contact: calm ? null : contacts[0] || null, leave: props.leave_quickly, leaveLabel: labels.leave }
    window.dispatchEvent(new CustomEvent("carelight:banner", { detail }))
    return () => window.dispatchEvent(new CustomEvent("carelight:banner", { detail: null }))
  }, [])
  useEffect(() => holdHead(self.current), [])
  const tap = (name) => { setTapped(name); callAction({ name: "tap", payload: { tap: name } }) }
  const link = { display: "flex", alignItems: "center", gap: "10px", padding: "12px 16px", minHeight: "48px", borderRadius: "10px", fontWeight: 650, textDecoration: "none", boxSizing: "border-box" }
  const first = { ...link, background: tone.head, color: "#fff", fontSize: "1.1rem" }
  const more = { ...link, background: "#fff", color: tone.head, border: "1.5px solid " + tone.head }
  return (
    <section ref={self} role="alert" aria-label={compact ? props.banner : props.title} data-testid="care-card" data-level={props.level}
      style={{ border: "2px solid " + tone.edge, borderRadius: "14px", overflow: "hidden", background: "#fff", color: "#1a2b30", width: "100%", maxWidth: "640px" }}>
      <div style={{ background: tone.head, color: "#fff", padding: compact ? "8px 18px" : "12px 18px", fontWeight: 700, fontSize: compact ? "1rem" : "1.15rem" }}>{compact ? props.banner : props.title}</div>
      <div style={{ padding: "16px 18px", display: "flex", flexDirection: "column", gap: "12px" }}>
        {!compact && <p style={{ margin: 0, fontSize: "1.15rem", fontWeight: 650 }}>{props.lead}</p>}
        {props.worse && <p style={{ margin: 0 }}>{props.worse}</p>}
        {contacts.map((c, i) => (
          <a key={c.dial + c.kind + i} href={c.kind === "sms" ? "sms:" + c.dial : "tel:" + c.dial} style={i === 0 && !(calm && c.service === "emergency") ? first : more} data-testid="contact">
            {c.kind === "sms" ? <MessageSquare size={20} aria-hidden="true" /> : <Phone size={20} aria-hidden="true" />}
            <span style={{ display: "flex", flexDirection: "column" }}>
              <span>{c.action}</span>
              <span style={{ fontWeight: 450, fontSize: "0.9rem" }}>{c.label}, {c.hours}</span>
            </span>
          </a>
        ))}
        {!compact && <p style={{ margin: 0, fontSize: "0.92rem" }}>{props.region_line} <button type="button" onClick={() => window.dispatchEvent(new Event("carelight:settings"))} style={{ color: "#11676b", textDecoration: "underline", background: "none", border: 0, padding: "4px", cursor: "pointer" }}>{labels.region_change}</button></p>}
        {(props.meanwhile || []).length > 0 && (
          <div style={{ background: tone.soft, borderRadius: "10px", padding: "12px 14px" }}>
            <p style={{ margin: "0 0 6px", fontWeight: 650 }}>{labels.meanwhile}</p>
            {props.meanwhile.map((q, i) => <FirstAid key={i} quote={q} />)}
          </div>
        )}
        {!compact && props.safeguarding && <p data-testid="safeguarding" style={{ margin: 0 }}>{props.safeguarding}</p>}
        {!compact && <p style={{ margin: 0 }}>{props.staffing}</p>}
        <p style={{ margin: 0, fontWeight: 700 }}>{props.closing}</p>
        {!compact && (props.reasons || []).length > 0 && (
          <details style={{ fontSize: "0.95rem" }}>
            <summary style={{ cursor: "pointer", padding: "4px 0" }}>{labels.reason}</summary>
            <ul style={{ margin: "6px 0 0", paddingLeft: "20px", listStyle: "disc" }}>{props.reasons.map((r) => <li key={r}>{r}</li>)}</ul>
          </details>
        )}
        {props.held && <p style={{ margin: 0 }}>{props.held}</p>}
        <div role="group" style={{ display: "flex", flexWrap: "wrap", gap: "8px" }}>
          {TAPS.map((name) => (
            <button key={name} type="button" onClick={() => tap(name)} disabled={tapped === name} data-tap={name} aria-pressed={tapped === name}
              style={{ minHeight: "44px", padding: "8px 14px", borderRadius: "22px", border: "1.5px solid #5a6d72", background: tapped === name ? "#e3efef" : "#fff", color: "#1a2b30", cursor: "pointer" }}>
              {labels[name]}
            </button>
          ))}
          {props.leave_quickly && (
            <button type="button" onClick={() => window.dispatchEvent(new Event("carelight:leave"))}
              style={{ minHeight: "44px", padding: "8px 14px", borderRadius: "22px", border: "1.5px solid #1a2b30", background: "#1a2b30", color: "#fff", cursor: "pointer" }}>{labels.leave}</button>
          )}
        </div>
      </div>
    </section>
  )
}

function FirstAid({ quote }) {
  const [lead, ...rows] = quote.text.split("\n- ")
  return (
    <div style={{ margin: "0 0 6px" }}>
      <p style={{ margin: 0 }}>{lead} {quote.href && <a href={quote.href} target="_blank" rel="noreferrer" style={{ color: "#11676b", textDecoration: "underline", fontSize: "0.85rem" }}>source</a>}</p>
      {rows.length > 0 && <ul style={{ margin: "4px 0 0", paddingLeft: "20px", listStyle: "disc" }}>{rows.map((r, i) => <li key={i}>{r}</li>)}</ul>}
    </div>
  )
}

import { useEffect, useState } from "react"

// An answer: statements with numbered citations that open the passage where it stands, sources with their date, and
// what to ask next. On a wide page a citation opens beside the chat, on a phone as a page of its own.
const LINK = { color: "#11676b", textDecoration: "underline", textUnderlineOffset: "2px" }

export default function Answer() {
  const [urgent, setUrgent] = useState(false)
  const open = (event, mark) => {
    if (window.innerWidth < 900 || event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    callAction({ name: "open_passage", payload: { href: mark.href, label: mark.label } })
  }
  return (
    <article data-testid="answer" style={{ display: "flex", flexDirection: "column", gap: "12px", maxWidth: "680px", width: "100%", lineHeight: 1.6 }}>
      {props.banner && <Banner banner={props.banner} />}
      {(props.blocks || []).map((block, i) => <Block key={i} block={block} open={open} helpTitle={props.help_title} />)}
      {props.growing && <p role="status" data-testid="growing" style={{ margin: 0, fontSize: "0.95rem", color: "#475a5f" }}>{props.growing}</p>}
      {props.note && <p style={{ margin: 0, fontSize: "0.9rem", color: "#475a5f" }}>{props.note}</p>}
      <p style={{ margin: 0 }}>
        {props.safety_net}{" "}
        {props.urgent && !props.growing && (
          <button type="button" data-testid="said-urgent" disabled={urgent} onClick={() => { setUrgent(true); callAction({ name: "said_urgent", payload: { reply: props.reply } }) }}
            style={{ border: 0, background: "none", padding: "4px 2px", fontSize: "0.9rem", color: urgent ? "#5a6d72" : "#11676b", textDecoration: urgent ? "none" : "underline", textUnderlineOffset: "2px", cursor: urgent ? "default" : "pointer" }}>{props.urgent}</button>
        )}
      </p>
      <div style={{ borderTop: "1px solid #d3dedf", paddingTop: "10px", fontSize: "0.92rem" }}>
        <p style={{ margin: "0 0 4px", fontWeight: 650 }}>{props.sources_title}</p>
        <ul style={{ margin: 0, paddingLeft: "18px", listStyle: "disc" }}>
          {(props.sources || []).map((s) => <li key={s.href}><a href={s.href} target="_blank" rel="noreferrer" style={LINK}>{s.title}</a>. {s.status}</li>)}
        </ul>
      </div>
      {(props.suggestions || []).length > 0 && (
        <div style={{ fontSize: "0.95rem" }}>
          <p style={{ margin: "0 0 6px", fontWeight: 650 }}>{props.suggestions_title}</p>
          <div style={{ display: "flex", flexWrap: "wrap", gap: "8px" }}>
            {props.suggestions.map((s) => (
              <button key={s} type="button" data-testid="suggestion" onClick={() => sendUserMessage(s)}
                style={{ border: "1.5px solid #7d9799", borderRadius: "22px", padding: "8px 14px", minHeight: "44px", background: "#fff", color: "#11484c", cursor: "pointer", textAlign: "left" }}>{s}</button>
            ))}
          </div>
        </div>
      )}
    </article>
  )
}

function Block({ block, open, helpTitle }) {
  const help = block.role === "help"
  const box = help ? { background: "#fff7ec", border: "1px solid #e6c48f", borderRadius: "10px", padding: "10px 14px" } : {}
  const size = block.role === "lead" ? "1.05rem" : "1rem"
  return (
    <div style={{ ...box, fontSize: size }} data-role={block.role}>
      {help && <p style={{ margin: "0 0 4px", fontWeight: 650 }}>{helpTitle}</p>}
      {block.rows
        ? <><p style={{ margin: 0 }}>{block.lead} <Marks marks={block.marks} open={open} /></p><ul style={{ margin: "4px 0 0", paddingLeft: "20px", listStyle: "disc" }}>{block.rows.map((r, i) => <li key={i}>{r}</li>)}</ul></>
        : <p style={{ margin: 0 }}>{block.sentences.map((s, i) => <span key={i}>{s.text} <Marks marks={s.marks} open={open} /> </span>)}</p>}
    </div>
  )
}

function Marks({ marks, open }) {
  return marks.map((m) => (
    <a key={m.href} href={m.href} target="_blank" rel="noreferrer" onClick={(e) => open(e, m)} data-testid="citation" aria-label={"Source " + m.n + ": " + m.label}
      style={{ ...LINK, fontSize: "0.8em", padding: "2px 5px", borderRadius: "6px", background: "#e7f1f1", whiteSpace: "nowrap" }}>{m.n}</a>
  ))
}

function Banner({ banner }) {
  useEffect(() => {
    const detail = { level: banner.level, text: banner.text, contact: banner.level === "urgent" ? null : (banner.contacts || [])[0] || null }
    window.dispatchEvent(new CustomEvent("carelight:banner", { detail }))
    return () => window.dispatchEvent(new CustomEvent("carelight:banner", { detail: null }))
  }, [])
  const c = banner.level === "urgent" ? null : (banner.contacts || [])[0]
  return (
    <p data-testid="banner" style={{ margin: 0, padding: "8px 12px", borderLeft: "4px solid #a3141f", background: "#fdf1f1", fontSize: "0.9rem" }}>
      {banner.text} {c && <a href={(c.kind === "sms" ? "sms:" : "tel:") + c.dial} style={{ color: "#a3141f", textDecoration: "underline" }}>{c.action}</a>}
    </p>
  )
}

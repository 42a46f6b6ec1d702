import { useEffect, useRef } from "react"

// Set words, with the banner of open findings and the offer of a person where the words call for them.
export default function Words() {
  const banner = props.banner
  const self = useRef(null)
  useEffect(() => {
    if (!banner) return
    const detail = { level: banner.level, text: banner.text, contact: banner.level === "urgent" ? null : (banner.contacts || [])[0] || null }
    window.dispatchEvent(new CustomEvent("carelight:banner", { detail }))
    return () => window.dispatchEvent(new CustomEvent("carelight:banner", { detail: null }))
  }, [])
  useEffect(() => {
    if (props.ack) Promise.resolve(callAction({ name: "drawn", payload: { reply: props.reply } })).catch(() => {})
  }, [props.reply, props.attempt])
  useEffect(() => { // who came, or that nobody did, comes into sight, but not from under the hands of someone who is filling in the form
    if (props.ack && !document.activeElement?.closest("[data-testid=reach]")) self.current?.scrollIntoView({ block: "nearest" })
  }, [])
  const c = banner && banner.level !== "urgent" && (banner.contacts || [])[0]
  return (
    <div ref={self} data-testid="words" data-kind={props.kind} style={{ display: "flex", flexDirection: "column", gap: "10px", maxWidth: "640px", lineHeight: 1.6 }}>
      {banner && (
        <p data-testid="banner" style={{ margin: 0, padding: "8px 12px", borderLeft: "4px solid #a3141f", background: "#fdf1f1", fontSize: "0.9rem" }}>
          {banner.text} {c && <a href={(c.kind === "sms" ? "sms:" : "tel:") + c.dial} style={{ color: "#a3141f", textDecoration: "underline" }}>{c.action}</a>}
        </p>
      )}
      {props.lines
        ? props.lines.map((line, i) => <p key={i} lang={i === 0 ? props.language : undefined} dir="auto" style={{ margin: 0 }}>{line}</p>)
        : <p style={{ margin: 0 }}>{props.text}</p>}
      {props.call && (
        <a href={"tel:" + props.call.dial} data-testid="contact" style={{ alignSelf: "flex-start", border: "1.5px solid #a3141f", borderRadius: "10px", padding: "11px 16px", minHeight: "48px", boxSizing: "border-box", color: "#a3141f", fontWeight: 650, textDecoration: "none" }}>{props.call.action}</a>
      )}
      {(props.contacts || []).length > 0 && (
        <ul data-testid="numbers" style={{ margin: 0, padding: 0, listStyle: "none", display: "flex", flexWrap: "wrap", gap: "8px" }}>
          {props.contacts.map((each) => (
            <li key={each.kind + each.dial}>
              <a href={(each.kind === "sms" ? "sms:" : "tel:") + each.dial} data-testid="contact" style={{ display: "flex", flexDirection: "column", border: "1.5px solid #a3141f", borderRadius: "10px", padding: "8px 14px", minHeight: "48px", boxSizing: "border-box", color: "#a3141f", textDecoration: "none", lineHeight: 1.35 }}>
                <span style={{ fontWeight: 650 }}>{each.action}</span>
                <span style={{ fontSize: "0.9rem" }}>{each.label}, {each.hours}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
      {(props.pages || []).length > 0 && (
        <div data-testid="pages">
          <p style={{ margin: 0 }}>{props.pages_label}</p>
          <ul style={{ margin: "4px 0 0", paddingLeft: "20px", listStyle: "disc" }}>
            {props.pages.map((each) => <li key={each.href} style={{ padding: "4px 0" }}><a href={each.href} target="_blank" rel="noreferrer" style={{ color: "#11676b", textDecoration: "underline" }}>{each.title}</a></li>)}
          </ul>
        </div>
      )}
      {props.consent_label && (
        <button type="button" data-testid="consent-read" onClick={() => window.dispatchEvent(new Event("carelight:consent"))}
          style={{ alignSelf: "flex-start", border: "1.5px solid #11676b", borderRadius: "22px", padding: "8px 18px", minHeight: "44px", background: "#11676b", color: "#fff", fontWeight: 650, cursor: "pointer" }}>{props.consent_label}</button>
      )}
      {props.person && (
        <div style={{ display: "flex", gap: "8px", flexWrap: "wrap" }}>
          <a href={props.library_page || "/library"} target="_blank" rel="noreferrer" style={{ border: "1.5px solid #7d9799", borderRadius: "22px", padding: "9px 14px", minHeight: "44px", color: "#11484c", textDecoration: "none", boxSizing: "border-box" }}>{props.library_label}</a>
          <button type="button" data-testid="person" onClick={() => sendUserMessage(props.person_label)}
            style={{ border: "1.5px solid #11676b", borderRadius: "22px", padding: "8px 14px", minHeight: "44px", background: props.consent_label ? "#fff" : "#11676b", color: props.consent_label ? "#11676b" : "#fff", cursor: "pointer" }}>{props.person_label}</button>
        </div>
      )}
    </div>
  )
}

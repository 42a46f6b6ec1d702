import { useEffect, useState } from "react"

// Words of a person of the care team, who must never be taken for the assistant: name, title, time, and a colour of their
// own. Mounting says to the server that the message has arrived. A tapped answer is sent as the patient's own message.
export default function Staff() {
  const [page, setPage] = useState(window.carelight || {})
  const [chosen, setChosen] = useState("")
  useEffect(() => {
    const read = () => setPage(window.carelight || {})
    window.addEventListener("carelight:page", read)
    return () => window.removeEventListener("carelight:page", read)
  }, [])
  useEffect(() => {
    if (props.ack) Promise.resolve(callAction({ name: "drawn", payload: { reply: props.reply } })).catch(() => {})
  }, [props.reply, props.attempt])
  const initials = (props.name || "").split(/\s+/).filter(Boolean).slice(0, 2).map((part) => part[0].toUpperCase()).join("")
  const who = [props.name, props.title].filter(Boolean).join(", ")
  const at = props.at ? new Date(props.at) : null
  const time = at && at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
  const question = props.question
  const choose = (choice) => { setChosen(choice); sendUserMessage(choice) }
  return (
    <article data-testid="staff" aria-label={[who, page.team_member].filter(Boolean).join(", ")}
      style={{ display: "flex", gap: "12px", width: "100%", maxWidth: "640px", lineHeight: 1.55 }}>
      <span aria-hidden="true" style={{ flex: "none", width: "40px", height: "40px", borderRadius: "50%", background: "#123d42", color: "#fff", display: "flex", alignItems: "center", justifyContent: "center", fontWeight: 650, fontSize: "0.95rem" }}>{initials}</span>
      <div style={{ flex: 1, minWidth: 0, background: "#e6f0ec", border: "1px solid #b9d2c8", borderRadius: "4px 14px 14px 14px", padding: "10px 16px 12px", color: "#14292b", display: "flex", flexDirection: "column", gap: "8px" }}>
        <p style={{ margin: 0, display: "flex", flexWrap: "wrap", gap: "2px 10px", alignItems: "baseline" }}>
          <strong style={{ fontWeight: 700 }}>{who}</strong>
          <span style={{ fontSize: "0.85rem", color: "#31514f" }}>{page.team_member}</span>
          {time && <time dateTime={props.at} style={{ fontSize: "0.85rem", color: "#31514f" }}>{time}</time>}
        </p>
        {props.words && <p dir="auto" style={{ margin: 0, whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{props.words}</p>}
        {question && (
          <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
            <legend dir="auto" style={{ padding: 0, marginBottom: "8px", fontWeight: 600 }}>{question.text}</legend>
            <div style={{ display: "flex", flexWrap: "wrap", gap: "10px" }}>
              {(question.choices || []).map((choice) => (
                <button key={choice} type="button" data-testid="staff-choice" aria-pressed={chosen === choice} onClick={() => choose(choice)}
                  style={{ minHeight: "48px", minWidth: "72px", padding: "8px 20px", borderRadius: "24px", border: "1.5px solid #123d42", background: chosen === choice ? "#123d42" : "#fff", color: chosen === choice ? "#fff" : "#123d42", fontWeight: 600, cursor: "pointer" }}>{choice}</button>
              ))}
            </div>
          </fieldset>
        )}
      </div>
    </article>
  )
}

import { useState } from "react"
import { Phone } from "lucide-react"

// A rule's one or two questions: when to call stands first, the buttons are big enough for shaking hands, and the
// message box stays free. Answers given before a reload come back with the props.
export default function Ask() {
  const [answers, setAnswers] = useState(props.answers || {})
  const questions = props.questions || []
  const open = questions.findIndex((q) => !answers[q.key])
  const answer = (key, choice) => {
    setAnswers({ ...answers, [key]: choice })
    callAction({ name: "answer", payload: { key, choice } })
  }
  return (
    <section aria-label={props.title} data-testid="ask"
      style={{ border: "2px solid #11676b", borderRadius: "14px", background: "#f4faf9", color: "#1a2b30", width: "100%", maxWidth: "640px", padding: "14px 18px", display: "flex", flexDirection: "column", gap: "12px", lineHeight: 1.5 }}>
      <p style={{ margin: 0, fontWeight: 700, fontSize: "1.1rem" }}>{props.title}</p>
      {(props.meanwhile || []).map((line) => <p key={line} style={{ margin: 0, fontWeight: 600, color: "#a3141f" }}>{line}</p>)}
      {props.call && (
        <a href={"tel:" + props.call.dial} data-testid="contact"
          style={{ display: "flex", alignItems: "center", gap: "10px", padding: "10px 14px", minHeight: "48px", boxSizing: "border-box", borderRadius: "10px", border: "1.5px solid #a3141f", color: "#a3141f", background: "#fff", fontWeight: 650, textDecoration: "none" }}>
          <Phone size={20} aria-hidden="true" /> {props.call.action}
        </a>
      )}
      {questions.map((q, i) => (answers[q.key] || i === open) && (
        <fieldset key={q.key} style={{ border: 0, margin: 0, padding: 0 }}>
          <legend style={{ padding: 0, marginBottom: "8px", fontSize: "1.05rem" }}>{q.text}</legend>
          <div style={{ display: "flex", flexWrap: "wrap", gap: "10px" }}>
            {q.choices.map((c) => {
              const chosen = answers[q.key] === c.id
              return (
                <button key={c.id} type="button" onClick={() => answer(q.key, c.id)} aria-pressed={chosen} data-answer={c.id}
                  style={{ minHeight: "48px", minWidth: "72px", padding: "8px 20px", borderRadius: "24px", border: "1.5px solid #11676b", background: chosen ? "#11676b" : "#fff", color: chosen ? "#fff" : "#11484c", fontWeight: 600, cursor: "pointer" }}>
                  {c.label}
                </button>
              )
            })}
          </div>
        </fieldset>
      ))}
      {open >= 0 && <p style={{ margin: 0, fontSize: "0.9rem", color: "#475a5f" }}>{props.free}</p>}
    </section>
  )
}

import { useState } from "react"

// Below a card, folded: how the care team may reach the patient (rule of care 12). Nothing here is needed for anything else.
const FIELD = { width: "100%", boxSizing: "border-box", minHeight: "44px", padding: "8px 12px", borderRadius: "8px", border: "1.5px solid #5a6d72", background: "#fff", color: "#1a2b30", font: "inherit" }

export default function Reach() {
  const [phone, setPhone] = useState("")
  const [place, setPlace] = useState("")
  const [safe, setSafe] = useState(null)
  const [state, setState] = useState("")
  const leave = async (event) => {
    event.preventDefault()
    if (!phone.trim() && !place.trim()) { setState("empty"); return }
    setState("busy")
    try {
      const done = await callAction({ name: "reach", payload: { phone, place, safe } })
      setState(done && done.response && done.response.kept ? "saved" : "failed")
    } catch { setState("failed") }
  }
  const said = { saved: props.saved, failed: props.failed, empty: props.empty }[state]
  return (
    <details data-testid="reach" lang={props.language} style={{ width: "100%", maxWidth: "640px", boxSizing: "border-box", marginTop: "8px", border: "1px solid #b9cccd", borderRadius: "12px", background: "#fcfdfc", color: "#1a2b30", lineHeight: 1.5 }}>
      <summary style={{ cursor: "pointer", padding: "11px 16px", minHeight: "44px", boxSizing: "border-box", fontWeight: 600, color: "#11484c" }}>{props.open}</summary>
      <form onSubmit={leave} style={{ display: "flex", flexDirection: "column", gap: "12px", padding: "2px 16px 16px" }}>
        <p style={{ margin: 0, fontSize: "0.92rem", color: "#33474c" }}>{props.why}</p>
        <label style={{ display: "flex", flexDirection: "column", gap: "4px", fontWeight: 600 }}>{props.phone}
          <input type="tel" name="phone" autoComplete="off" maxLength={40} value={phone} onChange={(e) => setPhone(e.target.value)} style={FIELD} />
        </label>
        <label style={{ display: "flex", flexDirection: "column", gap: "4px", fontWeight: 600 }}>{props.place}
          <input type="text" name="place" autoComplete="off" maxLength={300} value={place} onChange={(e) => setPlace(e.target.value)} style={FIELD} />
        </label>
        <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
          <legend style={{ padding: 0, marginBottom: "6px", fontWeight: 600 }}>{props.safe}</legend>
          <div style={{ display: "flex", flexWrap: "wrap", gap: "8px" }}>
            {[[true, props.safe_yes], [false, props.safe_no]].map(([value, label]) => (
              <button key={label} type="button" data-safe={String(value)} aria-pressed={safe === value} onClick={() => setSafe(safe === value ? null : value)}
                style={{ minHeight: "44px", padding: "8px 14px", borderRadius: "22px", border: "1.5px solid #11676b", background: safe === value ? "#11676b" : "#fff", color: safe === value ? "#fff" : "#11484c", cursor: "pointer", textAlign: "start" }}>{label}</button>
            ))}
          </div>
        </fieldset>
        <button type="submit" data-testid="reach-save" disabled={state === "busy"}
          style={{ alignSelf: "flex-start", minHeight: "44px", padding: "8px 20px", borderRadius: "22px", border: "1.5px solid #11676b", background: "#11676b", color: "#fff", fontWeight: 600, cursor: "pointer" }}>{props.save}</button>
        <p role="status" data-testid="reach-said" style={{ margin: 0, minHeight: said ? undefined : 0, fontWeight: 600, color: state === "saved" ? "#0d5256" : "#a3141f" }}>{said || ""}</p>
      </form>
    </details>
  )
}

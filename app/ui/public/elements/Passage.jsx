// The cited passage in its article, beside the chat: the library's own page, so that there is one way to read it.
export default function Passage() {
  return <iframe title={props.label} src={props.href} data-testid="passage" style={{ width: "100%", height: "calc(100vh - 130px)", border: "1px solid #d3dedf", borderRadius: "10px", background: "#fff" }} />
}

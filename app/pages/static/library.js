// What the library adds where scripts run: titles while you type, and a print button. Everything works without it.
(() => {
  const field = document.getElementById("q");
  const found = document.getElementById("found");
  if (field && found) {
    let waiting;
    let newest = 0;
    field.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(async () => {
        const mine = ++newest;
        const typed = field.value.trim();
        if (typed.length < 2) { found.replaceChildren(); return; }
        try {
          const answer = await fetch("/library/find", { method: "POST", body: new URLSearchParams({ q: typed }) }); // no address holds what somebody types
          if (answer.ok && mine === newest) found.innerHTML = await answer.text();
        } catch { found.replaceChildren(); }
      }, 120);
    });
  }
  const trail = document.querySelector(".reading .trail");
  if (trail) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "print";
    button.textContent = "Print";
    button.addEventListener("click", () => window.print());
    trail.append(button);
  }
})();

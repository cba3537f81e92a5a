// Reads the middle of the page anew now and then; says in words what changed. Without it the page works by reloading.
const live = document.getElementById("live"), news = document.getElementById("news");
const title = () => [...live.querySelectorAll("h1, .next")].map((e) => e.textContent.trim()).join(" ");
async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(`${location.pathname.replace(/\/$/, "")}/live`, { cache: "no-store" }).catch(() => null);
  if (!answer || !answer.ok) return;
  const before = title(), open = [...live.querySelectorAll("details")].map((e) => e.open);
  live.innerHTML = await answer.text(); // our own page, escaped by the server
  live.querySelectorAll("details").forEach((e, i) => { e.open = open[i] ?? false; });
  if (title() !== before) news.textContent = `Update: ${title()}`;
}
setInterval(refresh, 1000 * (Number(live.dataset.refresh) || 15));
document.addEventListener("visibilitychange", refresh);

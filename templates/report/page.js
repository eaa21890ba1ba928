"use strict";
(() => {
  document.documentElement.classList.add("js");
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Links to the parts become tabs.
  const nav = document.querySelector(".tabs");
  const tabs = all("a", nav);
  const panels = tabs.map((tab) => document.getElementById(tab.hash.slice(1)));
  nav.setAttribute("role", "tablist");
  const show = (index, focus) => {
    tabs.forEach((tab, at) => {
      tab.setAttribute("aria-selected", String(at === index));
      tab.tabIndex = at === index ? 0 : -1;
      panels[at].hidden = at !== index;
    });
    tabs[index].scrollIntoView({ block: "nearest", inline: "nearest" });
    if (focus) tabs[index].focus({ preventScroll: true });
    fit();
  };
  tabs.forEach((tab, at) => {
    const panel = panels[at];
    tab.id = `tab-${panel.id}`;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      history.replaceState(null, "", tab.hash);
      show(at, true);
    });
    tab.addEventListener("keydown", (event) => {
      const last = tabs.length - 1;
      const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at ? at - 1 : last, Home: 0, End: last }[event.key];
      if (event.key === " ") { event.preventDefault(); tab.click(); }
      if (to === undefined) return;
      event.preventDefault();
      history.replaceState(null, "", tabs[to].hash);
      show(to, true);
    });
  });

  // Changes by table and severity.
  const byTable = document.getElementById("by-table");
  const bySeverity = document.getElementById("by-severity");
  if (byTable) {
    const items = all(".change");
    byTable.closest(".filters").hidden = false;
    const filter = () => {
      let shown = 0;
      items.forEach((item) => {
        const fits = (!byTable.value || item.dataset.table === byTable.value)
          && (!bySeverity.value || item.dataset.severity === bySeverity.value);
        item.hidden = !fits;
        shown += fits;
      });
      document.getElementById("shown").textContent = `${shown} of ${items.length}`;
    };
    byTable.addEventListener("change", filter);
    bySeverity.addEventListener("change", filter);
    filter();
  }

  // The diagram: one moment at a time, moved and zoomed through its view box.
  const figures = all(".canvas");
  const boxes = new Map();
  let current = figures[0];
  function fit() {
    if (!current || current.closest("[hidden]")) return;
    const svg = current.querySelector("svg");
    if (!boxes.has(svg)) {
      const whole = svg.getAttribute("viewBox").split(" ").map(Number);
      boxes.set(svg, { whole, box: [...whole] });
    }
  }
  const draw = (svg) => svg.setAttribute("viewBox", boxes.get(svg).box.map((n) => n.toFixed(1)).join(" "));
  const zoom = (svg, factor, cx = 0.5, cy = 0.5) => {
    const view = boxes.get(svg);
    const [x, y, w, h] = view.box;
    const width = Math.min(Math.max(w * factor, view.whole[2] / 12), view.whole[2] * 3);
    const real = width / w;
    view.box = [x + w * (1 - real) * cx, y + h * (1 - real) * cy, width, h * real];
    draw(svg);
  };
  const move = (svg, dx, dy) => {
    const box = boxes.get(svg).box;
    box[0] += dx;
    box[1] += dy;
    draw(svg);
  };
  const whole = (svg) => {
    boxes.get(svg).box = [...boxes.get(svg).whole];
    draw(svg);
  };
  const views = document.querySelector(".views");
  if (views) {
    views.hidden = false;
    const choose = (id) => {
      figures.forEach((figure) => { figure.hidden = figure.id !== `view-${id}`; if (!figure.hidden) current = figure; });
      all("[data-view]", views).forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.view === id)));
      fit();
    };
    all("[data-view]", views).forEach((button) => button.addEventListener("click", () => choose(button.dataset.view)));
    choose(views.querySelector("[data-view]").dataset.view);
    all("[data-zoom]", views).forEach((button) => button.addEventListener("click", () => {
      const svg = current.querySelector("svg");
      if (button.dataset.zoom === "fit") whole(svg);
      else zoom(svg, button.dataset.zoom === "in" ? 0.8 : 1.25);
    }));
  }
  figures.forEach((figure) => {
    const stage = figure.querySelector(".stage");
    const svg = stage.querySelector("svg");
    const unit = () => Math.max(boxes.get(svg).box[2] / stage.clientWidth, boxes.get(svg).box[3] / stage.clientHeight);
    let held = null;
    stage.addEventListener("pointerdown", (event) => { held = [event.clientX, event.clientY]; stage.setPointerCapture(event.pointerId); stage.classList.add("held"); });
    stage.addEventListener("pointermove", (event) => {
      if (!held) return;
      move(svg, (held[0] - event.clientX) * unit(), (held[1] - event.clientY) * unit());
      held = [event.clientX, event.clientY];
    });
    const release = () => { held = null; stage.classList.remove("held"); };
    stage.addEventListener("pointerup", release);
    stage.addEventListener("pointercancel", release);
    stage.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const area = stage.getBoundingClientRect();
      zoom(svg, event.deltaY < 0 ? 0.9 : 1.1, (event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height);
    }, { passive: false });
    stage.addEventListener("keydown", (event) => {
      const step = 60 * unit();
      const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
      if (by) move(svg, ...by);
      else if (event.key === "+" || event.key === "=") zoom(svg, 0.8);
      else if (event.key === "-") zoom(svg, 1.25);
      else if (event.key === "0") whole(svg);
      else return;
      event.preventDefault();
    });
  });

  // Copying.
  all(".copyable").forEach((block) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy ${block.closest(".script").querySelector("h3").textContent}`);
    block.closest(".script").querySelector(".bar-title").append(button);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(block.textContent);
      } catch {
        getSelection().selectAllChildren(block);
        document.execCommand("copy");
      }
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
  });

  const wanted = () => Math.max(0, tabs.findIndex((tab) => tab.hash === location.hash));
  show(wanted(), false);
  addEventListener("hashchange", () => show(wanted(), false));
})();

// Draws the tables of figures as charts above them, and again when the figures change. Without it the tables are there.
(() => {
  "use strict";
  if (!window.uPlot) return;
  const HEIGHT = 200;
  const drawn = new Map(); // name of a chart → { plot, text of its table }
  const style = () => getComputedStyle(document.documentElement);

  function read(figure) {
    const heads = [...figure.querySelectorAll("thead th[data-colour]")];
    const rows = [...figure.querySelectorAll("tbody tr")];
    const data = [rows.map((row) => Number(row.dataset.x))];
    heads.forEach((_, place) => data.push(rows.map((row) => {
      const value = row.children[place + 1].dataset.y;
      return value === undefined ? null : Number(value);
    })));
    const shown = rows.map((row) => [...row.children].map((cell) => cell.textContent));
    return { heads, data, shown };
  }

  function clock(zone) {
    const form = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    try {
      return new Intl.DateTimeFormat("en-GB", { ...form, timeZone: zone });
    } catch {
      return new Intl.DateTimeFormat("en-GB", form);
    }
  }

  function series(head, colours, step) {
    const colour = colours.getPropertyValue(head.dataset.colour).trim();
    const bars = head.dataset.kind === "bars";
    return {
      label: head.textContent,
      stroke: colour,
      width: bars ? 0 : 2,
      fill: bars ? colour : undefined,
      dash: head.dataset.colour === "--text" ? [5, 4] : undefined,
      paths: bars ? uPlot.paths.bars({ size: [0.8, 40], align: 1 }) : undefined,
      points: { show: !bars && step < 3600, size: 5 },
      spanGaps: false,
    };
  }

  function options(figure, table, readout) {
    const colours = style();
    const step = Number(figure.dataset.step);
    const zone = figure.dataset.zone;
    const shown = clock(zone);
    const axis = { stroke: colours.getPropertyValue("--quiet").trim(), grid: { stroke: colours.getPropertyValue("--line").trim(), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    return {
      width: readout.parentElement.clientWidth,
      height: HEIGHT,
      padding: [8, 24, 0, 0],
      tzDate: (at) => { try { return uPlot.tzDate(new Date(at * 1000), zone); } catch { return new Date(at * 1000); } },
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, y: false, points: { show: false } },
      scales: {
        x: { time: true, range: (plot) => [plot.data[0][0], plot.data[0][plot.data[0].length - 1] + step] },
        y: { range: (_plot, _low, high) => [0, high ? high * 1.08 : 1] },
      },
      axes: [
        { ...axis, incrs: step < 3600 ? [300, 600, 900, 1800] : [3600, 7200, 10800, 14400, 21600], values: (_plot, splits) => splits.map((at) => shown.format(new Date(at * 1000))), space: 52, size: 28 },
        { ...axis, size: 46, values: (_plot, splits) => splits.map((value) => figure.dataset.unit ? value + " " + figure.dataset.unit : Number.isInteger(value) ? value.toLocaleString("en-IN") : "") },
      ],
      series: [{}, ...table.heads.map((head) => series(head, colours, step))],
      hooks: {
        setCursor: [(plot) => {
          const row = drawn.get(figure.dataset.chart)?.shown[plot.cursor.idx];
          readout.textContent = row ? row[0] + ": " + table.heads.map((head, place) => head.textContent + " " + row[place + 1]).join(", ") : "";
        }],
      },
    };
  }

  function draw(figure, anew) {
    const name = figure.dataset.chart;
    const table = read(figure);
    const text = JSON.stringify(table.data);
    const before = drawn.get(name);
    const host = figure.querySelector(".plot");
    const columns = table.heads.length;
    if (before && !anew && before.host === host && before.columns === columns) {
      before.shown = table.shown;
      if (before.text !== text) before.plot.setData(table.data);
      before.text = text;
      return;
    }
    before?.plot.destroy();
    host.textContent = "";
    const readout = document.createElement("p");
    readout.className = "readout";
    host.append(readout);
    const plot = new uPlot(options(figure, table, readout), table.data, host);
    drawn.set(name, { plot, text, host, columns, shown: table.shown });
  }

  const all = (anew) => document.querySelectorAll("[data-chart]").forEach((figure) => draw(figure, anew));
  document.addEventListener("htmx:afterSwap", () => all(false));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => all(true));
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    for (const { plot, host } of drawn.values()) plot.setSize({ width: host.clientWidth, height: HEIGHT });
  });
  all(true);
})();

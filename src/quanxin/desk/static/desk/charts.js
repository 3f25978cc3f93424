/* Draws the charts of a page from the figures that stand in it as JSON.
   Invariant: no figure comes from anywhere but the page; what a chart shows is in the table beside it, so that without
   this script, on paper or read aloud nothing is missing. Tooltips are drawn and not made of markup: the policy of the
   platform allows no inline style. */
(() => {
  "use strict";

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const palette = () => [colour("spring"), colour("amber"), colour("jade"), colour("seal"), colour("ink-soft")];
  const fromGoodToPoor = () => [colour("jade"), colour("spring"), colour("amber"), colour("seal"), colour("ink-soft")];
  const short = (name, most) => (name.length > most ? `${name.slice(0, most - 1)}…` : name);

  const axis = (said) => ({
    nameTextStyle: { color: colour("ink-soft") },
    axisLabel: { color: colour("ink-soft"), ...said },
    axisLine: { lineStyle: { color: colour("line-strong") } },
    splitLine: { lineStyle: { color: colour("line") } },
  });

  const frame = (figures) => ({
    animation: !calm.matches,
    color: figures.stacked ? fromGoodToPoor() : palette(),
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    tooltip: { renderMode: "richText", trigger: "axis", confine: true,
      backgroundColor: colour("card"), borderColor: colour("line-strong"), textStyle: { color: colour("ink") },
      valueFormatter: (value) => (value == null ? "—" : `${Math.round(value * 100) / 100}${figures.percent ? "%" : ""}`) },
    legend: figures.series.length > 1 ? { bottom: 0, textStyle: { color: colour("ink") } } : undefined,
    grid: { left: 8, right: 24, top: 24, bottom: figures.series.length > 1 ? 40 : 8, outerBoundsMode: "same" },
  });

  const values = (figures) => ({ type: "value", ...axis({ formatter: figures.percent ? "{value}%" : undefined }) });

  const bars = (figures, narrow) => {
    const most = figures.across ? (narrow ? 8 : 22) : 14;
    const names = { type: "category", data: figures.names, inverse: Boolean(figures.across),
      ...axis({ formatter: (name) => short(name, most), hideOverlap: true,
        rotate: !figures.across && figures.names.length > (narrow ? 4 : 10) ? 45 : 0 }) };
    return {
      ...frame(figures),
      [figures.across ? "yAxis" : "xAxis"]: names,
      [figures.across ? "xAxis" : "yAxis"]: { ...values(figures), max: figures.stacked ? 100 : undefined },
      series: figures.series.map((one) => ({ type: "bar", name: one.name, data: one.data, barMaxWidth: 42,
        stack: figures.stacked ? "all" : undefined })),
    };
  };

  // a share as a bar, the bounds of its interval as strokes over it
  const rates = (figures, narrow) => {
    const drawn = bars(figures, narrow);
    drawn.series = figures.series.map((one, n) => (n === 0
      ? { type: "bar", name: one.name, data: one.data, barMaxWidth: 42 }
      : { type: "line", name: one.name, data: one.data, symbol: "rect", symbolSize: [26, 3], lineStyle: { opacity: 0 } }));
    return drawn;
  };

  const curve = (figures) => ({
    ...frame(figures),
    tooltip: { ...frame(figures).tooltip, trigger: "item" },
    xAxis: { ...values(figures), min: 0, max: 100, name: figures.x, nameLocation: "middle", nameGap: 28 },
    yAxis: { ...values(figures), min: 0, max: 100, name: figures.y, nameLocation: "end" },
    grid: { left: 8, right: 24, top: 36, bottom: 36, outerBoundsMode: "same" },
    series: [
      { type: "line", name: figures.series[0].name, data: figures.series[0].data, symbolSize: 4 },
      { type: "line", silent: true, data: [[0, 0], [100, 100]], symbol: "none",
        lineStyle: { type: "dashed", color: colour("line-strong"), width: 1 } },
    ],
  });

  const kinds = { bars, rates, curve };

  const draw = (place) => {
    const figures = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    if (figures.across) place.style.height = `${64 + 34 * figures.names.length}px`;
    const chart = echarts.init(place, null, { renderer: "canvas" });
    const show = () => chart.setOption(kinds[figures.kind](figures, place.clientWidth < 480), true);
    show();
    new ResizeObserver(() => { chart.resize(); show(); }).observe(place);
    dark.addEventListener("change", show);
    place.dataset.drawn = figures.kind;
  };

  document.querySelectorAll("[data-chart]").forEach(draw);
})();

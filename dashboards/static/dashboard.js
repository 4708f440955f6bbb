// The URL is the page's state: filters write it, and Dash draws the page again from it.
window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.dashboards = {
  write_url: function (dates, region, city, shown) {
    const unchanged = window.dash_clientside.no_update;
    if (!shown) return unchanged;
    document.documentElement.lang = shown.htmlLang;
    // While a range is being picked its end is still empty.
    if (!dates || !dates[0] || !dates[1]) return unchanged;
    const start = dates[0].slice(0, 10);
    const end = dates[1].slice(0, 10);
    const hasNewDates = start !== shown.dates[0] || end !== shown.dates[1];
    const hasNewRegion = (region || null) !== shown.region;
    if (!hasNewDates && !hasNewRegion && (city || null) === shown.city) return unchanged;

    const query = new URLSearchParams();
    if (shown.lang !== "zh") query.set("lang", shown.lang);
    if (hasNewDates || shown.days === null) {
      query.set("from", start);
      query.set("to", end);
    } else if (shown.days !== 28) {
      query.set("days", String(shown.days));
    }
    if (region) query.set("region", region);
    // A city of the region shown before would contradict the new one.
    if (city && !hasNewRegion) query.set("city", city);
    const text = query.toString();
    return text ? `?${text}` : "";
  },
};

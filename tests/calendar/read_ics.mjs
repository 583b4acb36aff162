// Reads a calendar file as Thunderbird does, with ical.js: each event with its instances in [from, to).
import { readFileSync } from "node:fs";
import ICAL from "../../node_modules/ical.js/dist/ical.js";

const [from, to] = process.argv.slice(2).map((each) => Date.parse(each) / 1000);
const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);

const instances = (event) => {
  const found = [];
  const steps = event.iterator();
  for (let next = steps.next(); next && next.toUnixTime() < to + 86400 * 3; next = steps.next()) {
    const one = event.getOccurrenceDetails(next);
    const [start, end] = [one.startDate.toUnixTime(), one.endDate.toUnixTime()];
    if (start < to && end > from) found.push([start, end, one.startDate.toString(), one.startDate.zone.tzid]);
  }
  return found;
};
const events = calendar.getAllSubcomponents("vevent").map((part) => {
  const event = new ICAL.Event(part);
  return {
    uid: event.uid,
    summary: event.summary,
    description: event.description,
    sequence: event.sequence,
    status: part.getFirstPropertyValue("status"),
    url: part.getFirstPropertyValue("url"),
    categories: part.getFirstProperty("categories")?.getValues() ?? [],
    names: part.getAllProperties().map((each) => each.name),
    instances: instances(event),
  };
});
const name = calendar.getFirstPropertyValue("x-wr-calname");
process.stdout.write(JSON.stringify({ name, events }));
